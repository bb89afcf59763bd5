// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/names.h"

#define ROOM   (16 * DX_PAGE)
#define APPEND 777

/*
 * Blocks past the end of the file, then appends into them: what fdatasync promises is the
 * new size, and nothing of what the blocks held before may show behind it.
 */
static int one(struct dx_worker *w, uint64_t i)
{
	struct dx_file f = { 0 };
	char name[16];
	int r = make_named(w, &f, name_of(name, "room", i), 0);

	if (!r)
		r = dx_fallocate(w, &f, FALLOC_FL_KEEP_SIZE, 0, ROOM);
	for (uint64_t k = 0; !r && k < 3; k++) {
		r = dx_write(w, &f, k * APPEND, APPEND);
		if (!r)
			r = dx_fdatasync(w, &f);
	}
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
	drop_names(dx, w, (const char *const[]){ "room" }, 1);
}

DX_WORKLOAD(prealloc_append)
= {
	.name = "prealloc-append",
	.title = "Allocate blocks past the end, append 777 bytes three times, fdatasync each",
	.op = "fallocate+3 appends",
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
