// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

#define PAGES 64 /* written to in turn; a power of two, so that the loop divides by nothing */

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	(void)n;
	return make_written(w, &s->file, "data", PAGES * DX_PAGE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		r = dx_write(w, &s->file, i % PAGES * DX_PAGE, DX_PAGE);
		if (!r)
			r = dx_fsync(w, &s->file);
	}
	return r;
}

/*
 * write(2) to a DAX file makes no entry: fsync finds none to write back, and
 * commits a journal only where the clock has moved on and so the file's mtime.
 */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
}

DX_WORKLOAD(write_fsync_4k)
= {
	.name = "write-fsync-4k",
	.title = "Overwrite 4 KiB of allocated blocks with write(2), then fsync",
	.op = "write+fsync",
	.groups = "default,data,sync",
	.needs = DX_NEED_FS,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
