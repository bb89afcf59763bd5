// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

struct two_maps {
	struct mapped first; /* first: drop_data() takes it for all */
	struct dx_map second;
};

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_maps *s = dx_priv(dx);
	int r = make_written(w, &s->first.file, "data", n * DX_PAGE);

	if (!r)
		r = dx_map(w, &s->first.map, &s->first.file, 0, n * DX_PAGE, RW_PTE);
	if (!r)
		r = dx_map(w, &s->second, &s->first.file, 0, n * DX_PAGE, RW_PTE);
	for (uint64_t i = 0; !r && i < n; i++)
		dx_load64(w, &s->second, i * DX_PAGE);
	return r ? r : touch_and_sync(w, &s->first.map, DX_PAGE);
}

/* One copy of the page, at two addresses: what is stored at one must be synced at the other. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_maps *s = dx_priv(dx);
	int r = 0;

	for (uint64_t off = 0; !r && off < n * DX_PAGE; off += DX_PAGE) {
		dx_store64(w, &s->first.map, off);
		dx_load64(w, &s->second, off);
		r = dx_msync(w, &s->second, off, DX_PAGE, MS_SYNC);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	struct two_maps *s = dx_priv(dx);

	dx_unmap(w, &s->second);
	drop_data(dx, w);
}

/* The second mapping's page stays mapped, for reading: only the store faults. */
DX_WORKLOAD(two_maps_msync)
= {
	.name = "two-maps-msync",
	.title = "Store through one mapping of a page, load and msync through another",
	.op = "store+load+msync",
	.groups = "data,sync",
	.needs = DX_NEED_FS,
	.max_ops = 2048,
	.priv_size = sizeof(struct two_maps),
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect_synced_each,
};
