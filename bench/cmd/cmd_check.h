/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of `daxbench check` share: nobody else includes it. */
#ifndef BENCH_CMD_CMD_CHECK_H
#define BENCH_CMD_CMD_CHECK_H

#include "bench/plan.h"
#include "bench/check/exec.h"
#include "bench/check/recorded.h"
#include "bench/check/recording.h"
#include "bench/check/repro.h"
#include "bench/check/states.h"
#include "bench/cmd/output_argp.h"
#include "bench/cmd/states_argp.h"
#include "bench/results/results.h"
#include "bench/results/shard.h"
#include "bench/session.h"
#include "checker/persist/persist.h"

struct check {
	struct session session;
	struct plan plan;
	struct output_args output;
	bool json, dry_run, keep, cost;
	bool forgets;	      /* no results are kept */
	struct shard shard;   /* of its cells, or of the crash points of what was recorded */
	const char *recorded; /* --recorded: a trace to judge; the words are more of them */
	const char *recorded_log, *recorded_symbols;
	bool removals;	     /* leave records out of each trace that passed, ... */
	uint64_t n_removals; /* so many; 0: all */
	uint64_t reduce_ms;  /* look for shorter lists so long; 0: not at all */
	enum persist_mode rules;
	bool rules_given;
	struct states_args states;
	bool no_recovery_barriers;
	uint64_t edits;	     /* of each run's trace, explored again; 0: none */
	const char *extract; /* --extract: the file that gets crash state @state */
	uint64_t state;
	uint64_t rounds; /* lists that soup makes in each guest, of seeds one after the other */
	uint64_t for_ms; /* guests one after the other for so long; 0: one */
	bool is_exec;	 /* --exec: the words are a program and its arguments, ... */
	bool quoted;	 /* behind a -- */
	struct exec_job exec;
	char *program;	     /* the file that it is */
	char **bring;	     /* --bring: more files for it, NULL-ended; NULL: none */
	uint64_t timeout_ms; /* --cell-timeout, of the program */
	char **words;
	size_t n_words;
	char *const *argv; /* as typed */
};

/* cmd_check.c: the document of results, as it was asked for, on standard output. */
void check_print(const struct check *check, const json_t *document);

/* cmd_check_record.c: in the guest. Records the cells; the host judges. The exit code. */
int check_record(struct check *check);

/* cmd_check_host.c: boots a guest for each kernel, and has judged what it recorded. */
int check_guests(struct check *check);

/* cmd_check_judge.c: judges what guests recorded for one set of results. */
struct check_judge {
	const struct check *check;
	struct results *results;
	json_t *known;		      /* failures (known.h) */
	struct coverage coverage;     /* of all soups */
	struct ace_report ace;	      /* of all that ace made */
	bool kept;		      /* files of a cell */
	struct repro_run run;	      /* what all cells have in common */
	struct repro repro;	      /* the violations, saved */
	struct states_options states; /* pool: NULL: none are made */
	struct emulate_job again;     /* of what was recorded earlier: the guests that recover */
};

/* @j is zeroed. The caller closes it after a failure, too. */
int check_judge_open(struct check_judge *j, const struct check *check, struct err *e);
void check_judge_close(struct check_judge *j);

/* Where the verdicts go, and which kernel is judged: both outlive @j. Before any cell. */
void check_judge_begin(struct check_judge *j, struct results *results, const char *kernel);

/* Crash states are made, and recovered by guests like that of @job, which outlives @j. */
int check_judge_states(struct check_judge *j, const struct emulate_job *job, struct err *e);

/* Crash states of a run whose verdict by lines is in @cell; what fails is said, and in the cell. */
void check_judge_run(struct check_judge *j, const struct states_run *run, json_t *cell);

/* They cannot be made, or not all: said, and in the cell, whose lines are judged all the same. */
void check_judge_no_states(json_t *cell, const struct err *e);

/*
 * The cells of @rec, whose directory is that of the results, become results. An
 * error is that of keeping them: they are judged and in the document all the same.
 */
int check_judge_cells(struct check_judge *j, const struct recording *rec, struct err *e);

/* All is in: notes what the lists that were made covered, and how many violations are alike. */
int check_judge_end(struct check_judge *j, struct err *e);

/* cmd_check_reduce.c: cuts down the lists of the violations that were saved. */
void check_reduce(struct check *check, struct repro *repro);

/* cmd_check_recorded.c: judges files that are there already. */
int check_recorded(struct check *check);

/*
 * cmd_check_again.c: @j makes the crash states of the run of @run and @about, by guests of the
 * kernel that it was recorded on, or that the options name.
 */
int check_again_open(struct check_judge *j, const struct states_run *run,
		     const struct dx_log_header *about, struct err *e);

#endif
