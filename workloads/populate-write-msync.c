// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MADV_POPULATE_WRITE makes each entry dirty though no byte changes, so the next sync
 * call writes all of them back.
 */
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), dx_param(dx, "pages") * DX_PAGE, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		r = dx_populate(w, &s->map, 0, s->map.length, true);
		if (!r)
			r = dx_msync(w, &s->map, 0, s->map.length, MS_SYNC);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	uint64_t pages = dx_param(dx, "pages");

	set_counts(c, n * pages, 0, n * pages);
}

DX_WORKLOAD(populate_write_msync)
= {
	.name = "populate-write-msync",
	.title = "MADV_POPULATE_WRITE of N clean 4 KiB pages, then msync; no store",
	.op = "populate+msync",
	.groups = "fault,sync",
	.needs = DX_NEED_DAX,
	.check_ops = 2,
	.priv_size = sizeof(struct mapped),
	.params = { { "pages", "pages", 64, 1, 16384, "pages populated before each msync" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
