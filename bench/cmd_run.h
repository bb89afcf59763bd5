/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the three files of `daxbench run` share: nobody else includes it. */
#ifndef BENCH_CMD_RUN_H
#define BENCH_CMD_RUN_H

#include "bench/plan.h"
#include "bench/results.h"
#include "bench/runner.h"

struct run {
	struct session session;
	struct runner_options runner;
	const char *out; /* directory that gets the results */
	const char *color, *exit_style;
	int verbosity;
	bool json, dry_run, counts;
	char **words;
	size_t n_words;
	char *const *argv; /* as typed */
	struct plan plan;
};

/* cmd_run.c: prints what there is, keeps it, and says what the run is worth: the exit code. */
int run_conclude(struct run *run, struct results *results, bool cut_short);

/* cmd_run_here.c: on this machine. Returns the exit code. */
int run_here(struct run *run);

/* cmd_run_guest.c: in a guest for each kernel asked for. Returns the exit code. */
int run_guests(struct run *run);

#endif
