// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A log that grows by a page a round: all of it so far is synced in each round. That
 * a round costs the same with many rounds before it as with few shows that what is
 * clean costs nothing.
 */
#include "workloads/common.h"

/*
 * Single pages, but at an aligned address: a page table is made each 512 rounds, at the
 * same ones whatever the length.
 */
static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t before = dx_param(dx, "before") * DX_PAGE, size = before + n * DX_PAGE;
	struct mapped *s = dx_priv(dx);
	int r = map_written(w, s, size, RW_PTE | DX_MAP_PMD);

	for (uint64_t off = 0; !r && off < before; off += DX_PAGE) {
		dx_store64(w, &s->map, off);
		r = dx_msync(w, &s->map, 0, off + DX_PAGE, MS_SYNC);
	}
	return r;
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t at = dx_param(dx, "before") * DX_PAGE;
	const struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++, at += DX_PAGE) {
		dx_store64(w, &s->map, at);
		r = dx_msync(w, &s->map, 0, at + DX_PAGE, MS_SYNC);
	}
	return r;
}

DX_WORKLOAD(msync_growing)
= {
	.name = "msync-growing",
	.title = "First store to the next page of a mapping, then msync all so far",
	.op = "store+msync",
	.groups = "sync",
	.needs = DX_NEED_DAX,
	.max_ops = 16384,
	.priv_size = sizeof(struct mapped),
	.params = { { "before", "rounds", 0, 0, 16384, "rounds that went before, untimed" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_synced_each,
};
