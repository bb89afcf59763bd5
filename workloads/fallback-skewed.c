// SPDX-License-Identifier: GPL-2.0-or-later
/* Offset and address differ by 4 KiB: no 2 MiB of the page table are 2 MiB of the file. */
#include "workloads/fallback.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = make_written(w, &s->file, "data", n * DX_PMD);

	return r ? r
		 : dx_map(w, &s->map, &s->file, 0, n * DX_PMD,
			  DX_MAP_READ | DX_MAP_WRITE | DX_MAP_SKEWED);
}

DX_WORKLOAD(fallback_skewed)
= {
	.name = "fallback-skewed",
	.title = "Store where offset and address are 4 KiB apart: 2 MiB fault falls back",
	.op = "store",
	.groups = "default,fault",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = store_each_pmd,
	.finish = drop_data,
	.expect = expect_fallbacks,
};
