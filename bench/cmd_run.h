/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the four files of `daxbench run` share: nobody else includes it. */
#ifndef BENCH_CMD_RUN_H
#define BENCH_CMD_RUN_H

#include "bench/results.h"
#include "bench/runner.h"
#include "bench/session.h"

struct run {
	struct session session;
	struct runner_options runner;
	const char *out; /* directory that gets the results */
	const char *color, *exit_style;
	int verbosity;
	bool json, dry_run;
	char **words;
	size_t n_words;
	char *const *argv; /* as typed */
	struct selection *selections;
	size_t n_selections;
	const char *fs[SESSION_MAX_FS + 1]; /* NULL-ended; [0] NULL: whatever --target has */
	size_t planned;			    /* cells */
};

/* Resolves the words into selections, and counts the cells. */
int run_make_plan(struct run *run, struct err *e);

/* --dry-run: a line for each selection. */
void run_print_plan(const struct run *run);

/* File systems of the matrix, at least 1: a directory without --fs counts as one. */
size_t run_count_fs(const struct run *run);

/* The command line as a JSON array: a new reference. */
json_t *run_command_line(const struct run *run);

/* Prints what there is, keeps it, and says what the run is worth: the exit code. */
int run_conclude(struct run *run, struct results *results, bool cut_short);

/* cmd_run_here.c: on this machine. Returns the exit code. */
int run_here(struct run *run);

/* cmd_run_guest.c: in a guest for each kernel asked for. Returns the exit code. */
int run_guests(struct run *run);

#endif
