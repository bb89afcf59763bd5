// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/refault.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_maps *s = dx_priv(dx);
	int r = make_clean(w, &s->first, n * DX_PAGE, RW_PTE);

	return r ? r
		 : dx_map(w, &s->second, &s->first.file, 0, n * DX_PAGE, DX_MAP_READ | DX_MAP_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct two_maps *s = dx_priv(dx);

	(void)n;
	load_each(w, &s->second);
	return 0;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	struct two_maps *s = dx_priv(dx);

	dx_unmap(w, &s->second);
	drop_data(dx, w);
}

DX_WORKLOAD(refault_second_map)
= {
	.name = "refault-second-map",
	.title = "Load through a second mapping of 4 KiB pages the first has mapped",
	.op = "load",
	.groups = "fault,tree",
	.needs = DX_NEED_DAX,
	.max_ops = 2048,
	.priv_size = sizeof(struct two_maps),
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect_pte_each,
};
