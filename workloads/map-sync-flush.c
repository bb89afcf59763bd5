// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return map_hole(w, dx_priv(dx), n * DX_PAGE, RW_PTE | DX_MAP_SYNC);
}

/*
 * All that a program with MAP_SYNC does to make a store durable, on a page that has no block
 * yet: that it has one from the fault on is the kernel's promise.
 */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t off = 0; off < n * DX_PAGE; off += DX_PAGE) {
		dx_store64(w, &s->map, off);
		dx_persist(w, &s->map, off, 64, DX_CLFLUSH);
		dx_rely(w, &s->map, off, 8);
	}
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, n, 0, 0);
	c->sync_faults = (int64_t)n;
	c->lines_written_back = (int64_t)n;
}

DX_WORKLOAD(map_sync_flush)
= {
	.name = "map-sync-flush",
	.title = "First store to a hole with MAP_SYNC, written back and drained by the program",
	.op = "store+flush",
	.groups = "sync,user",
	.needs = DX_NEED_DAX | DX_NEED_MAP_SYNC,
	.max_ops = 2048,
	.check_ops = 2,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
