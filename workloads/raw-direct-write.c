// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/device.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return prepare_direct(dx, w, n, dx_param(dx, "dsync") ? O_DSYNC : 0);
}

/* Past the caches both ways; only O_DSYNC has the driver fence what it has written. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	uint64_t size = dx_param(dx, "size"), slots = device_slots(n, size);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++)
		r = dx_write(w, &s->file, device_slot(i, slots, size), size);
	return r;
}

DX_WORKLOAD(raw_direct_write)
= {
	.name = "raw-direct-write",
	.title = "O_DIRECT write to a pmem block device: a copy by its driver",
	.op = "write",
	.groups = "device,data",
	.needs = DX_NEED_RAW,
	.priv_size = sizeof(struct mapped),
	.params = { { "size", "bytes", DX_PAGE, DEVICE_SECTOR, DX_PMD,
		      "of each write, a multiple of 512" },
		    { "dsync", "flag", 0, 0, 1, "1: opened with O_DSYNC" } },
	.prepare = prepare,
	.run = run,
	.finish = close_device,
	.expect = expect_no_dax,
};
