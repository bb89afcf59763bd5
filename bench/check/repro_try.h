/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operation lists, run and judged in one guest: does what a run showed show again? */
#ifndef BENCH_CHECK_REPRO_TRY_H
#define BENCH_CHECK_REPRO_TRY_H

#include "bench/check/repro.h"

#define REPRO_TRY_MAX 16 /* lists at a time */

struct repro_try {
	const struct repro_run *run; /* as this was run */
	struct session *session;     /* its own, for the guest's command line */
	const char *fs;
	uint64_t seed;
	const char *dir; /* there, and empty: of lists, traces and logs */
	uint64_t timeout_ms;
};

/*
 * Runs @lists, as many cells. @ret, which the caller releases after a failure
 * too, gets the cells, judged, in the order of the lists; of a guest that did
 * not get so far, fewer.
 */
int repro_try(const struct repro_try *t, const struct oplist *lists, size_t n,
	      struct recording *ret, struct err *e);

/*
 * What is it called when a list shows it? The key of what is most like @violation
 * in @cell and not known, where the run was a list made of the other's; false: nothing
 * is like it.
 * A store of the workload's is made by other code then.
 */
bool repro_find_kin(const json_t *cell, const json_t *violation, char key[REPRO_KEY]);

/* The violation with that key, not a known one, belongs to @cell; NULL: it has none. */
json_t *repro_find(const json_t *cell, const char *key);

#endif
