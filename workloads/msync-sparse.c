// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), dx_param(dx, "pages") * DX_PAGE, RW_PTE);
}

/* The kernel has to find the one page: its tags tell, so it need not look at the others. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	uint64_t size = s->map.length, at = size / DX_PAGE / 2 * DX_PAGE;
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->map, at);
		r = dx_msync(w, &s->map, 0, size, MS_SYNC);
	}
	return r;
}

DX_WORKLOAD(msync_sparse)
= {
	.name = "msync-sparse",
	.title = "Store to one 4 KiB page in the midst of N clean ones, msync them all",
	.op = "store+msync",
	.groups = "sync",
	.needs = DX_NEED_DAX,
	.check_ops = 2,
	.priv_size = sizeof(struct mapped),
	.params = { { "pages", "pages", 1024, 1, 1000000, "pages of the range that is synced" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_synced_each,
};
