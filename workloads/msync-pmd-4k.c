// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), DX_PMD, RW_PMD);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->map, 0);
		r = dx_msync(w, &s->map, 0, DX_PAGE, MS_SYNC);
	}
	return r;
}

/* The entry is what is dirty, so 2 MiB are written back for 4 KiB asked for. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 0, n, n);
}

DX_WORKLOAD(msync_pmd_4k)
= {
	.name = "msync-pmd-4k",
	.title = "Store to a clean 2 MiB page and msync 4 KiB of it",
	.op = "store+msync",
	.groups = "default,sync,tree",
	.needs = DX_NEED_DAX,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
