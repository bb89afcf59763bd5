// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A page is punched while another thread stores to it, and that thread stores once more when
 * it is over: wherever the first store went, the second must be found by the fsync.
 */
#include "workloads/threads.h"

static int store_share(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	int r = dx_barrier(w); /* up */

	for (uint64_t off = 0; !r && off < n * DX_PAGE; off += DX_PAGE) {
		r = dx_barrier(w); /* go */
		dx_store64(w, &s->map, off);
		if (!r)
			r = dx_barrier(w); /* punched */
		dx_store64(w, &s->map, off + 64);
		if (!r)
			r = dx_barrier(w); /* stored */
	}
	return r;
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = make_clean(w, dx_priv(dx), n * DX_PAGE, RW_PTE);

	return r ? r : start_threads(dx, w, store_share);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	struct mapped *s = dx_priv(dx);
	int r = 0;

	for (uint64_t off = 0; !r && off < n * DX_PAGE; off += DX_PAGE) {
		r = dx_barrier(w);
		if (!r)
			r = dx_fallocate(w, &s->file, punch, off, DX_PAGE);
		if (!r)
			r = dx_barrier(w);
		if (!r)
			r = dx_barrier(w);
		if (!r)
			r = dx_fsync(w, &s->file);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	dx_join(dx);
	drop_data(dx, w);
}

/* Whether a store comes before its page is punched or after is a matter of time. */
DX_WORKLOAD(punch_beside_stores)
= {
	.name = "punch-beside-stores",
	.title = "Punch a page while another thread stores to it, store to it again, fsync",
	.op = "punch+stores+fsync",
	.groups = "space,threads",
	.needs = DX_NEED_DAX | DX_NEED_THREADS,
	.max_ops = 2048,
	.priv_size = sizeof(struct mapped),
	.params = { { "threads", "threads", 2, 2, 2, "one punches, one stores" } },
	.prepare = prepare,
	.run = run,
	.finish = finish,
};
