// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sync_file_range(2) promises nothing: it commits no metadata and flushes no device
 * cache, which with DAX is the fence. Without the waits it is a hint that DAX ignores.
 */
#include "workloads/common.h"

#define START SYNC_FILE_RANGE_WRITE
#define ALL   (SYNC_FILE_RANGE_WAIT_BEFORE | START | SYNC_FILE_RANGE_WAIT_AFTER)

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)n;
	return make_clean(w, dx_priv(dx), DX_PAGE, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	unsigned int flags = dx_param(dx, "wait") ? ALL : START;
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->map, 0);
		r = dx_sync_file_range(w, &s->file, 0, DX_PAGE, flags);
	}
	return r;
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	if (dx_param(dx, "wait"))
		set_counts(c, n, 0, n);
	else
		set_counts(c, 1, 0, 0);
}

DX_WORKLOAD(sync_range)
= {
	.name = "sync-file-range",
	.title = "Store to a clean 4 KiB page, then sync_file_range",
	.op = "store+sync",
	.groups = "sync",
	.needs = DX_NEED_DAX,
	.priv_size = sizeof(struct mapped),
	.params = { { "wait", "kind", 1, 0, 1,
		      "0 only starts the writing, 1 waits before and after" } },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
