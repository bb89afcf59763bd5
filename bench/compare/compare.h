/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two sides of a comparison, row by row: what was measured on both, by which factor it
 * differs, how sure that is; and what cannot be compared, with the reason. Nothing is left
 * out: a row that one side lacks is a row.
 *
 * A side is one or more sets of results (results_read.h) of the same kernel. The unit of
 * replication is the set, which is to say the boot: what the samples of one boot scatter
 * says nothing of what the next boot gives.
 *
 *	times	the ratio of medians of boots, its interval, a verdict from both
 *	counts	(--deterministic) exact: boots of a side must agree, the difference is a number
 *	checks	what was found on one side alone (compare_findings.h)
 */
#ifndef BENCH_COMPARE_COMPARE_H
#define BENCH_COMPARE_COMPARE_H

#include "bench/results/results_read.h"
#include "bench/stats.h"
#include "bench/compare/stats_compare.h"

#define COMPARE_MAX_CELLS 4096 /* of a set */
#define COMPARE_MIN_BOOTS 4    /* of a side, for an interval */

struct compare_side {
	const char *name; /* as typed: "6.12", a path */
	struct results_file *sets;
	size_t n_sets; /* 1 to STATS_COMPARE_MAX */
	/* Counts: of the same kernel with its memory laid out otherwise, or NULL. */
	struct results_file *control;
};

enum compare_verdict {
	COMPARE_SAME,	    /* counts: every sample of both, to the last digit */
	COMPARE_EQUIVALENT, /* shown to differ by less than the floor */
	COMPARE_FASTER,	    /* times: the second side takes less */
	COMPARE_SLOWER,
	COMPARE_FEWER, /* counts: of instructions, which are no time */
	COMPARE_MORE,
	COMPARE_UNKNOWN,    /* not enough data */
	COMPARE_OTHER_WORK, /* a kernel did not do what the workload declares */
	COMPARE_FINDINGS,   /* checks: something was found on one side alone */
	COMPARE_NOT_RUN,    /* skipped on a side, or failed to run there */
	COMPARE_REFUSED,    /* the two are not the same thing */
	COMPARE_MISSING,    /* a side lacks it */
	COMPARE_VERDICTS
};

/* "faster", "not enough data", ...: as in JSON. */
const char *compare_verdict_name(enum compare_verdict v);

/* A count that differs: of how many operations each. */
struct compare_count {
	const char *name; /* "entries_written_back" */
	int64_t n[2];
	uint64_t of_ops[2];
};

#define COMPARE_MAX_COUNTS 8 /* at least as many as there are */

struct compare_row {
	const struct results_cell *cell[2]; /* of base and other; NULL: lacks it */
	enum compare_verdict verdict;
	char why[480]; /* may be empty; may hold any character */
	bool counts;   /* unit "insn" */
	bool check;    /* judged, not measured: there are no figures */
	size_t boots[2];
	double value[2];	  /* median of the boots' medians */
	bool known[2];		  /* value is there */
	bool other_work[2];	  /* checks: something was found here and not on the other side */
	double difference;	  /* other - base, where both values are there */
	struct stats_ratio ratio; /* times: all of it; counts: ratio alone */
	bool have_ratio;
	double control; /* base against itself: a ratio, or a difference of counts */
	bool have_control;
	struct compare_count differs[COMPARE_MAX_COUNTS];
	size_t n_differs;
};

struct comparison {
	const struct compare_side *base, *other;
	char refused[480]; /* not empty: nothing was compared, and why */
	struct compare_row *rows;
	size_t n_rows;
	size_t of[COMPARE_VERDICTS]; /* rows with each verdict */
};

struct compare_options {
	double floor; /* differences below it are none: 0.005 */
	/* Which cells are looked at; NULL: all. */
	bool (*wanted)(void *data, const struct results_cell *cell);
	void *data;
};

/*
 * @base and @other stay the caller's and must live as long as @ret. -EBADMSG: a set has a
 * cell twice, or too many; -ENOMEM. compare_release() frees what @ret holds.
 */
int compare_sides(const struct compare_side *base, const struct compare_side *other,
		  const struct compare_options *o, struct comparison *ret, struct err *e);

/* Zeroed is fine. */
void compare_release(struct comparison *c);

/* compare_judge.c: all of a row but its cells, which are there. 0 or -ENOMEM. */
int compare_judge(struct compare_row *row, const struct comparison *c, double floor);

/* The same for a row that has one cell only. */
int compare_judge_missing(struct compare_row *row, const struct comparison *c);

/* compare_machine.c: why two sets, as wholes, cannot be compared. False: they can. */
bool compare_refuses_sets(const struct results_file *a, const struct results_file *b, char *why,
			  size_t len);

/* And why two cells, that say they are the same, cannot. */
bool compare_refuses_cells(const struct results_cell *a, const struct results_cell *b, char *why,
			   size_t len);

/*
 * compare_exit.c: is the row a regression: slower (or more) by more than @limit (0.05: 5 %)
 * with all of its interval, or no longer doing what the workload declares?
 */
bool compare_is_regression(const struct compare_row *row, double limit);

/* Is it a row of which that cannot be said? */
bool compare_is_open(const struct compare_row *row);

/*
 * Exit code (bench/cmd/say.h). @limit below 0: only whether a comparison was made: 0, 3 where
 * nothing could be compared or a cell failed to run, 4 where all was skipped. Else 1 if there is a
 * regression, 3 if there is a row of which it cannot be said.
 */
int compare_exit_code(const struct comparison *c, double limit);

#endif
