// SPDX-License-Identifier: GPL-2.0-or-later
/* A write of some bytes of a block that two files share: the rest is copied by the kernel. */
#include "workloads/clone.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_files *s = dx_priv(dx);
	uint64_t size = n * DX_PAGE;
	int r = make_written(w, &s->first.file, "data", size);

	if (!r)
		r = make_file(w, &s->second, "clone");
	if (!r)
		r = share_range(dx, w, 0, size);
	return r ? r : dx_fsync(w, &s->second);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_files *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		r = dx_write(w, &s->second, i * DX_PAGE + 100, 8);
		if (!r)
			r = dx_fsync(w, &s->second);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 0, 0, 0);
	c->lines_written_back =
		(int64_t)n; /* 8 bytes at 100 are no whole words: memcpy_flushcache() */
}

DX_WORKLOAD(cow_write)
= {
	.name = "cow-write",
	.title = "Write 8 bytes of a 4 KiB block that two files share, and fsync",
	.op = "write+fsync",
	.groups = "data",
	.needs = DX_NEED_DAX,
	.max_ops = 16384,
	.priv_size = sizeof(struct two_files),
	.prepare = prepare,
	.run = run,
	.finish = drop_two_files,
	.expect = expect,
};
