// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), DX_PAGE, RW_PTE);
}

/* The plainest use of each call that promises data: a store to a mapped page, and the call. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->map, 0);
		r = dx_msync(w, &s->map, 0, DX_PAGE, MS_SYNC);
		dx_store64(w, &s->map, 64);
		r = r ? r : dx_fsync(w, &s->file);
		dx_store64(w, &s->map, 128);
		r = r ? r : dx_fdatasync(w, &s->file);
		dx_store64(w, &s->map, 192);
		r = r ? r : dx_sync(w);
		dx_store64(w, &s->map, 256);
		r = r ? r : dx_syncfs(w, &s->file);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 5 * n, 0, 5 * n);
}

DX_WORKLOAD(every_sync)
= {
	.name = "every-sync",
	.title = "Store to a mapped page, then msync, fsync, fdatasync, sync, syncfs in turn",
	.op = "5 stores+syncs",
	.groups = "default,quick,sync",
	.needs = DX_NEED_DAX | DX_NEED_OWN_FS,
	.check_ops = 2,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
