// SPDX-License-Identifier: GPL-2.0-or-later
/* DAX copies the block to a page of memory (dax_fault_cow_page()); the file keeps its own. */
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	return map_written(w, s, n * DX_PAGE, RW_PTE | DX_MAP_PRIVATE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PAGE);
	return 0;
}

DX_WORKLOAD(private_store)
= {
	.name = "private-store",
	.title = "First store through MAP_PRIVATE to written blocks: 4 KiB copied",
	.op = "store",
	.groups = "default,fault",
	.needs = DX_NEED_DAX,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_pte_each,
};
