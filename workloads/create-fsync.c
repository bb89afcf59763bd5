// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	char name[16];
	int r = 0;

	(void)dx;
	for (uint64_t i = 0; !r && i < n; i++) {
		struct dx_file f = { 0 };

		r = make_named(w, &f, name_of(name, "new", i), NAMES_ODD_BYTES);
		if (!r)
			r = dx_fsync(w, &f);
		dx_close(w, &f);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	drop_names(dx, w, (const char *const[]){ "new" }, 1);
}

DX_WORKLOAD(create_fsync)
= {
	.name = "create-fsync",
	.title = "Create a file, write 5,003 bytes, fsync: its name, size and data",
	.op = "create+write+fsync",
	.groups = "default,names",
	.needs = DX_NEED_FS,
	.max_ops = NAMES_MAX_OPS,
	.check_ops = 3,
	.priv_size = sizeof(struct names),
	.prepare = prepare_names,
	.run = run,
	.finish = finish,
	.expect = expect_no_faults,
};
