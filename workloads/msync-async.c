// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), DX_PAGE, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->map, 0);
		r = dx_msync(w, &s->map, 0, DX_PAGE, MS_ASYNC);
	}
	return r;
}

/* Linux does nothing: the page stays dirty and writable, so only the first store faults. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 1, 0, 0);
}

DX_WORKLOAD(msync_async)
= {
	.name = "msync-async",
	.title = "Store to a 4 KiB page and msync it with MS_ASYNC: nothing is written",
	.op = "store+msync",
	.groups = "sync",
	.needs = DX_NEED_DAX,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
