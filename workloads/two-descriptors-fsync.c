// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

/* A sync promises what was written through any descriptor, of one that is closed by then, too. */
static int one(struct dx_worker *w, uint64_t i)
{
	struct dx_file writes = { 0 }, syncs = { 0 };
	char name[16];
	int r = make_named(w, &writes, name_of(name, "two", i), 0);

	if (!r)
		r = dx_open(w, &syncs, name, O_RDONLY);
	if (!r)
		r = dx_write(w, &writes, 0, NAMES_ODD_BYTES);
	if (!r)
		r = dx_fsync(w, &syncs);
	if (!r)
		r = dx_write(w, &writes, 1000, 2000);
	if (!r)
		r = dx_write(w, &writes, NAMES_ODD_BYTES, 1000);
	dx_close(w, &writes);
	if (!r)
		r = dx_fdatasync(w, &syncs);
	dx_close(w, &syncs);
	return r;
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)dx;
	return do_each(w, n, one);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	drop_names(dx, w, (const char *const[]){ "two" }, 1);
}

DX_WORKLOAD(two_descriptors_fsync)
= {
	.name = "two-descriptors-fsync",
	.title = "Write and append through one descriptor, sync through a read-only one",
	.op = "3 writes+2 syncs",
	.groups = "data,sync",
	.needs = DX_NEED_FS,
	.max_ops = NAMES_MAX_OPS,
	.check_ops = 2,
	.priv_size = sizeof(struct names),
	.prepare = prepare_names,
	.run = run,
	.finish = finish,
	.expect = expect_no_faults,
};
