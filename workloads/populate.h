/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * madvise() that faults in 2 MiB of written blocks, none of which was faulted before:
 * 512 faults or one. What is in the page table already costs a walk for each 4 KiB.
 */
#ifndef WORKLOADS_POPULATE_H
#define WORKLOADS_POPULATE_H

#include "workloads/common.h"

#define PTES_OF_PMD (DX_PMD / DX_PAGE)

static inline int prepare_populate(struct dx *dx, struct dx_worker *w, uint64_t n,
				   unsigned int flags)
{
	struct mapped *s = dx_priv(dx);

	return map_written(w, s, n * DX_PMD, flags);
}

static inline int populate_each(struct dx *dx, struct dx_worker *w, uint64_t n, bool write)
{
	const struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++)
		r = dx_populate(w, &s->map, i * DX_PMD, DX_PMD, write);
	return r;
}

#endif
