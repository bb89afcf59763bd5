// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);

	return map_hole(w, s, n * DX_PAGE, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t off = 0; !r && off < n * DX_PAGE; off += DX_PAGE) {
		dx_load64(w, &s->map, off);
		r = dx_fallocate(w, &s->file, 0, off, DX_PAGE);
		dx_store64(w, &s->map, off);
		if (!r)
			r = dx_fsync(w, &s->file);
	}
	return r;
}

/* The zero page stays mapped until the store, which zeroes the block and maps that. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 2 * n, 0, n);
}

DX_WORKLOAD(fallocate_store)
= {
	.name = "fallocate-store",
	.title = "Load from a mapped hole, fallocate it, store to it, and fsync",
	.op = "load+fallocate+store+fsync",
	.groups = "space",
	.needs = DX_NEED_FS,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
