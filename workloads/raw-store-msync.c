// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/device.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	uint64_t bytes = device_slots(n, DX_PAGE) * DX_PAGE;
	int r = open_written(w, &s->file, bytes, 0);

	return r ? r : dx_map(w, &s->map, &s->file, 0, bytes, RW_PTE);
}

/*
 * What is mapped are pages of the cache: msync copies them, and fences for the flush. Of a
 * device that is DAX itself it is the medium: a fault for each store, and an entry written
 * back.
 */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	uint64_t slots = device_slots(n, DX_PAGE);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		uint64_t at = device_slot(i, slots, DX_PAGE);

		dx_store64(w, &s->map, at);
		r = dx_msync(w, &s->map, at, DX_PAGE, MS_SYNC);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	if (dx->device.dax)
		expect_synced_each(dx, n, c);
	else
		expect_no_dax(dx, n, c);
}

DX_WORKLOAD(raw_store_msync)
= {
	.name = "raw-store-msync",
	.title = "mmap of a pmem block device, store, msync: the page cache, where it is not DAX",
	.op = "store+msync",
	.groups = "device,sync",
	.needs = DX_NEED_RAW,
	.priv_size = sizeof(struct mapped),
	.prepare = prepare,
	.run = run,
	.finish = close_device,
	.expect = expect,
};
