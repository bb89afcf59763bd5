// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), dx_param(dx, "pages") * DX_PAGE, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	uint64_t size = s->map.length;
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		for (uint64_t off = 0; off < size; off += DX_PAGE)
			dx_store64(w, &s->map, off);
		r = dx_fsync(w, &s->file);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	uint64_t pages = dx_param(dx, "pages");

	set_counts(c, n * pages, 0, n * pages);
}

DX_WORKLOAD(fsync_dirty)
= {
	.name = "fsync-dirty",
	.title = "Store to N clean 4 KiB pages, then fsync the file",
	.op = "stores+fsync",
	.groups = "default,sync",
	.needs = DX_NEED_DAX,
	.check_ops = 2,
	.priv_size = sizeof(struct mapped),
	.params = { { "pages", "pages", 64, 1, 16384, "pages stored to before each fsync" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
