// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * POSIX has msync() sync the pages, whoever stored to them. Linux takes a mapping
 * whose descriptor cannot write for a private one, and its msync() does nothing.
 */
#include "workloads/common.h"

struct two_views {
	struct mapped writer; /* first: drop_data() takes it for all */
	struct dx_file reader;
	struct dx_map view;
};

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_views *s = dx_priv(dx);
	int r = make_clean(w, &s->writer, DX_PAGE, RW_PTE);

	(void)n;
	if (!r)
		r = dx_open(w, &s->reader, "data", O_RDONLY);
	return r ? r : dx_map(w, &s->view, &s->reader, 0, DX_PAGE, DX_MAP_READ | DX_MAP_PTE);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	const struct two_views *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->writer.map, 0);
		r = dx_msync(w, &s->view, 0, DX_PAGE, MS_SYNC);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	struct two_views *s = dx_priv(dx);

	dx_unmap(w, &s->view);
	dx_close(w, &s->reader);
	drop_data(dx, w);
}

/* Nothing is synced, so nothing is write-protected: only the first store faults. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 1, 0, 0);
}

DX_WORKLOAD(msync_read_only)
= {
	.name = "msync-read-only",
	.title = "Store to a page and msync it through a mapping of a read-only descriptor",
	.op = "store+msync",
	.groups = "default,sync",
	.needs = DX_NEED_DAX,
	.priv_size = sizeof(struct two_views),
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect,
};
