/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest records for a check, brought to the host: its cells, and in a
 * directory the trace and the log of each, by the name of its run. From there it
 * is judged (recorded.h).
 */
#ifndef BENCH_CHECK_RECORDING_H
#define BENCH_CHECK_RECORDING_H

#include <jansson.h>
#include <limits.h>

#include "emulate/emulate.h"

struct recording {
	const char *dir;     /* the caller's, and there */
	json_t *cells;	     /* as the guest told them, in their order */
	json_t *environment; /* NULL: it did not come */
	void (*on_cell)(void *data, const json_t *cell); /* as each comes; may be NULL */
	void *data;
	char dead_log[PATH_MAX]; /* the operation log of a guest that died */
};

struct recording_files {
	char trace[PATH_MAX], log[PATH_MAX], symbols[PATH_MAX];
	/* Of a program that was run; not there: it was none, or printed nothing. */
	char maps[PATH_MAX], out[PATH_MAX], err[PATH_MAX];
};

/*
 * Runs @job, a check, in a guest with the plugin; the files go to @rec's
 * directory. What a guest that died had recorded is there all the same. The
 * caller zeroes @rec, sets what is its own, and releases it, after a failure too.
 */
int recording_run(struct recording *rec, struct emulate_job *job, struct emulate_outcome *outcome,
		  struct err *e);
void recording_release(struct recording *rec);

/* After a failure: a cell more, for the run that the guest died in (unfinished.h). */
int recording_add_unfinished(struct recording *rec, struct err *e);

/* Where the files of @run, 16 hex digits, are. */
struct recording_files recording_name(const char *dir, const char *run);

#endif
