// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bench lens only: what is stored past the dx_ API is in no operation log, and
 * a checker would take it for corruption.
 */
#ifndef DX_LENS_CHECK

#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = map_written(w, s, DX_PAGE, RW_PTE);

	(void)n;
	if (!r)
		dx_store64(w, &s->map, 0); /* the only fault */
	return r;
}

/* The twin of bare: a pointer and an assignment, as one writes it without daxbench. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	volatile uint64_t *word = (volatile uint64_t *)s->map.base;

	(void)w;
	for (uint64_t i = 0; i < n; i++)
		*word = DX_BENCH_VALUE;
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
}

DX_WORKLOAD(bare_by_hand)
= {
	.name = "bare-by-hand",
	.title = "Store written without the dx_ API: must cost what bare costs",
	.op = "store",
	.groups = "control,test",
	.needs = DX_NEED_FS,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};

#endif
