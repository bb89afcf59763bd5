// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operations of a list that the user names, or that was made of a log: a
 * violation cut down, or a case by hand. Only in the check lens: what it costs
 * to go through a list would be timed with it.
 */
#include "workloads/oplist-run.h"

#ifdef DX_LENS_CHECK

DX_WORKLOAD(ops)
= {
	.name = "ops",
	.title = "The operations of a list: ops:list=FILE",
	.op = "an operation of the list",
	.groups = "list",
	.needs = DX_NEED_FS,
	.list = DX_LIST_FILE,
	.priv_size = sizeof(struct list_state),
	.params = { { "list", "path", 0, 0, 0, "file with the list" } },
	.prepare = list_prepare,
	.run = list_run,
	.finish = list_finish,
};

#endif
