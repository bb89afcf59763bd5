// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t size = dx_param(dx, "size") & ~(DX_PAGE - 1);

	(void)n;
	return make_clean(w, dx_priv(dx), size, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	uint64_t size = s->map.length;
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		for (uint64_t off = 0; off < size; off += DX_PAGE)
			dx_store64(w, &s->map, off);
		r = dx_msync(w, &s->map, 0, size, MS_SYNC);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	uint64_t pages = dx_param(dx, "size") / DX_PAGE;

	set_counts(c, n * pages, 0, n * pages);
}

DX_WORKLOAD(msync_range)
= {
	.name = "msync-range",
	.title = "Store to each 4 KiB page of a range, then one msync of the range",
	.op = "stores+msync",
	.groups = "default,sync,tree",
	.needs = DX_NEED_DAX,
	.check_ops = 2,
	.priv_size = sizeof(struct mapped),
	.params = { { "size", "bytes", 256 << 10, DX_PAGE, 64 << 20,
		      "length of the range, in whole pages" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
