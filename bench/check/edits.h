/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Were the crash states of a run judged so that it means something? Its trace is edited, one
 * place at a time (checker/states/edit.h), and what is caught is counted.
 */
#ifndef BENCH_CHECK_EDITS_H
#define BENCH_CHECK_EDITS_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "checker/states/explore.h"

#define EDITS_STATES 60 /* of each edit, at most */

struct edits_options {
	uint64_t n, seed;
	const struct explore_options *explore; /* as the trace was explored unedited, */
	const struct explore *unedited;	       /* and what that found */
	void (*on_edit)(void *data, uint64_t edit, uint64_t edits); /* may be NULL */
	void *data;
};

/*
 * Adds "edits" to @states, those of a cell. -errno: they ended early; what was counted until
 * then is there.
 */
int edits_check(const struct edits_options *o, struct trace *t, const struct oplog *log,
		json_t *states, struct err *e);

/*
 * How many of each kind were caught, over all cells; nothing where none were made. @verbose:
 * where those were that were not, and what was wrong because of the others.
 */
void edits_print(FILE *out, const json_t *results, bool verbose);

#endif
