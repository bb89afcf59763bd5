// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), 2 * DX_PAGE, RW_PTE);
}

/* The first page stays: what is cut off is the second, its entry and its block. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		r = dx_truncate(w, &s->file, DX_PAGE);
		if (!r)
			r = dx_truncate(w, &s->file, 2 * DX_PAGE);
		if (r)
			break;
		dx_store64(w, &s->map, DX_PAGE);
		r = dx_fsync(w, &s->file);
	}
	return r;
}

DX_WORKLOAD(truncate_store)
= {
	.name = "truncate-store",
	.title = "Truncate a mapped page away and back, store to the hole, and fsync",
	.op = "truncate+truncate+store+fsync",
	.groups = "default,space,tree",
	.needs = DX_NEED_FS,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_synced_each,
};
