// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	return map_written(w, s, n * DX_PMD, DX_MAP_READ | DX_MAP_PMD);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_load64(w, &s->map, i * DX_PMD);
	return 0;
}

DX_WORKLOAD(pmd_read_data)
= {
	.name = "pmd-read-data",
	.title = "First load from written blocks, 2 MiB fault",
	.op = "load",
	.groups = "default,fault,tree",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_pmd_each,
};
