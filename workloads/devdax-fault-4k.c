// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/device.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return map_devdax(dx, w, dx_priv(dx), n * DX_PAGE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PAGE);
	return 0;
}

DX_WORKLOAD(devdax_fault_4k)
= {
	.name = "devdax-fault-4k",
	.title = "First store to a page of device-dax aligned to 4 KiB: a PTE fault",
	.op = "store",
	.groups = "device,fault",
	.needs = DX_NEED_DEVDAX_4K,
	.max_ops = 8192,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = close_device,
	.expect = expect_no_dax,
};
