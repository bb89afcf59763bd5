// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = make_hole(w, &s->file, "data", n * DX_PAGE);

	if (!r)
		r = refuse_large_units(dx, &s->file);
	return r ? r : dx_map(w, &s->map, &s->file, 0, n * DX_PAGE, RW_PTE);
}

/* The load maps the zero page; write(2) allocates, and must take that away again. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t off = 0; !r && off < n * DX_PAGE; off += DX_PAGE) {
		dx_load64(w, &s->map, off);
		r = dx_write(w, &s->file, off, DX_PAGE);
		dx_load64(w, &s->map, off);
		if (!r)
			r = dx_fsync(w, &s->file);
	}
	return r;
}

/* Linux 6.1 takes what was only loaded from for dirty, as fsync-after-read shows. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 2 * n, 0, 0);
	c->entries_written_back = c->lines_written_back = DX_ANY;
}

DX_WORKLOAD(write_mapped_hole)
= {
	.name = "write-mapped-hole",
	.title = "Load from a mapped hole, write(2) to it, load again, and fsync",
	.op = "load+write+load+fsync",
	.groups = "data,fault",
	.needs = DX_NEED_FS,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
