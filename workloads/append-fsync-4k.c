// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/append.h"

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct transfer t = *(struct transfer *)dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		r = dx_write(w, &t.data.file, t.at + i * t.size, t.size);
		if (!r)
			r = dx_fsync(w, &t.data.file);
	}
	return r;
}

DX_WORKLOAD(append_fsync_4k)
= {
	.name = "append-fsync-4k",
	.title = "Append 4 KiB with write(2), then fsync: blocks and size committed",
	.op = "write+fsync",
	.groups = "default,data,sync",
	.needs = DX_NEED_FS,
	.max_ops = 64,
	.priv_size = sizeof(struct transfer),
	.params = { SIZE_PARAM, AT_PARAM, DIRECT_PARAM },
	.prepare = prepare_append,
	.run = run,
	.finish = drop_data,
	.expect = expect_no_entries,
};
