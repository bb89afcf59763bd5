// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The 2 MiB page is taken out of the page table whole, and the store faults anew as one of
 * 4 KiB (__split_huge_pmd_locked()). Before 6.2 wp_huge_pmd() asked DAX first, which
 * declined: a fallback that XFS does not have since, and ext4 has for another reason
 * (fallback.h).
 */
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = map_written(w, s, n * DX_PMD, RW_PMD | DX_MAP_PRIVATE);

	if (!r)
		load_each(w, &s->map);
	return r;
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PMD);
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, n, 0, 0);
	c->pmd_fallbacks = DX_ANY;
}

DX_WORKLOAD(private_store_after_load_pmd)
= {
	.name = "private-store-after-load-pmd",
	.title = "Store through MAP_PRIVATE to a mapped 2 MiB page: unmapped, 4 KiB copied",
	.op = "store",
	.groups = "fault",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
