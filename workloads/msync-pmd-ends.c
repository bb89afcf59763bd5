// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), DX_PMD, RW_PMD);
}

/* One fault makes all of it writable, and one entry stands for all of it. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->map, 0);
		dx_store64(w, &s->map, DX_PMD / 2);
		dx_store64(w, &s->map, DX_PMD - 8);
		r = dx_msync(w, &s->map, 0, DX_PMD, MS_SYNC);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 0, n, n);
}

DX_WORKLOAD(msync_pmd_ends)
= {
	.name = "msync-pmd-ends",
	.title = "Store to both ends and the middle of a clean 2 MiB page, and msync it",
	.op = "3 stores+msync",
	.groups = "sync",
	.needs = DX_NEED_DAX,
	.check_ops = 2,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
