// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dirty.h"

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct dirty *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dirty_entries(w, s);
		r = dx_fsync(w, &s->huge.file);
	}
	return r;
}

DX_WORKLOAD(fsync_dirty)
= {
	.name = "fsync-dirty",
	.title = "Store to N clean pages of 4 KiB and of 2 MiB, then fsync",
	.op = "stores+fsync",
	.groups = "default,sync,tree",
	.needs = DX_NEED_DAX,
	.check_ops = 2,
	.priv_size = sizeof(struct dirty),
	.params = { PAGES_PARAM, HUGE_PARAM },
	.prepare = prepare_entries,
	.run = run,
	.finish = drop_entries,
	.expect = expect_entries,
};
