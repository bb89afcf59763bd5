// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/leave.h"

/* The one operation of a sample: nothing can be stored from here on. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = store_and_leave(w, dx_priv(dx));

	(void)n;
	return r ? r : dx_env_remount(w, true);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	dx_env_remount(w, false);
	drop_left(w, dx_priv(dx));
}

DX_WORKLOAD(remount_ro_dirty)
= {
	.name = "remount-ro-dirty",
	.title = "Store to N pages, unmap and close the file, then remount read-only",
	.op = "stores+remount",
	.groups = "sync",
	.needs = DX_NEED_DAX | DX_NEED_OWN_FS,
	.max_ops = 1,
	.priv_size = sizeof(struct mapped),
	.params = { LEAVE_PARAM },
	.prepare = prepare_leave,
	.run = run,
	.finish = finish,
	.expect = expect_leave,
};
