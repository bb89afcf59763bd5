// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/device.h"

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	uint64_t size = dx_param(dx, "size"), slots = device_slots(n, size);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++)
		r = dx_read(w, &s->file, device_slot(i, slots, size), size);
	return r;
}

DX_WORKLOAD(raw_read)
= {
	.name = "raw-read",
	.title = "read(2) of a pmem block device: from the page cache, all of it there",
	.op = "read",
	.groups = "device,data",
	.needs = DX_NEED_RAW,
	.priv_size = sizeof(struct mapped),
	.params = { { "size", "bytes", DX_PAGE, 1, DX_PMD, "of each read" } },
	.prepare = prepare_slots,
	.run = run,
	.finish = close_device,
	.expect = expect_no_dax,
};
