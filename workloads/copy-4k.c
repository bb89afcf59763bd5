// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/transfer.h"

/* All pages are faulted in, to be stored to: what is left is the copy. */
static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct transfer *t = dx_priv(dx);
	uint64_t size = plan_transfers(dx, t, dx_param(dx, "random"));
	int r = make_written(w, &t->data.file, "data", size);

	(void)n;
	return r ? r : dx_map(w, &t->data.map, &t->data.file, 0, size, RW_PTE | DX_MAP_POPULATE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct transfer t = *(struct transfer *)dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_copy(w, &t.data.map, next_transfer(&t), t.size);
	return 0;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
}

DX_WORKLOAD(copy_4k)
= {
	.name = "copy-4k",
	.title = "Copy 4 KiB to mapped pages with memcpy(3): no faults, nothing synced",
	.op = "copy",
	.groups = "default,data",
	.needs = DX_NEED_FS,
	.priv_size = sizeof(struct transfer),
	.params = { SIZE_PARAM, AT_PARAM, RANDOM_PARAM },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
