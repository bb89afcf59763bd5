// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

/* Each page is loaded from before it is timed. */
static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = map_written(w, s, n * DX_PAGE, RW_PTE);

	if (!r)
		load_each(w, &s->map);
	return r;
}

/* mm calls pfn_mkwrite(), and that does the whole fault once more. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PAGE);
	return 0;
}

DX_WORKLOAD(pte_upgrade_data)
= {
	.name = "pte-upgrade-data",
	.title = "Store to a 4 KiB page that a load has mapped: write-protect fault",
	.op = "store",
	.groups = "fault",
	.needs = DX_NEED_DAX,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_pte_each,
};
