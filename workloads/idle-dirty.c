// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The periodic write-back finds the inode dirty and asks DAX, which writes back for
 * who waits and for nobody else (dax_writeback_mapping_range() in fs/dax.c). The time
 * is the guest's: under --deterministic it takes none of ours, and PER OP counts it
 * as if it had been spent on instructions; --counts has those that were executed.
 */
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = make_clean(w, s, dx_param(dx, "pages") * DX_PAGE, RW_PTE);

	(void)n;
	for (uint64_t off = 0; !r && off < s->map.length; off += DX_PAGE)
		dx_store64(w, &s->map, off);
	return r;
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++)
		r = dx_env_pass_time(w, dx_param(dx, "seconds") * 1000);
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
}

DX_WORKLOAD(idle_dirty)
= {
	.name = "idle-dirty",
	.title = "N dirty 4 KiB pages left alone for a while: no periodic write-back",
	.op = "wait",
	.groups = "sync",
	.needs = DX_NEED_DAX,
	.max_ops = 1,
	.priv_size = sizeof(struct mapped),
	.params = { { "pages", "pages", 64, 1, 1000000, "dirty pages" },
		    { "seconds", "seconds", 1, 1, 3600, "for so long" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
