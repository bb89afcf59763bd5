// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

static int one(struct dx_worker *w, uint64_t i)
{
	char directory[16], path[40];
	struct dx_file f = { 0 };
	int r = dx_mkdir(w, name_of(directory, "dir", i));

	snprintf(path, sizeof(path), "%s/file", directory);
	if (!r)
		r = make_named(w, &f, path, 100);
	if (!r)
		r = dx_syncfs(w, &f);
	dx_close(w, &f);
	return r;
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)dx;
	return do_each(w, n, one);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	const struct names *s = dx_priv(dx);
	char directory[16], path[40];

	for (uint64_t i = 0; i < s->made; i++) {
		name_of(directory, "dir", i);
		snprintf(path, sizeof(path), "%s/file", directory);
		dx_unlink(w, path);
		dx_rmdir(w, directory);
	}
}

DX_WORKLOAD(mkdir_syncfs)
= {
	.name = "mkdir-syncfs",
	.title = "Make a directory with a file in it, then syncfs",
	.op = "mkdir+create+syncfs",
	.groups = "names",
	.needs = DX_NEED_FS | DX_NEED_OWN_FS,
	.max_ops = NAMES_MAX_OPS,
	.check_ops = 2,
	.priv_size = sizeof(struct names),
	.prepare = prepare_names,
	.run = run,
	.finish = finish,
	.expect = expect_no_faults,
};
