// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

/* A page for each operation, without a block: such a fault is synchronous. */
static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	return map_hole(w, s, n * DX_PAGE, RW_PTE | DX_MAP_SYNC);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->map, i * DX_PAGE);
		r = dx_syncfs(w, &s->file);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, n, 0, 0);
	c->sync_faults = (int64_t)n;
	/* XFS passes over the inode: docs/findings/map-sync-not-dirty.md. */
	c->entries_written_back = c->lines_written_back = DX_ANY;
}

DX_WORKLOAD(map_sync_syncfs)
= {
	.name = "map-sync-syncfs",
	.title = "Store through MAP_SYNC to a hole, then syncfs",
	.op = "store+syncfs",
	.groups = "default,sync",
	.needs = DX_NEED_DAX | DX_NEED_MAP_SYNC,
	.max_ops = 16384,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
