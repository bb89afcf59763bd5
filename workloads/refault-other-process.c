// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/common.h"

struct state {
	struct mapped first; /* worker 0's; the descriptor is inherited by the other process */
	struct dx_map other; /* where the other process has the file */
};

/* The other process: maps the file by itself, then loads once from each page. */
static int other(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = dx_map(w, &s->other, &s->first.file, 0, n * DX_PAGE, DX_MAP_READ | DX_MAP_PTE);

	if (!r)
		r = dx_barrier(w); /* ready */
	if (!r)
		r = dx_barrier(w); /* go */
	if (r)
		return r;
	for (uint64_t i = 0; i < n; i++)
		dx_load64(w, &s->other, i * DX_PAGE);
	return dx_barrier(w); /* done. The end of the process unmaps: not timed */
}

static int prepare(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct state *s = dx_priv(dx);
	int r = make_clean(w, &s->first, n * DX_PAGE, RW_PTE);

	if (!r)
		r = dx_spawn(dx, 1, DX_PROCESS, other);
	return r ? r : dx_barrier(w);
}

/* Lets the other process go and waits for its end: two switches are in each sample. */
static int run(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = dx_barrier(w);

	(void)dx;
	(void)n;
	return r ? r : dx_barrier(w);
}

static void finish(struct dx *dx, struct dx_worker *w)
{
	struct state *s = dx_priv(dx);

	dx_join(dx);
	drop_file(w, &s->first, "data");
}

static void expect(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	set_counts(c, n, 0, 0);
}

DX_WORKLOAD(refault_other_process)
= {
	.name = "refault-other-process",
	.title = "First load of a second process from 4 KiB pages the first has mapped",
	.op = "load",
	.groups = "default,fault,threads",
	.needs = DX_NEED_DAX,
	.max_ops = 2048,
	.priv_size = sizeof(struct state),
	.prepare = prepare,
	.run = run,
	.finish = finish,
	.expect = expect,
};
