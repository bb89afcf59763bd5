/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of `daxbench check` share: nobody else includes it. */
#ifndef BENCH_CMD_CHECK_H
#define BENCH_CMD_CHECK_H

#include "bench/plan.h"
#include "bench/results.h"
#include "bench/session.h"
#include "checker/persist.h"

struct check {
	struct session session;
	struct plan plan;
	const char *out; /* directory that gets the results */
	const char *color, *exit_style;
	int verbosity;
	bool json, dry_run, keep, cost;
	const char *recorded; /* --recorded: a trace to judge; the words are more of them */
	const char *recorded_log, *recorded_symbols;
	bool removals;	     /* leave records out of each trace that passed, ... */
	uint64_t n_removals; /* so many; 0: all */
	enum persist_mode rules;
	bool rules_given;
	uint64_t rounds;     /* lists that soup makes in each guest, of seeds one after the other */
	uint64_t for_ms;     /* guests one after the other for so long; 0: one */
	char **words;
	size_t n_words;
	char *const *argv; /* as typed */
};

/* Of a guest's kernel, beside its traces: the name of that file. */
#define CHECK_SYMBOLS "kallsyms"

/* cmd_check.c: the document of results, as it was asked for, on standard output. */
void check_print(const struct check *check, const json_t *document);

/* cmd_check_record.c: in the guest. Records the cells; the host judges. The exit code. */
int check_record(struct check *check);

/* cmd_check_host.c: boots a guest for each kernel, and judges what it recorded. */
int check_guests(struct check *check);

/* cmd_check_recorded.c: judges files that are there already. */
int check_recorded(struct check *check);

#endif
