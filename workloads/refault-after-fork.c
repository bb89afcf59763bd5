// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/refault.h"

/* fork() copies no page table of a shared file mapping (mm/memory.c, vma_needs_copy()). */
static int child(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct two_maps *s = dx_priv(dx);

	(void)n;
	return load_in_turn(w, &s->first.map);
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return prepare_process(dx, w, n * DX_PAGE, RW_PTE, child);
}

DX_WORKLOAD(refault_after_fork)
= {
	.name = "refault-after-fork",
	.title = "First load of a forked child from 4 KiB pages its parent has mapped",
	.op = "load",
	.groups = "fault,threads",
	.needs = DX_NEED_DAX,
	.max_ops = 2048,
	.priv_size = sizeof(struct two_maps),
	.prepare = prepare,
	.run = run_process,
	.finish = finish_process,
	.expect = expect_pte_each,
};
