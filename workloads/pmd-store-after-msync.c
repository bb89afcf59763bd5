// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	return make_clean(w, s, n * DX_PMD, RW_PMD);
}

/* msync write-protected what prepare() had stored to: each store faults once more. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PMD);
	return 0;
}

DX_WORKLOAD(pmd_store_after_msync)
= {
	.name = "pmd-store-after-msync",
	.title = "Store to a clean mapped 2 MiB page: write-protect fault",
	.op = "store",
	.groups = "default,fault,sync,tree",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_pmd_each,
};
