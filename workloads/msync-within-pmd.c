// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One entry of 2 MiB, mapped twice: whole, and by single pages. What is stored to a page is
 * synced by way of others of the same entry, so all of both mappings has to be protected again.
 */
#include "workloads/common.h"

#define SYNCED_FROM (3 * DX_PAGE)

struct two_maps {
	struct mapped whole; /* first: drop_data() takes it for all */
	struct dx_map pages;
};

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_maps *s = dx_priv(dx);
	int r = make_clean(w, &s->whole, DX_PMD, RW_PMD);

	(void)n;
	if (!r)
		r = dx_map(w, &s->pages, &s->whole.file, 0, DX_PMD, RW_PTE);
	if (!r)
		dx_store64(w, &s->pages, 0);
	return r ? r : dx_msync(w, &s->pages, 0, DX_PMD, MS_SYNC);
}

static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct two_maps *s = dx_priv(dx);
	int r = 0;

	for (uint64_t i = 0; !r && i < n; i++) {
		dx_store64(w, &s->pages, 0);
		r = dx_msync(w, &s->whole.map, SYNCED_FROM, DX_PAGE, MS_SYNC);
		dx_store64(w, &s->pages, 64);
		if (!r)
			r = dx_fsync(w, &s->whole.file);
	}
	return r;
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	struct two_maps *s = dx_priv(dx);

	dx_unmap(w, &s->pages);
	drop_data(dx, w);
}

/* Each store finds its page protected; the entry is whole both times. */
static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, 2 * n, 0, 2 * n);
	c->lines_written_back = (int64_t)(2 * n * DX_PMD / 64);
}

DX_WORKLOAD(msync_within_pmd)
= {
	.name = "msync-within-pmd",
	.title = "Store to a page of a 2 MiB entry, msync others of it, store again, fsync",
	.op = "2 stores+syncs",
	.groups = "sync",
	.needs = DX_NEED_DAX,
	.check_ops = 2,
	.priv_size = sizeof(struct two_maps),
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect,
};
