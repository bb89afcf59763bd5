// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

/* What the loop and the reading of the clock cost: every other figure holds it. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)dx;
	(void)w;
	for (uint64_t i = 0; i < n; i++)
		__asm__ volatile("" ::: "memory");
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
}

DX_WORKLOAD(null_loop)
= {
	.name = "null",
	.title = "Empty loop: the cost of the harness itself",
	.op = "iteration",
	.groups = "default,quick,control",
	.run = run,
	.expect = expect,
};
