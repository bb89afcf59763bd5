// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations made systematically: each that there is, on each kind of page, made
 * durable in each way, and covers of two after each other (checker/gen/ace.h). Only in
 * the check lens, as ops.
 */
#include "workloads/oplist-run.h"

#ifdef DX_LENS_CHECK

DX_WORKLOAD(ace)
= {
	.name = "ace",
	.title = "Each operation in each way: all of one, a pairwise cover of two",
	.op = "an operation of the list",
	.groups = "list",
	.needs = DX_NEED_FS,
	.list = DX_LIST_ACE,
	.priv_size = sizeof(struct list_state),
	/* In this order: bench/check/ace_source.c. */
	.params = { { "length", "operations", 1, 1, 2, "of a case; of 2 a cover of all pairs" },
		    { "shard", "number", 0, 0, 64, "this list of them alone; 0: each, one by one" },
		    { "of", "lists", 0, 0, 64,
		      "that all are divided into; 0: as few as hold them" },
		    { "case", "number", 0, 0, 100000000, "this case alone; 0: all" } },
	.prepare = list_prepare,
	.run = list_run,
	.finish = list_finish,
};

#endif
