// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = make_clean(w, s, n * DX_PMD, RW_PMD);

	if (!r)
		r = dx_unmap(w, &s->map);
	return r ? r : dx_map(w, &s->map, &s->file, 0, n * DX_PMD, RW_PMD);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PMD);
	return 0;
}

DX_WORKLOAD(pmd_refault)
= {
	.name = "pmd-refault",
	.title = "Store after munmap and mmap, 2 MiB fault: entry present and clean",
	.op = "store",
	.groups = "default,fault,tree",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_pmd_each,
};
