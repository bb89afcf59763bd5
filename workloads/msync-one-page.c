// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/threads.h"

/* This worker's share, all of it on the one page: who finds its entry locked waits for it. */
static int sync_share(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	uint64_t end = share_begins(dx, n, w->id + 1);
	int r = meet(w);

	for (uint64_t i = share_begins(dx, n, w->id); !r && i < end; i++) {
		dx_store64(w, &s->map, w->id * sizeof(uint64_t));
		r = dx_msync(w, &s->map, 0, DX_PAGE, MS_SYNC);
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
	int r = make_clean(w, dx_priv(dx), DX_PAGE, RW_PTE);

	(void)n;
	return r ? r : start_threads(dx, w, thread);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	dx_join(dx);
	drop_data(dx, w);
}

/* One msync may do the work of several threads', or find that it is done. */
DX_WORKLOAD(msync_one_page)
= {
	.name = "msync-one-page",
	.title = "Store to a page and msync it, several threads at the same page at once",
	.op = "store+msync",
	.groups = "scaling,sync,threads",
	.needs = DX_NEED_DAX | DX_NEED_THREADS,
	.check_ops = 256,
	.priv_size = sizeof(struct mapped),
	.params = { THREADS_PARAM },
	.prepare = prepare,
	.run = sync_share,
	.finish = finish,
};
