/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store to each 2 MiB of a mapping whose addresses would allow 2 MiB faults. Each is
 * tried as one, DAX declines (dax_pmd_fault_done, FALLBACK), and 4 KiB are mapped.
 */
#ifndef WORKLOADS_FALLBACK_H
#define WORKLOADS_FALLBACK_H

#include "workloads/common.h"

static inline int store_each_pmd(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx); /* the first of any private state */

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PMD);
	return 0;
}

/*
 * At least one fallback each. From 6.4 on a fault begins under the lock of its mapping
 * alone; where that has no map_pages(), as ext4's, it begins anew under the process's
 * once 4 KiB are to be mapped, and DAX declines twice (mm/memory.c, vmf_can_call_fault()).
 */
static inline void expect_fallbacks(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, n, 0, 0);
	c->pmd_fallbacks = DX_SOME;
}

/*
 * Does this file system hand out blocks in units larger than 4 KiB only (XFS with realtime
 * extents)? It then refuses to take out 4 KiB of a file: 1. 0 if it does not, or -errno.
 */
static inline int has_large_units(struct dx_worker *w)
{
	struct dx_file f = { 0 };
	int r = make_file(w, &f, "unit"), s;

	if (!r)
		r = dx_truncate(w, &f, 2 * DX_PAGE);
	if (!r)
		r = dx_fallocate(w, &f, FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE);
	dx_close(w, &f);
	s = dx_unlink(w, "unit");
	return r == -EINVAL ? 1 : r ? r : s;
}

#endif
