/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The crash states of a recorded run as a member of its cell: how many there were, how many
 * were tried, and what was wrong with them.
 */
#ifndef BENCH_CHECK_STATES_H
#define BENCH_CHECK_STATES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/recover/pool.h"
#include "checker/persist/persist.h"
#include "checker/states/explore.h"
#include "lib/err.h"

#define STATES_DEFAULT_BUDGET 64
#define STATES_DEFAULT_TOTAL  400

/* Recoveries of a run that are crashed in, and states of each, at most. */
#define STATES_DEFAULT_RECRASH 4
#define STATES_RECRASH_TOTAL   40

struct states_options {
	uint64_t budget, total; /* states at a crash point, and of a run: at most */
	uint32_t atomic;	/* bytes that are lost or kept as a whole: 4096, 512, 8 */
	enum persist_mode rules;
	uint64_t seed;
	uint64_t recrash;	  /* recoveries of a run that are crashed in */
	uint64_t edits;		  /* of a run in which nothing new is wrong; 0: none */
	struct visit_shard shard; /* of the crash points */
	struct recover_pool *pool;
	const json_t *known; /* failures (known.h); NULL: none are */
	void (*on_point)(void *data, uint64_t point, uint64_t points); /* may be NULL */
	void (*on_edit)(void *data, uint64_t edit, uint64_t edits);    /* may be NULL */
	void *data;
};

/* How many guests recover at a time: @asked, or (0) as many as there are CPUs. */
unsigned int states_guests(uint64_t asked);

/* What exploring took: @guests: of those alone that it has used. */
struct states_spent {
	uint64_t ms;
	struct recover_counts guests;
};

/* Begins to count, and says what came of it since. */
void states_spend(const struct states_options *o, struct states_spent *s);
void states_spent(const struct states_options *o, struct states_spent *s);

/* What was tried and found, as "states" of a cell: results/daxbench-result-1.schema.json. */
json_t *states_describe(const struct states_options *o, const struct explore_counts *n,
			const struct explore_violation *list, size_t found,
			const struct states_spent *spent);

/* Files of a recorded run. */
struct states_run {
	const char *trace, *log;
	const char *symbols; /* kallsyms of its kernel */
};

/* The same, opened. */
struct states_files {
	struct trace *trace;
	struct oplog *log;
	struct symbols *symbols; /* NULL with eadr rules: no flush is asked for */
};

/* The caller closes what it left, failed or not. */
int states_open(struct states_files *ret, const struct states_options *o,
		const struct states_run *run, struct err *e);
void states_close(struct states_files *f);

/* How a run is explored as @o says: what the same run was before is explored in the same way. */
struct explore_options states_how(const struct states_options *o, const struct states_files *f);

/* { "op", "worker", "record" }, or null. */
json_t *states_describe_op(const struct oplog_op *op);

/* { "rule", "file", "promise" }: who is to blame, and for what. */
json_t *states_describe_blame(const struct explore_violation *v);

/*
 * Explores @run, whose verdict is in @cell already, and adds
 * "states" to it; what is wrong makes it a failure. What cannot be explored (no file
 * system, a run that was cut off) is said there too. -errno: exploring ended early; what was
 * found until then is in the cell.
 */
int states_check(const struct states_options *o, const struct states_run *run, json_t *cell,
		 struct err *e);

/*
 * Keeps what the cell has come to by its lines, and marks each violation of its crash states that
 * these have told, or that is known (known.h; NULL: nothing is).
 */
void states_mark(json_t *cell, const json_t *known);

/*
 * What the cell comes to: by its lines, of which "lines" of its states has the verdict, and by
 * the violations there, as they are marked ("told_by_lines", "known"). How many are news.
 */
size_t states_decide(json_t *cell);

/*
 * What was tried of each cell, and what was wrong, as text; nothing where none has any.
 * @verbose: what the lines have told already, too.
 */
void states_print(FILE *out, const json_t *results, bool verbose);

#endif
