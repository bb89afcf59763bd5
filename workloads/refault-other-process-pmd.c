// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/refault.h"

/* The other process inherits the descriptor and maps the file by itself. */
static int other(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_maps *s = dx_priv(dx);
	int r = dx_map(w, &s->second, &s->first.file, 0, n * DX_PMD, DX_MAP_READ | DX_MAP_PMD);

	return r ? r : load_in_turn(w, &s->second);
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return prepare_process(dx, w, n * DX_PMD, RW_PMD, other);
}

DX_WORKLOAD(refault_other_process_pmd)
= {
	.name = "refault-other-process-pmd",
	.title = "First load of a second process from 2 MiB pages the first has mapped",
	.op = "load",
	.groups = "fault,threads,tree",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct two_maps),
	.prepare = prepare,
	.run = run_process,
	.finish = finish_process,
	.expect = expect_pmd_each,
};
