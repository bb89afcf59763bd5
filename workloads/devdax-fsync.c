// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/device.h"

#define LINE 64ULL

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return map_devdax_written(dx, w, dx_priv(dx), device_slots(n, LINE) * LINE);
}

/* drivers/dax/device.c has no fsync in dax_fops, so vfs_fsync_range() says EINVAL. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	uint64_t slots = device_slots(n, LINE);
	int r = 0;

	for (uint64_t i = 0; (!r || r == -EINVAL) && i < n; i++) {
		dx_store64(w, &s->map, device_slot(i, slots, LINE));
		r = dx_fsync(w, &s->file);
	}
	return r == -EINVAL ? 0 : r;
}

DX_WORKLOAD(devdax_fsync)
= {
	.name = "devdax-fsync",
	.title = "Store to device-dax, then fsync: refused (EINVAL), flushes nothing",
	.op = "store+fsync",
	.groups = "device,sync",
	.needs = DX_NEED_DEVDAX,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = close_device,
	.expect = expect_no_dax,
};
