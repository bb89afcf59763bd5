// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/transfer.h"

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct transfer *t = dx_priv(dx);
	uint64_t size = plan_transfers(dx, t, dx_param(dx, "random"));

	(void)n;
	size = (size + DX_PAGE - 1) & ~(DX_PAGE - 1);
	return make_clean(w, &t->data, size, RW_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct transfer t = *(struct transfer *)dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		uint64_t off = next_transfer(&t), page = off & ~(DX_PAGE - 1);

		dx_copy(w, &t.data.map, off, t.size);
		r = dx_msync(w, &t.data.map, page, off + t.size - page, MS_SYNC);
	}
	return r;
}

/* A slot smaller than a page lies in one; the others begin with one. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	const struct transfer *t = dx_priv(dx);
	uint64_t pages = t->slot < DX_PAGE ? 1 : (t->at + t->size + DX_PAGE - 1) / DX_PAGE;

	set_counts(c, n * pages, 0, n * pages);
}

DX_WORKLOAD(copy_msync_4k)
= {
	.name = "copy-msync-4k",
	.title = "Copy 4 KiB to clean mapped pages with memcpy(3), then msync these pages",
	.op = "copy+msync",
	.groups = "data,sync",
	.needs = DX_NEED_FS,
	.priv_size = sizeof(struct transfer),
	.params = { SIZE_PARAM, AT_PARAM, RANDOM_PARAM },
	.prepare = prepare,
	.run = run,
	.finish = drop_data,
	.expect = expect,
};
