// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/device.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	if (dx->device.align != DX_PMD)
		return dx_refuse(dx, -EOPNOTSUPP, "the device's alignment is not 2 MiB");
	return map_devdax(dx, w, dx_priv(dx), n * DX_PMD);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, i * DX_PMD);
	return 0;
}

DX_WORKLOAD(devdax_fault_2m)
= {
	.name = "devdax-fault-2m",
	.title = "First store to 2 MiB of device-dax aligned to 2 MiB: a PMD fault",
	.op = "store",
	.groups = "device,fault",
	.needs = DX_NEED_DEVDAX,
	.max_ops = 64,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = close_device,
	.expect = expect_no_dax,
};
