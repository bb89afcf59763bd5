// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return make_clean(w, dx_priv(dx), n * DX_PAGE, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t off = 0; !r && off < n * DX_PAGE; off += DX_PAGE) {
		r = dx_fallocate(w, &s->file, FALLOC_FL_ZERO_RANGE, off, DX_PAGE);
		dx_store64(w, &s->map, off);
		if (!r)
			r = dx_fsync(w, &s->file);
	}
	return r;
}

DX_WORKLOAD(zero_range_store)
= {
	.name = "zero-range-store",
	.title = "Zero the range of a mapped page (FALLOC_FL_ZERO_RANGE), store, and fsync",
	.op = "zero+store+fsync",
	.groups = "space",
	.needs = DX_NEED_FS,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_synced_each,
};
