// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

/* A second name, synced; then the first one goes, synced: the file is never without one. */
static int one(struct dx_worker *w, uint64_t i)
{
	char first[16], second[16];
	struct dx_file f = { 0 };
	int r = make_named(w, &f, name_of(first, "first", i), 100);

	if (!r)
		r = dx_fsync(w, &f);
	if (!r)
		r = dx_link(w, first, name_of(second, "second", i));
	if (!r)
		r = dx_fsync(w, &f);
	if (!r)
		r = dx_unlink(w, first);
	if (!r)
		r = dx_fsync(w, &f);
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
	drop_names(dx, w, (const char *const[]){ "first", "second" }, 2);
}

DX_WORKLOAD(link_unlink_fsync)
= {
	.name = "link-unlink-fsync",
	.title = "Give a file a second name, fsync, take the first away, fsync",
	.op = "link+unlink+3 fsyncs",
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
