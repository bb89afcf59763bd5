// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations made from the run's seed: everything that applications do to files
 * on DAX, in every order (checker/gen/soup.h). Only in the check lens, as ops.
 */
#include "workloads/oplist-run.h"

#ifdef DX_LENS_CHECK

DX_WORKLOAD(soup)
= {
	.name = "soup",
	.title = "Operations made from the seed, all of which succeed",
	.op = "an operation of the list",
	.groups = "list",
	.needs = DX_NEED_FS,
	.list = DX_LIST_SOUP,
	.priv_size = sizeof(struct list_state),
	.params = { { "ops", "operations", 500, 1, 2000, "operations that are made" } },
	.prepare = list_prepare,
	.run = list_run,
	.finish = list_finish,
};

#endif
