// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/clone.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_files *s = dx_priv(dx);
	uint64_t size = n * DX_PAGE;
	int r = make_clean(w, &s->first, size, RW_PTE);

	if (!r)
		r = make_file(w, &s->second, "clone");
	if (!r)
		r = share_range(dx, w, 0, size);
	return r ? r : dx_fsync(w, &s->second);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_files *s = dx_priv(dx);
	int r = 0;

	for (uint64_t off = 0; !r && off < n * DX_PAGE; off += DX_PAGE) {
		dx_store64(w, &s->first.map, off);
		r = dx_fsync(w, &s->first.file);
	}
	return r;
}

/* Clean pages are write-protected: the fault finds the block shared, and copies it. */
DX_WORKLOAD(reflink_store)
= {
	.name = "reflink-store",
	.title = "Store to a clean mapped page that two files share: copied, then fsync",
	.op = "store+fsync",
	.groups = "default,space",
	.needs = DX_NEED_FS,
	.max_ops = 2048,
	.priv_size = sizeof(struct two_files),
	.prepare = prepare,
	.run = run,
	.finish = drop_two_files,
	.expect = expect_synced_each,
};
