// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/device.h"

#define LINE 64ULL

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return map_devdax_written(dx, w, dx_priv(dx), device_slots(n, LINE) * LINE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	uint64_t slots = device_slots(n, LINE);

	for (uint64_t i = 0; i < n; i++)
		dx_store64(w, &s->map, device_slot(i, slots, LINE));
	return 0;
}

DX_WORKLOAD(devdax_store)
= {
	.name = "devdax-store",
	.title = "Store to a line of mapped device-dax, not flushed: no kernel at all",
	.op = "store",
	.groups = "device,data",
	.needs = DX_NEED_DEVDAX,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = close_device,
	.expect = expect_no_dax,
};
