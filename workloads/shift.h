/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file whose blocks are moved under a mapping of its beginning: by one unit at each
 * operation, the smallest that the file system can move.
 */
#ifndef WORKLOADS_SHIFT_H
#define WORKLOADS_SHIFT_H

#include "workloads/common.h"

struct shifted {
	struct mapped data; /* first: drop_data() takes it for all */
	uint64_t unit;
};

/* Its first page is mapped and clean. @more: units behind the first. */
static inline int prepare_shifted(struct dx *dx, struct dx_worker *w, uint64_t more)
{
	struct shifted *s = dx_priv(dx);
	int r = make_file(w, &s->data.file, "data");

	if (!r)
		r = dx_file_unit(&s->data.file, &s->unit);
	if (!r)
		r = fill_file(w, &s->data.file, (more + 1) * s->unit);
	if (!r)
		r = dx_map(w, &s->data.map, &s->data.file, 0, DX_PAGE, RW_PTE);
	return r ? r : touch_and_sync(w, &s->data.map, DX_PAGE);
}

/* @n times: a store, a shift by a unit at the file's beginning, a store to what is there now. */
static inline int run_shift(struct shifted *s, struct dx_worker *w, uint64_t n, int mode)
{
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->data.map, 0);
		r = dx_fallocate(w, &s->data.file, mode, 0, s->unit);
		dx_store64(w, &s->data.map, 0);
		if (!r)
			r = dx_fsync(w, &s->data.file);
	}
	return r;
}

/* Of all that moves or goes the dirty is written back first, and no entry is left. */
static inline void expect_shift(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 2 * n, 0, 2 * n);
}

#endif
