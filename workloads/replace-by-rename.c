// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

/* The first one that there is to replace. */
static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct dx_file f = { 0 };
	int r = make_written(w, &f, "data", NAMES_ODD_BYTES);

	dx_close(w, &f);
	return r ? r : prepare_names(dx, w, n);
}

/* As every editor and database does it: after a crash "data" is the old or the new, whole. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = 0;

	(void)dx;
	for (uint64_t i = 0; !r && i < n; i++) {
		struct dx_file f = { 0 };

		r = make_named(w, &f, "data.new", NAMES_ODD_BYTES + i % 64);
		if (!r)
			r = dx_fsync(w, &f);
		dx_close(w, &f);
		if (!r)
			r = dx_rename(w, "data.new", "data", 0);
	}
	return r ? r : sync_directory(w);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	(void)dx;
	dx_unlink(w, "data");
	dx_unlink(w, "data.new");
}

DX_WORKLOAD(replace_by_rename)
= {
	.name = "replace-by-rename",
	.title = "Write a new file, fsync, rename it over the old one: whole, or the old",
	.op = "create+fsync+rename",
	.groups = "default,names",
	.needs = DX_NEED_FS,
	.max_ops = NAMES_MAX_OPS,
	.check_ops = 3,
	.priv_size = sizeof(struct names),
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect_no_faults,
};
