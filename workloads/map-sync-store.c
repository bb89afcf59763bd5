// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	return map_hole(w, s, n * DX_PAGE, RW_PTE | DX_MAP_SYNC);
}

/*
 * Each fault allocates blocks, so the kernel commits the file's metadata and
 * only then maps the page writable: a fault and its second half, counted apart.
 * The sync within writes back nothing, for the entry is marked dirty after it.
 */
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

DX_WORKLOAD(map_sync_store)
= {
	.name = "map-sync-store",
	.title = "First store to a hole with MAP_SYNC, 4 KiB fault, journal committed",
	.op = "store",
	.groups = "default,fault,sync",
	.needs = DX_NEED_DAX | DX_NEED_MAP_SYNC,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
