// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

/* Blocks that fallocate() has allocated, and fsync made durable as unwritten. */
static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = make_file(w, &s->file, "data");

	if (!r)
		r = dx_fallocate(w, &s->file, 0, 0, n * DX_PAGE);
	if (!r)
		r = dx_fsync(w, &s->file);
	return r ? r : dx_map(w, &s->map, &s->file, 0, n * DX_PAGE, RW_PTE | DX_MAP_SYNC);
}

/* Each fault zeroes a block and makes it a written one: metadata that must be committed. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PAGE);
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, n, 0, 0);
	c->sync_faults = (int64_t)n;
}

DX_WORKLOAD(map_sync_store_unwritten)
= {
	.name = "map-sync-store-unwritten",
	.title = "First store to unwritten blocks with MAP_SYNC, 4 KiB fault, committed",
	.op = "store",
	.groups = "fault,sync",
	.needs = DX_NEED_DAX | DX_NEED_MAP_SYNC,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
