// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A workload whose declaration can be made wrong: a run that passes it then proves
 * nothing of any other.
 */
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

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->map, i * DX_PAGE);
		r = dx_msync(w, &s->map, i * DX_PAGE, DX_PAGE, MS_SYNC);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	set_counts(c, n + dx_param(dx, "faults"), 0, n + dx_param(dx, "entries"));
	c->lines_written_back = (int64_t)(n * DX_PAGE / 64 + dx_param(dx, "lines"));
}

DX_WORKLOAD(misdeclared)
= {
	.name = "misdeclared",
	.title = "Store and msync that declare more than they do, where told to",
	.op = "store+msync",
	.groups = "test",
	.needs = DX_NEED_DAX,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.params = { { "faults", "faults", 0, 0, 1, "declared beyond those that there are" },
		    { "entries", "entries", 0, 0, 1, "written back, likewise" },
		    { "lines", "lines", 0, 0, 1, "written back, likewise" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
