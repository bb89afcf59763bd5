// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

/*
 * Sizes that are multiples of nothing: longer by a write, shorter, longer again by truncate.
 * What lay behind an end must not come back, and what lies before it must stay.
 */
static int one(struct dx_worker *w, uint64_t i)
{
	struct dx_file f = { 0 };
	char name[16];
	int r = make_named(w, &f, name_of(name, "size", i), NAMES_ODD_BYTES);

	if (!r)
		r = dx_fsync(w, &f);
	if (!r)
		r = dx_truncate(w, &f, 1009);
	if (!r)
		r = dx_fsync(w, &f);
	if (!r)
		r = dx_truncate(w, &f, 2 * DX_PAGE + 1);
	if (!r)
		r = dx_write(w, &f, 1500, 61);
	if (!r)
		r = dx_fdatasync(w, &f);
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
	drop_names(dx, w, (const char *const[]){ "size" }, 1);
}

DX_WORKLOAD(resize_fsync)
= {
	.name = "resize-fsync",
	.title = "Write, truncate down and up at odd sizes, synced each time",
	.op = "resizes+3 syncs",
	.groups = "names,space",
	.needs = DX_NEED_FS,
	.max_ops = NAMES_MAX_OPS,
	.check_ops = 2,
	.priv_size = sizeof(struct names),
	.prepare = prepare_names,
	.run = run,
	.finish = finish,
	.expect = expect_no_faults,
};
