// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/transfer.h"

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct transfer t = *(struct transfer *)dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++)
		r = dx_write(w, &t.data.file, next_transfer(&t), t.size);
	return r;
}

DX_WORKLOAD(write_4k)
= {
	.name = "write-4k",
	.title = "Overwrite 4 KiB of allocated blocks with write(2)",
	.op = "write",
	.groups = "default,quick,data",
	.needs = DX_NEED_FS,
	.priv_size = sizeof(struct transfer),
	.params = { SIZE_PARAM, AT_PARAM, RANDOM_PARAM, DIRECT_PARAM },
	.prepare = prepare_transfers,
	.run = run,
	.finish = drop_data,
	.expect = expect_no_entries,
};
