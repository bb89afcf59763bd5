// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

#define LEN 64ULL

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return make_clean(w, dx_priv(dx), n * DX_PAGE, RW_PTE);
}

/* The page that is mapped is the one that is written to, so the load finds what was written. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t off = 0; !r && off < n * DX_PAGE; off += DX_PAGE) {
		dx_store64(w, &s->map, off);
		r = dx_write(w, &s->file, off + DX_PAGE / 2, LEN);
		dx_load64(w, &s->map, off + DX_PAGE / 2);
		if (!r)
			r = dx_fsync(w, &s->file);
	}
	return r;
}

/* Blocks that are there already keep their entry when write(2) goes to them. */
DX_WORKLOAD(write_mapped)
= {
	.name = "write-mapped",
	.title = "Store to a mapped page, write(2) beside it, load that, and fsync",
	.op = "store+write+load+fsync",
	.groups = "data",
	.needs = DX_NEED_FS,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_synced_each,
};
