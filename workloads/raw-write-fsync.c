// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/device.h"

/* The kernel writes the dirty pages to pmem past the caches, and fences for the flush. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	uint64_t size = dx_param(dx, "size"), slots = device_slots(n, size);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		r = dx_write(w, &s->file, device_slot(i, slots, size), size);
		if (!r)
			r = dx_fsync(w, &s->file);
	}
	return r;
}

DX_WORKLOAD(raw_write_fsync)
= {
	.name = "raw-write-fsync",
	.title = "write(2) to a pmem block device, then fsync: page cache and a flush",
	.op = "write+fsync",
	.groups = "device,sync",
	.needs = DX_NEED_RAW,
	.priv_size = sizeof(struct mapped),
	.params = { { "size", "bytes", DX_PAGE, 1, DX_PMD, "of each write" } },
	.prepare = prepare_slots,
	.run = run,
	.finish = close_device,
	.expect = expect_no_dax,
};
