// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/populate.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return prepare_populate(dx, w, n, RW_PMD);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return populate_each(dx, w, n, true);
}

DX_WORKLOAD(populate_write_pmd)
= {
	.name = "populate-write-pmd",
	.title = "MADV_POPULATE_WRITE of 2 MiB of written blocks, one fault",
	.op = "populate",
	.groups = "fault",
	.needs = DX_NEED_DAX,
	.max_ops = 8,
	.check_ops = 2,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect_pmd_each,
};
