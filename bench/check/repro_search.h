/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks for shorter lists for several violations at once. What to try for each,
 * checker/list/reduce.c knows; here some of it goes into a guest together, for booting
 * is dear, and what a list shows is an answer for all of them.
 */
#ifndef BENCH_CHECK_REPRO_SEARCH_H
#define BENCH_CHECK_REPRO_SEARCH_H

#include "bench/check/repro_try.h"
#include "checker/list/reduce.h"

#define REPRO_BATCH 12 /* lists for one violation at a time */

/* For one violation. */
struct repro_search {
	struct repro_case *c;
	struct reduce *reduce;
	char key[REPRO_KEY]; /* what it is called when a list shows it; "": not seen yet */
	char dir[PATH_MAX];  /* the files of the best run */
	const char *fs;	     /* belongs to the case, as all that it ran on */
	uint64_t seed;
	bool over;  /* there is nothing more to try */
	bool done;  /* the caller's: what came of it is saved */
	bool alone; /* the best run was by itself, as the command that is saved */
	/* The best run that was seen. */
	json_t *cell, *violation; /* NULL: none */
	struct recording_files files;
	/* What it asks for. */
	const struct oplist *asked;
	size_t n_asked, place[REDUCE_BATCH]; /* places among the lists of the round */
	bool takes_part;
};

/* @dir: of its own, made when it is needed. */
int repro_search_open(struct repro_search *s, struct repro_case *c, const char *dir, struct err *e);
void repro_search_close(struct repro_search *s);

/*
 * What is to be tried next: *@ret_n lists, 0 where nothing is left. Those of
 * @searches take part that were never tried, then those that lose operations,
 * then those that only become smaller: all on one file system and of one seed, in
 * their order, as far as there is room for their lists.
 */
int repro_search_ask(struct repro_search *searches, size_t n, size_t *ret_n, struct err *e);

/*
 * Runs what was asked for, in a guest; file system and seed of @t are chosen. *@ret_ran: how
 * many lists were run to their end; a list that brings the guest down shows nothing.
 */
int repro_search_try(struct repro_search *searches, size_t n, const struct repro_try *t,
		     size_t *ret_ran, struct err *e);

/* Runs the best list by itself. *@ret: does it show it? Then that is the best run. */
int repro_search_alone(struct repro_search *s, const struct repro_try *t, bool *ret, struct err *e);

#endif
