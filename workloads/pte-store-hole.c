// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	return map_hole(w, s, n * DX_PAGE, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PAGE);
	return 0;
}

DX_WORKLOAD(pte_store_hole)
= {
	.name = "pte-store-hole",
	.title = "First store to a hole, 4 KiB fault: blocks allocated and zeroed",
	.op = "store",
	.groups = "default,fault,quick,tree",
	.needs = DX_NEED_DAX,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_pte_each,
};
