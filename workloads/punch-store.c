// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return make_clean(w, dx_priv(dx), n * DX_PAGE, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	struct mapped *s = dx_priv(dx);
	bool dirty = dx_param(dx, "dirty");
	int r = 0;

	for (uint64_t off = 0; !r && off < n * DX_PAGE; off += DX_PAGE) {
		if (dirty)
			dx_store64(w, &s->map, off);
		r = dx_fallocate(w, &s->file, punch, off, DX_PAGE);
		dx_store64(w, &s->map, off);
		if (!r)
			r = dx_fsync(w, &s->file);
	}
	return r;
}

/*
 * Whether a dirty page is written back before it goes is the kernel's own affair: XFS does
 * (xfs_flush_unmap_range()), and so did ext4_punch_hole() before 6.12. The result says.
 */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	bool dirty = dx_param(dx, "dirty");

	set_counts(c, dirty ? 2 * n : n, 0, n);
	if (dirty)
		c->entries_written_back = c->lines_written_back = DX_ANY;
}

DX_WORKLOAD(punch_store)
= {
	.name = "punch-store",
	.title = "Punch a mapped page out of its file, store to the hole, and fsync",
	.op = "punch+store+fsync",
	.groups = "default,space,tree",
	.needs = DX_NEED_FS,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.params = { { "dirty", "kind", 0, 0, 1, "1: store to the page before it is punched" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
