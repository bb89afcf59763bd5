// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

/* The twin of null, as one writes an empty loop without daxbench. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t i = 0;

	(void)dx;
	(void)w;
	while (i < n) {
		__asm__ volatile("");
		i++;
	}
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
}

DX_WORKLOAD(null_by_hand)
= {
	.name = "null-by-hand",
	.title = "Empty loop written without the dx_ API: must cost what null costs",
	.op = "iteration",
	.groups = "control,test",
	.run = run,
	.expect = expect,
};
