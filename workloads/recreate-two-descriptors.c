// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

/*
 * A file is unlinked while it is open, and another one made under its name. fsync through
 * the old descriptor promises nothing of the name, and must not take the new file along.
 */
static int one(struct dx_worker *w, uint64_t i)
{
	struct dx_file old = { 0 }, new = { 0 };
	char name[16];
	int r = make_named(w, &old, name_of(name, "twice", i), 200);

	if (!r)
		r = dx_fsync(w, &old);
	if (!r)
		r = dx_unlink(w, name);
	if (!r)
		r = make_named(w, &new, name, 100);
	if (!r)
		r = dx_write(w, &old, 200, 77);
	if (!r)
		r = dx_fsync(w, &old);
	if (!r)
		r = dx_fsync(w, &new);
	dx_close(w, &old);
	dx_close(w, &new);
	return r;
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)dx;
	return do_each(w, n, one);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	drop_names(dx, w, (const char *const[]){ "twice" }, 1);
}

DX_WORKLOAD(recreate_two_descriptors)
= {
	.name = "recreate-two-descriptors",
	.title = "Unlink an open file, make another of its name, fsync both",
	.op = "unlink+create+3 fsyncs",
	.groups = "names",
	.needs = DX_NEED_FS,
	.max_ops = NAMES_MAX_OPS,
	.check_ops = 2,
	.priv_size = sizeof(struct names),
	.prepare = prepare_names,
	.run = run,
	.finish = finish,
	.expect = expect_no_faults,
};
