// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/shift.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return prepare_shifted(dx, w, n);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return run_shift(dx_priv(dx), w, n, FALLOC_FL_COLLAPSE_RANGE);
}

DX_WORKLOAD(collapse_store)
= {
	.name = "collapse-store",
	.title = "Store to a mapped page, collapse it away, store to what follows, fsync",
	.op = "store+collapse+store+fsync",
	.groups = "space",
	.needs = DX_NEED_FS,
	.max_ops = 32,
	.check_ops = 4,
	.priv_size = sizeof(struct shifted),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_shift,
};
