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
	return prepare_process(dx, w, n * DX_PMD, RW_PMD, child);
}

DX_WORKLOAD(refault_after_fork_pmd)
= {
	.name = "refault-after-fork-pmd",
	.title = "First load of a forked child from 2 MiB pages its parent has mapped",
	.op = "load",
	.groups = "fault,threads",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.priv_size = sizeof(struct two_maps),
	.prepare = prepare,
	.run = run_process,
	.finish = finish_process,
	.expect = expect_pmd_each,
};
