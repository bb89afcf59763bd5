// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/populate.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return prepare_populate(dx, w, n, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return populate_each(dx, w, n, true);
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, n * PTES_OF_PMD, 0, 0);
}

DX_WORKLOAD(populate_write)
= {
	.name = "populate-write",
	.title = "MADV_POPULATE_WRITE of 2 MiB of written blocks, 512 faults of 4 KiB",
	.op = "populate",
	.groups = "fault",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.check_ops = 2,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
