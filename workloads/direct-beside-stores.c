// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

#define STEP (2 * DX_PAGE)

struct state {
	struct mapped data; /* first: drop_data() takes it for all */
	struct dx_file direct;
};

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = make_clean(w, &s->data, n * STEP, RW_PTE);

	return r ? r : dx_open(w, &s->direct, "data", O_RDWR | O_DIRECT);
}

/*
 * Stores to one page, written past the page cache to the next. Either way is synced by the other's
 * call, too: fsync by that descriptor must make the stores durable, and msync leave what was
 * written to the next page.
 */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = 0;

	for (uint64_t off = 0; !r && off < n * STEP; off += STEP) {
		dx_store64(w, &s->data.map, off);
		r = dx_write(w, &s->direct, off + DX_PAGE, DX_PAGE);
		if (!r)
			r = dx_fsync(w, &s->direct);
		dx_store64(w, &s->data.map, off + 64);
		if (!r)
			r = dx_write(w, &s->direct, off + DX_PAGE, DX_PAGE);
		if (!r)
			r = dx_msync(w, &s->data.map, off, DX_PAGE, MS_SYNC);
		if (!r)
			r = dx_fdatasync(w, &s->direct);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	struct state *s = dx_priv(dx);

	dx_close(w, &s->direct);
	drop_data(dx, w);
}

/* On DAX O_DIRECT is a write as any other: past the CPU's caches, and no entry for it. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 2 * n, 0, 2 * n);
}

DX_WORKLOAD(direct_beside_stores)
= {
	.name = "direct-beside-stores",
	.title = "Store to a mapped page, write the next with O_DIRECT, sync by either",
	.op = "2 stores+writes",
	.groups = "data,sync",
	.needs = DX_NEED_FS,
	.max_ops = 1024,
	.check_ops = 2,
	.priv_size = sizeof(struct state),
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect,
};
