// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/files.h"

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t files = dx_param(dx, "files");
	struct files *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		for (uint64_t k = 0; k < files; k++)
			dx_store64(w, &s->file[k].map, 0);
		r = dx_sync(w);
	}
	return r;
}

DX_WORKLOAD(sync_files)
= {
	.name = "sync-files",
	.title = "Store to one page in each of N files, then sync: all file systems",
	.op = "stores+sync",
	.groups = "default,sync,tree",
	.needs = DX_NEED_DAX | DX_NEED_OWN_FS,
	.check_ops = 2,
	.priv_size = sizeof(struct files),
	.params = { FILES_PARAM },
	.prepare = prepare_files,
	.run = run,
	.finish = drop_files,
	.expect = expect_files,
};
