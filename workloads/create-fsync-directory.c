// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

/* The file's own fsync comes first, as POSIX wants it; the directory's is for its name. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	char name[16];
	int r = 0;

	(void)dx;
	for (uint64_t i = 0; !r && i < n; i++) {
		struct dx_file f = { 0 };

		r = make_named(w, &f, name_of(name, "new", i), 100);
		if (!r)
			r = dx_fdatasync(w, &f);
		dx_close(w, &f);
		if (!r)
			r = sync_directory(w);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	drop_names(dx, w, (const char *const[]){ "new" }, 1);
}

DX_WORKLOAD(create_fsync_directory)
= {
	.name = "create-fsync-directory",
	.title = "Create a file, write, fdatasync it, then fsync its directory",
	.op = "create+write+syncs",
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
