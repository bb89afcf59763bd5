/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One crash point after the other: of what is in flight there, sets are chosen (choose.h),
 * each makes a state, a kernel recovers those whose bytes are new, and what it made of them is
 * judged. Where crash points come from, a store trace or a log of block writes, is not known
 * here.
 */
#ifndef CHECKER_STATES_VISIT_H
#define CHECKER_STATES_VISIT_H

#include "checker/states/outcomes.h"
#include "checker/states/recovery.h"
#include "checker/states/state_image.h"
#include "checker/states/state_units.h"
#include "checker/states/violations.h"

struct recrash_options; /* recrash.h */

struct visit_options {
	uint64_t budget; /* states at a crash point, at most */
	uint64_t total;	 /* and in all; 0: no limit */
	uint64_t seed;
	unsigned int rules; /* of the oracle */
	struct recovery recovery;
	const struct history *history; /* of the files; NULL: nothing is known of them */
	struct outcomes *outcomes;     /* of states that others recovered, and ours; NULL: ours */
	/*
	 * Of the points, counted from 0, only those that leave the rest @number - 1 when divided
	 * by @of; 0: all. Each has the states that it has among all, so that the shards together
	 * judge what one visitor would.
	 */
	struct visit_shard {
		uint64_t number, of;
	} shard;
	const struct recrash_options *recrash; /* NULL: no recovery is crashed in */
	void (*on_point)(void *data, uint64_t point, uint64_t points); /* may be NULL */
	void *data;
};

struct explore_counts {
	uint64_t points, points_left_out; /* crash points; beyond the limit for the run: of ours */
	long double possible;		  /* states, at all of them; INFINITY: too many for it */
	double possible_log2;		  /* the same as a power of two */
	uint64_t run;			  /* that were judged, */
	uint64_t unique;		  /* of different bytes: so many were recovered, */
	uint64_t spared;		  /* and so many more were not, as cubes.h has it */
	uint64_t contradicted;		  /* of those recovered: not as another's had said */
	uint64_t points_decided;	  /* where the end of all possible states is known */
	uint64_t outcomes;		  /* to so many different results */
	size_t units_max;		  /* in flight at one point */
	struct {
		uint64_t recoveries, points, run, unique;
	} recrash; /* recoveries that were crashed in, and what of that */
};

struct visitor;

/* Both outlive it; @image is what is durable at each point that is visited. NULL: no memory. */
struct visitor *visitor_open(const struct visit_options *o, const struct image *image);

/* So many points will come, of which @returns are returns of calls: the total is shared out. */
void visitor_expect(struct visitor *v, uint64_t points, uint64_t returns);

/* With @u in flight. -errno: as recovery.h. */
int visitor_visit(struct visitor *v, const struct units *u, const struct explore_point *point,
		  struct err *e);

size_t visitor_violations(const struct visitor *v, const struct explore_violation **ret);
const struct explore_counts *visitor_counts(struct visitor *v);
void visitor_close(struct visitor *v); /* NULL is fine */

#endif
