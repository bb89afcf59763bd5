/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the three files of `daxbench run` share, and with them `daxbench compare`, whose
 * boots are runs.
 */
#ifndef BENCH_CMD_CMD_RUN_H
#define BENCH_CMD_CMD_RUN_H

#include "bench/cmd/output_argp.h"
#include "bench/results/baseline.h"
#include "bench/plan.h"
#include "bench/results/results.h"
#include "bench/runner.h"

struct run {
	const char *command; /* "run", or the command that runs as it does */
	struct session session;
	struct runner_options runner;
	struct output_args output;
	bool json, dry_run, counts, functions; /* functions: counts too */
	const char *baseline, *save_baseline;  /* names; NULL: none */
	struct results_file held_against;      /* the baseline, read before anything is run */
	bool padded;			       /* the guest's memory is laid out otherwise */
	char **words;
	size_t n_words;
	char *const *argv; /* as typed */
	char **guest_argv; /* of run_strip_baselines(); NULL: argv */
	struct plan plan;
};

/* cmd_run.c: what the runner must know of the session's options. */
void run_settle(struct run *run);

/* Prints what there is, keeps it, and says what the run is worth: the exit code. */
int run_conclude(struct run *run, struct results *results, bool cut_short);

/*
 * cmd_run_last.c: before anything is run: reads the baseline that was asked for. -EINVAL:
 * there is none, or a name is no name.
 */
int run_read_baseline(struct run *run, struct err *e);

/*
 * Keeps the guest from seeing baselines: a longer command line moves what is in its
 * memory, and with that counts, between the run that made one and the run that uses it.
 */
int run_strip_baselines(struct run *run, struct err *e);

/* Prints the table, with what the same cells gave before where that is known. */
void run_print_table(const struct run *run, const json_t *document);

/* Keeps the results as the baseline that --save-baseline names, if it does. */
int run_keep_baseline(const struct run *run, const json_t *document, struct err *e);

/* cmd_run_here.c: on this machine. Returns the exit code. */
int run_here(struct run *run);

/*
 * cmd_run_guest.c: one boot of @kernel (NULL: the default). What came of it is in
 * @ret_results, not finished yet and the caller's to close, also after a failure; NULL: it
 * did not come to a boot.
 */
int run_boot(struct run *run, const char *kernel, struct results **ret_results,
	     struct emulate_outcome *outcome, struct err *e);

/* In a guest for each kernel asked for. Returns the exit code. */
int run_guests(struct run *run);

#endif
