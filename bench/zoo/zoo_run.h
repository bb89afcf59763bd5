/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One command of ours on the zoo's kernel, with one of its bugs or none. It runs as a process of
 * its own, as anybody would type it: what a broken kernel does to it stays there, and the
 * results that it keeps are those of a check or run.
 */
#ifndef BENCH_ZOO_ZOO_RUN_H
#define BENCH_ZOO_ZOO_RUN_H

#include "bench/zoo/mutants.h"
#include "bench/zoo/zoo_judge.h"

struct zoo_run {
	const char *kernel;
	const char *dir; /* where each run's results go, below it; made if need be */
	bool verbose;	 /* what the commands say is passed on; else it is in NAME.err there */
};

/* The words of the process, NULL-ended; they point into @c, @run and this. */
struct zoo_words {
	char *word[MUTANTS_MAX_WORDS + 16];
	char bug[64], dir[4096];
};
/* -E2BIG: more than fit in. */
int zoo_words(struct zoo_words *w, const struct zoo_run *run, const struct mutant_command *c,
	      unsigned int bug, const char *name);

/*
 * Runs it with @bug (0: none) and judges its results; @name is what they are kept under.
 * -ECANCELED: interrupted; another error: it made no results, and why is in NAME.err.
 */
int zoo_run(const struct zoo_run *run, const struct mutant_command *c, unsigned int bug,
	    const char *name, struct zoo_findings *ret, double *ret_seconds, struct err *e);

#endif
