// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), DX_PAGE, RW_PTE);
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

/* Each msync leaves the page write-protected, so each store faults. */
DX_WORKLOAD(msync_page)
= {
	.name = "msync-page",
	.title = "Store to a clean 4 KiB page and msync it",
	.op = "store+msync",
	.groups = "default,quick,sync,tree",
	.needs = DX_NEED_DAX,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_synced_each,
};
