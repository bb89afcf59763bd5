// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t size = n * dx_param(dx, "pages") * DX_PAGE;
	struct mapped *s = dx_priv(dx);

	return map_written(w, s, size, DX_MAP_READ | DX_MAP_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	uint64_t size = s->map.length / n;
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		for (uint64_t off = 0; off < size; off += DX_PAGE)
			dx_load64(w, &s->map, i * size + off);
		r = dx_fsync(w, &s->file);
	}
	return r;
}

/*
 * What is written back is the kernel's own affair: nothing was stored, yet
 * Linux 6.1 marks an entry dirty at a read fault too and so flushes each page.
 * 6.12 does that for write faults only (dax_insert_entry() in fs/dax.c) and
 * flushes nothing. The result says which.
 */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	set_counts(c, n * dx_param(dx, "pages"), 0, 0);
	c->entries_written_back = c->lines_written_back = DX_ANY;
}

DX_WORKLOAD(fsync_after_read)
= {
	.name = "fsync-after-read",
	.title = "First load from N written 4 KiB pages, then fsync: nothing is dirty",
	.op = "loads+fsync",
	.groups = "default,sync",
	.needs = DX_NEED_DAX,
	.max_ops = 1,
	.check_ops = 1,
	.priv_size = sizeof(struct mapped),
	.params = { { "pages", "pages", 1000, 1, 16384, "pages read before the fsync" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
