// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/refault.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_maps *s = dx_priv(dx);
	int r = make_clean(w, &s->first, n * DX_PMD, RW_PMD);

	return r ? r
		 : dx_map(w, &s->second, &s->first.file, 0, n * DX_PMD, DX_MAP_READ | DX_MAP_PMD);
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

DX_WORKLOAD(refault_second_map_pmd)
= {
	.name = "refault-second-map-pmd",
	.title = "Load through a second mapping of 2 MiB pages the first has mapped",
	.op = "load",
	.groups = "fault,tree",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct two_maps),
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect_pmd_each,
};
