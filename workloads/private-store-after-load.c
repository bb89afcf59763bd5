// SPDX-License-Identifier: GPL-2.0-or-later
/* mm copies what is mapped by itself (wp_page_copy()): DAX is not asked, and counts nothing. */
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = map_written(w, s, n * DX_PAGE, RW_PTE | DX_MAP_PRIVATE);

	if (!r)
		load_each(w, &s->map);
	return r;
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PAGE);
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
}

DX_WORKLOAD(private_store_after_load)
= {
	.name = "private-store-after-load",
	.title = "Store through MAP_PRIVATE to a mapped 4 KiB page: copied without DAX",
	.op = "store",
	.groups = "fault",
	.needs = DX_NEED_DAX,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
