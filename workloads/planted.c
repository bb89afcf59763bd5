// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A known difference: the same loop with and without ten instructions more.
 * What a deterministic run reports for the two must differ by ten exactly, or
 * no smaller difference that it reports can be believed.
 */
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t nops = dx_param(dx, "nops");

	(void)w;
	(void)n;
	return nops == 0 || nops == 10 ? 0 : -EINVAL;
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	bool planted = dx_param(dx, "nops") == 10;

	(void)w;
	if (planted)
		for (uint64_t i = 0; i < n; i++)
			__asm__ volatile("nop; nop; nop; nop; nop; nop; nop; nop; nop; nop");
	else
		for (uint64_t i = 0; i < n; i++)
			__asm__ volatile("");
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
}

DX_WORKLOAD(planted)
= {
	.name = "planted",
	.title = "Empty loop, with ten instructions planted in it or not",
	.op = "iteration",
	.groups = "test",
	.params = { { "nops", "instructions", 10, 0, 10, "0 or 10 in each iteration" } },
	.prepare = prepare,
	.run = run,
	.expect = expect,
};
