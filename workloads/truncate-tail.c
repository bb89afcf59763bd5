// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), DX_PAGE, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->map, 0);
		dx_store64(w, &s->map, DX_PAGE - 64);
		r = dx_truncate(w, &s->file, DX_PAGE / 2);
		if (!r)
			r = dx_truncate(w, &s->file, DX_PAGE);
		if (!r)
			r = dx_fsync(w, &s->file);
	}
	return r;
}

/*
 * The block stays, and so does the page's entry. XFS writes it back when the file grows,
 * ext4 leaves that to fsync: once it is. How often the tail is zeroed, and so flushed,
 * kernels differ in.
 */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, n, 0, n);
	c->lines_written_back = DX_ANY;
}

DX_WORKLOAD(truncate_tail)
= {
	.name = "truncate-tail",
	.title = "Store to a page, truncate to half of it and back: the tail is zeroed",
	.op = "store+truncate+truncate+fsync",
	.groups = "space",
	.needs = DX_NEED_FS,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
