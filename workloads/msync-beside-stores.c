// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/threads.h"

/* A thread: as many rounds over all pages as worker 0 syncs, beginning at a page of its own. */
static int store_rounds(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	uint64_t pages = dx_param(dx, "pages");
	int r = dx_barrier(w); /* up */

	if (!r)
		r = dx_barrier(w); /* go */
	if (r)
		return r;
	for (uint64_t i = 0; i < n * pages; i++)
		dx_store64(w, &s->map, (i + w->id) % pages * DX_PAGE + w->id * sizeof(uint64_t));
	return dx_barrier(w); /* done */
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = make_clean(w, dx_priv(dx), dx_param(dx, "pages") * DX_PAGE, RW_PTE);

	(void)n;
	return r ? r : start_threads(dx, w, store_rounds);
}

/* Ends with the slower of both: an operation is a sync and the stores of a round. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct mapped *s = dx_priv(dx);
	int r = dx_barrier(w);

	for (uint64_t i = 0; !r && i < n; i++)
		r = dx_msync(w, &s->map, 0, s->map.length, MS_SYNC);
	return r ? r : dx_barrier(w);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	dx_join(dx);
	drop_file(w, dx_priv(dx), "data");
}

/* Which stores find their page written back in the meantime is a matter of time. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
	c->pte_faults = c->entries_written_back = c->lines_written_back = DX_ANY;
}

DX_WORKLOAD(msync_beside_stores)
= {
	.name = "msync-beside-stores",
	.title = "msync of a mapping while other threads store to all of its pages",
	.op = "msync+stores",
	.groups = "scaling,sync,threads",
	.needs = DX_NEED_DAX | DX_NEED_THREADS,
	.check_ops = 4,
	.priv_size = sizeof(struct mapped),
	.params = { { "threads", "threads", 2, 2, DX_LOG_WORKERS,
		      "threads, the one that syncs included" },
		    { "pages", "pages", 64, 1, 4096, "pages mapped, and stored to in a round" } },
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect,
};
