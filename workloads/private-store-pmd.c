// SPDX-License-Identifier: GPL-2.0-or-later
/* What would be copied is never faulted as 2 MiB (dax_fault_check_fallback()). */
#include "workloads/fallback.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	return map_written(w, s, n * DX_PMD, RW_PMD | DX_MAP_PRIVATE);
}

DX_WORKLOAD(private_store_pmd)
= {
	.name = "private-store-pmd",
	.title = "First store through MAP_PRIVATE to 2 MiB of blocks: 4 KiB copied",
	.op = "store",
	.groups = "fault",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = store_each_pmd,
	.finish = drop_data,
	.expect = expect_fallbacks,
};
