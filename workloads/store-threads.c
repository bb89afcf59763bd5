// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/threads.h"

/* Stores to this worker's share of the @n pages: a range of its own. */
static int store_share(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	uint64_t end = share_begins(dx, n, w->id + 1);
	int r = meet(w);

	if (r)
		return r;
	for (uint64_t i = share_begins(dx, n, w->id); i < end; i++)
		dx_store64(w, &s->map, i * DX_PAGE);
	return meet(w);
}

static int thread(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = dx_barrier(w);

	return r ? r : store_share(dx, w, n);
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct mapped *s = dx_priv(dx);
	int r = map_hole(w, s, n * DX_PAGE, RW_PTE);

	if (!r)
		r = refuse_large_units(dx, &s->file);
	return r ? r : start_threads(dx, w, thread);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	dx_join(dx);
	drop_file(w, dx_priv(dx), "data");
}

DX_WORKLOAD(store_threads)
= {
	.name = "store-threads",
	.title = "First stores to a hole by several threads, each to pages of its own",
	.op = "store",
	.groups = "default,fault,scaling",
	.needs = DX_NEED_DAX | DX_NEED_THREADS,
	.max_ops = 4096,
	.priv_size = sizeof(struct mapped),
	.params = { THREADS_PARAM },
	.prepare = prepare,
	.run = store_share,
	.finish = finish,
	.expect = expect_pte_each,
};
