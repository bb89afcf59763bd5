/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A recorded run by its files, from which it is judged: right after a guest has
 * made them, or again, anywhere, without one. What is not in the files is not
 * needed: workload, parameters, file system, kernel and seed are in the log.
 */
#ifndef BENCH_CHECK_RECORDED_H
#define BENCH_CHECK_RECORDED_H

#include <jansson.h>

#include "bench/check/ace_report.h"
#include "checker/gen/coverage.h"
#include "checker/persist/persist.h"
#include "daxbench/oplog.h"
#include "lib/err.h"

#define RECORDED_SYMBOLS "kallsyms" /* of the guest's kernel, beside its traces */

struct recorded {
	const char *trace, *log;
	const char *symbols; /* kallsyms of its kernel; without it addresses stay numbers */
	const char *maps;    /* of a program that --exec ran: what it had mapped; or NULL */
	enum persist_mode rules;
	bool removals;	     /* leave records out of a trace in which nothing was found, ... */
	uint64_t n_removals; /* so many; 0: all */
	uint64_t seed;	     /* chooses them */
	const char *flush;   /* "clwb": the CPU's instruction, if it is known; or NULL */
	struct coverage *coverage; /* gets what a soup covered; or NULL */
	struct ace_report *ace;	   /* gets what of ace was run; or NULL */
};

/* What the log in @path says of its run. -EBADMSG: it is none, or a wrong one. */
int recorded_about(const char *path, struct dx_log_header *ret, struct err *e);

/* Was it this build of daxbench? Of another one the workload's lines are not known. */
bool recorded_by_this_program(const struct dx_log_header *about);

/*
 * A cell of results for it (result.h), as if nothing had been found yet. A
 * workload that this daxbench does not have is no error: it has no parameters.
 * @ret is a new reference. -EBADMSG: its name cannot be one.
 */
int recorded_cell(const struct dx_log_header *about, json_t **ret, struct err *e);

/*
 * Judges it and puts the verdict into @cell, held against the @known failures.
 * What cannot be judged is an error of that cell, with the reason.
 */
void recorded_judge(const struct recorded *r, const json_t *known, json_t *cell);

#endif
