// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page of each 2 MiB is punched out, so no extent is of 2 MiB (dax_iomap_pmd_fault()). XFS
 * with realtime extents of 2 MiB only zeroes it, and 2 MiB pages are mapped as before
 * (xfs_free_file_space()).
 */
#include "workloads/fallback.h"

struct state {
	struct mapped data; /* first: drop_data() and store_each_pmd() take it for all */
	bool stays_whole;
};

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = has_large_units(w);

	if (r < 0)
		return r;
	s->stays_whole = r;
	r = make_written(w, &s->data.file, "data", n * DX_PMD);
	for (uint64_t i = 0; !r && i < n; i++)
		r = dx_fallocate(w, &s->data.file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				 i * DX_PMD + DX_PMD / 2, DX_PAGE);
	if (!r)
		r = dx_fsync(w, &s->data.file);
	return r ? r : dx_map(w, &s->data.map, &s->data.file, 0, n * DX_PMD, RW_PMD);
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	const struct state *s = dx_priv(dx);

	if (s->stays_whole)
		set_counts(c, 0, n, 0);
	else
		expect_fallbacks(dx, n, c);
}

DX_WORKLOAD(fallback_fragmented)
= {
	.name = "fallback-fragmented",
	.title = "Store to 2 MiB with a hole of 4 KiB in it: the 2 MiB fault falls back",
	.op = "store",
	.groups = "fault",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct state),
	.prepare = prepare,
	.run = store_each_pmd,
	.finish = drop_data,
	.expect = expect,
};
