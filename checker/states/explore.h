/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Crash states of a recorded run: made, recovered, judged.
 *
 * Crash points are where what a crash can leave is largest or has a new meaning: before each
 * fence that drains something, and after each sync call that returned. At each of these
 * what is in flight is taken in units (state_units.h), sets of units are chosen (choose.h), and
 * each makes a state: what is durable, under what is kept. A state whose bytes were recovered
 * before is not recovered again: what a kernel made of it is judged anew, by what is promised now.
 *
 * A program that keeps no log has no history: nobody says what it did to its files. Then the
 * points are the fences, and its end, which promises nothing.
 *
 * Only the part of the run between prepare() and finish() has crash points: what prepare()
 * made and synced is promised in it.
 */
#ifndef CHECKER_STATES_EXPLORE_H
#define CHECKER_STATES_EXPLORE_H

#include "checker/log/oplog.h"
#include "checker/persist/persist.h"
#include "checker/states/edit.h"
#include "checker/states/outcomes.h"
#include "checker/states/visit.h"
#include "checker/names/symbols.h"
#include "checker/trace/trace.h"

#define EXPLORE_BUDGET_MAX 100000ULL

struct explore_options {
	enum persist_mode mode;
	uint32_t atomic; /* of a unit: 4096, 512 or 8 */
	uint64_t budget; /* states at a crash point, at most; 1 to EXPLORE_BUDGET_MAX */
	uint64_t total;	 /* and of the run; 0: no limit */
	uint64_t seed;
	unsigned int rules;	       /* of the oracle: ORACLE_ALL_RULES */
	bool no_history;	       /* the log has phases only */
	const struct symbols *flushes; /* as in drains.h */
	const struct edit *edit;   /* the trace is taken as that would have it; NULL: as it is */
	struct outcomes *outcomes; /* shared with other explorations of this medium; may be NULL */
	struct visit_shard shard;  /* of the crash points */
	const struct recrash_options *recrash; /* as in visit.h */
	struct recovery recovery;
	void (*on_point)(void *data, uint64_t point, uint64_t points); /* may be NULL */
	void *data;
};

struct explore;

/*
 * Goes through the whole trace. What was found until then is in @ret after an error, too (it may
 * be NULL); @log must outlive it. -EINTR: interrupted.
 */
int explore_run(struct explore **ret, struct trace *t, const struct oplog *log,
		const struct explore_options *o, struct err *e);

size_t explore_violations(const struct explore *x, const struct explore_violation **ret);
const struct explore_counts *explore_counts(const struct explore *x);
void explore_close(struct explore *x);

#endif
