/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file with many entries in its mapping tree, all clean, to be made dirty by one
 * store each: what fsync(2) and fdatasync(2) have to go through. Those of 2 MiB come
 * first in the file, those of 4 KiB behind them, each kind through its own mapping.
 */
#ifndef WORKLOADS_DIRTY_H
#define WORKLOADS_DIRTY_H

#include "workloads/common.h"

struct dirty {
	struct mapped huge; /* first: drop_data() takes it for all */
	struct dx_map small;
};

#define PAGES_PARAM                                                                                \
	{                                                                                          \
		"pages", "pages", 64, 0, 1000000, "pages of 4 KiB stored to before each sync"      \
	}
#define HUGE_PARAM                                                                                 \
	{                                                                                          \
		"huge", "pages", 0, 0, 8192, "pages of 2 MiB stored to before each sync"           \
	}

static inline int prepare_entries(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t huge = dx_param(dx, "huge") * DX_PMD, small = dx_param(dx, "pages") * DX_PAGE;
	struct dirty *s = dx_priv(dx);
	int r = make_written(w, &s->huge.file, "data", huge + small);

	(void)n;
	if (!r && huge)
		r = dx_map(w, &s->huge.map, &s->huge.file, 0, huge, RW_PMD);
	if (!r && huge)
		r = touch_and_sync(w, &s->huge.map, DX_PMD);
	if (!r && small)
		r = dx_map(w, &s->small, &s->huge.file, huge, small, RW_PTE);
	return r || !small ? r : touch_and_sync(w, &s->small, DX_PAGE);
}

static inline void dirty_entries(struct dx_worker *w, const struct dirty *s)
{
	for (uint64_t off = 0; off < s->huge.map.length; off += DX_PMD)
		dx_store64(w, &s->huge.map, off);
	for (uint64_t off = 0; off < s->small.length; off += DX_PAGE)
		dx_store64(w, &s->small, off);
}

static inline void drop_entries(struct dx *dx, struct dx_worker *w)
{
	struct dirty *s = dx_priv(dx);

	dx_unmap(w, &s->small);
	drop_data(dx, w);
}

/* Each sync leaves what it wrote back write-protected, so each store faults. */
static inline void expect_entries(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	uint64_t pages = dx_param(dx, "pages"), huge = dx_param(dx, "huge");

	set_counts(c, n * pages, n * huge, n * (pages + huge));
	c->lines_written_back = (int64_t)(n * (pages * DX_PAGE + huge * DX_PMD) / 64);
}

#endif
