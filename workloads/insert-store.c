// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/shift.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct shifted *s = dx_priv(dx);
	int r = prepare_shifted(dx, w, 0);

	(void)n;
	return r ? r : refuse_large_units(dx, &s->data.file);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return run_shift(dx_priv(dx), w, n, FALLOC_FL_INSERT_RANGE);
}

DX_WORKLOAD(insert_store)
= {
	.name = "insert-store",
	.title = "Store to a mapped page, insert a hole before it, store there, and fsync",
	.op = "store+insert+store+fsync",
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
