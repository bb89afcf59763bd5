/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages that one mapping has faulted in, seen through another that has none of them
 * yet: the file's tree holds an entry for each, and still the kernel asks the file
 * system where the block is (dax_iomap_pte_fault(), dax_iomap_pmd_fault()).
 */
#ifndef WORKLOADS_REFAULT_H
#define WORKLOADS_REFAULT_H

#include "workloads/common.h"

struct two_maps {
	struct mapped first; /* first: drop_data() takes it for all */
	struct dx_map second;
};

/* A second process, which has the mapping: ready, go, done. */
static inline int load_in_turn(struct dx_worker *w, const struct dx_map *m)
{
	int r = dx_barrier(w); /* ready */

	if (!r)
		r = dx_barrier(w); /* go */
	if (r)
		return r;
	load_each(w, m);
	return dx_barrier(w); /* done. The end of the process unmaps: not timed */
}

/* prepare() of the first: @size bytes, faulted in and clean, and a second process that is ready. */
static inline int prepare_process(struct dx *dx, struct dx_worker *w, uint64_t size,
				  unsigned int flags, dx_worker_fn second)
{
	struct two_maps *s = dx_priv(dx);
	int r = make_clean(w, &s->first, size, flags);

	if (!r)
		r = dx_spawn(dx, 1, DX_PROCESS, second);
	return r ? r : dx_barrier(w);
}

/* run() of the first: lets the second go and waits for its end: two switches are in each sample. */
static inline int run_process(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	int r = dx_barrier(w);

	(void)dx;
	(void)n;
	return r ? r : dx_barrier(w);
}

static inline void finish_process(struct dx *dx, struct dx_worker *w)
{
	dx_join(dx);
	drop_data(dx, w);
}

#endif
