/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file whose pages are dirty when its last user has gone: nobody may have it mapped
 * or open for writing where a file system is unmounted or made read-only. What was
 * stored is left to the kernel, which has to find it.
 */
#ifndef WORKLOADS_LEAVE_H
#define WORKLOADS_LEAVE_H

#include "workloads/common.h"

#define LEAVE_PARAM                                                                                \
	{                                                                                          \
		"pages", "pages", 64, 1, 100000, "pages stored to before"                          \
	}

static inline int prepare_leave(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), dx_param(dx, "pages") * DX_PAGE, RW_PTE);
}

static inline int store_and_leave(struct dx_worker *w, struct mapped *s)
{
	int r;

	for (uint64_t off = 0; off < s->map.length; off += DX_PAGE)
		dx_store64(w, &s->map, off);
	r = dx_unmap(w, &s->map);
	return r ? r : dx_close(w, &s->file);
}

/* Takes the file up again, to remove it. */
static inline void drop_left(struct dx_worker *w, struct mapped *s)
{
	if (!s->file.id)
		dx_open(w, &s->file, "data", O_RDWR);
	drop_file(w, s, "data");
}

static inline void expect_leave(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	uint64_t pages = dx_param(dx, "pages");

	set_counts(c, n * pages, 0, n * pages);
}

#endif
