// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/threads.h"

/*
 * This worker's share of the operations, all of them on its own page: each writes back
 * one entry, its own, since msync looks at its range only (dax_writeback_mapping_range()).
 */
static int sync_share(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	uint64_t end = share_begins(dx, n, w->id + 1), own = w->id * DX_PAGE;
	int r = meet(w);

	for (uint64_t i = share_begins(dx, n, w->id); !r && i < end; i++) {
		dx_store64(w, &s->map, own);
		r = dx_msync(w, &s->map, own, DX_PAGE, MS_SYNC);
	}
	return r ? r : meet(w);
}

static int thread(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = dx_barrier(w);

	return r ? r : sync_share(dx, w, n);
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = make_clean(w, dx_priv(dx), dx_param(dx, "threads") * DX_PAGE, RW_PTE);

	(void)n;
	return r ? r : start_threads(dx, w, thread);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	dx_join(dx);
	drop_file(w, dx_priv(dx), "data");
}

DX_WORKLOAD(msync_threads)
= {
	.name = "msync-threads",
	.title = "Store to a page and msync it, several threads in one mapping at once",
	.op = "store+msync",
	.groups = "scaling,sync,threads",
	.needs = DX_NEED_DAX | DX_NEED_THREADS,
	.priv_size = sizeof(struct mapped),
	.params = { THREADS_PARAM },
	.prepare = prepare,
	.run = sync_share,
	.finish = finish,
	.expect = expect_synced_each,
};
