/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Known failures: a real bug of a stock kernel, found and written down, must not
 * turn every run red, and its disappearance must be noticed. Each is a file
 * tests/known/NAME.json:
 *
 *	finding		the document that has the proof
 *	reason		one line
 *	fs		list of the file systems that have it
 *	kernel_from, kernel_to	"6.1"; null: no bound. Both ends belong to it
 *	promises	list of calls whose promise it breaks
 *	faults		how, a list: "fault" of a violation (results/daxbench-result-1.schema.json)
 *	conditions	list of those of its "conditions" that it comes by
 *	stores		list of whose stores are lost: functions of the kernel, or "program",
 *			what it stores itself; empty: any code's
 *	rules		list of the rules (check --rules) that it breaks
 *	flush		list of the CPUs' instructions (check --flush) with which it shows
 *	shows_in	workloads that are known to show it
 *	states		list of the oracle's rules (checker/states/oracle.h) that crash states
 *			break by it; may be absent: none
 *
 * A violation is known if all of this down to the stores is so of it: what follows says where
 * it is missed. One of a crash state is, if file system, kernel and promise are so, and its
 * rule is one of the states'.
 */
#ifndef BENCH_CHECK_KNOWN_H
#define BENCH_CHECK_KNOWN_H

#include <jansson.h>

#include "lib/err.h"

#define KNOWN_DIRECTORY "tests/known"

/* All entries, an array of objects with their "name". An absent directory is an empty list. */
int known_load(const char *directory, json_t **ret, struct err *e);

/* What a cell was judged by, as the options are written. */
struct known_conditions {
	const char *rules; /* "strict" */
	const char *flush; /* "clwb" */
};

/*
 * Gives each violation of the judged @cell a member "known", and the cell its xfail or
 * xpass; a cell that was not judged whole ("incomplete") is an error, whatever is known.
 */
void known_apply(const json_t *known, const struct known_conditions *how, json_t *cell);

/*
 * The same for what is wrong with its crash states, an array of "violations" as they are in the
 * schema. What there is of them now is known or not; the cell's status is the caller's to make.
 */
void known_mark_states(const json_t *known, const json_t *cell, json_t *violations);

#endif
