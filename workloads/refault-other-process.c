// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/refault.h"

/* The other process inherits the descriptor and maps the file by itself. */
static int other(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_maps *s = dx_priv(dx);
	int r = dx_map(w, &s->second, &s->first.file, 0, n * DX_PAGE, DX_MAP_READ | DX_MAP_PTE);

	return r ? r : load_in_turn(w, &s->second);
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return prepare_process(dx, w, n * DX_PAGE, RW_PTE, other);
}

DX_WORKLOAD(refault_other_process)
= {
	.name = "refault-other-process",
	.title = "First load of a second process from 4 KiB pages the first has mapped",
	.op = "load",
	.groups = "default,fault,tree",
	.needs = DX_NEED_DAX,
	.max_ops = 2048,
	.priv_size = sizeof(struct two_maps),
	.prepare = prepare,
	.run = run_process,
	.finish = finish_process,
	.expect = expect_pte_each,
};
