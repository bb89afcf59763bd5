// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	return map_written(w, s, n * DX_PAGE, RW_PTE | DX_MAP_SYNC);
}

/*
 * The blocks are durable since the fsync of prepare(), so the file system sets no
 * IOMAP_F_DIRTY, and the fault has no second half (dax_fault_is_synchronous()).
 */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PAGE);
	return 0;
}

DX_WORKLOAD(map_sync_store_allocated)
= {
	.name = "map-sync-store-allocated",
	.title = "First store to written blocks with MAP_SYNC, 4 KiB fault: no commit",
	.op = "store",
	.groups = "fault,sync",
	.needs = DX_NEED_DAX | DX_NEED_MAP_SYNC,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_pte_each,
};
