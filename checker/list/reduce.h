/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cuts an operation list down as long as running it still shows something: which
 * lists to try next, given what came of the last ones. It knows neither what is
 * looked for nor how a list is run.
 *
 * Running is dear and starting to run is dearest, so several are asked for at a
 * time:
 *
 *	reduce_open(&r, &list, &hints, 12, &e);
 *	while (!reduce_ask(r, &lists, &n, &e) && n) {
 *		... run lists[0] to lists[n - 1], say what each shows ...
 *		reduce_tell(r, shows);
 *	}
 *	reduce_best(r);
 *
 * It may be given up at any time: reduce_best() is the best that was seen.
 */
#ifndef CHECKER_REDUCE_H
#define CHECKER_REDUCE_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/list/oplist.h"

#define REDUCE_BATCH 16 /* lists asked for at a time, at most */

struct reduce_hints {
	size_t end;	  /* what matters is over after so many operations; 0: not known */
	const char *file; /* the name of the file that matters; NULL: not known */
};

struct reduce;

/* @batch: lists to ask for at a time, 3 to REDUCE_BATCH. @list has passed oplist_check(). */
int reduce_open(struct reduce **ret, const struct oplist *list, const struct reduce_hints *hints,
		size_t batch, struct err *e);
void reduce_close(struct reduce *r); /* NULL is fine */

/*
 * What to try next: *@ret_n lists, each valid, r's until the next call. 0 of them:
 * it is over. The first time the first is the whole list.
 */
int reduce_ask(struct reduce *r, const struct oplist **ret, size_t *ret_n, struct err *e);

/*
 * Which of them show it; what could not be tried does not. Returns the one that is
 * now the best of all, or -1: that stays the one that it was.
 */
int reduce_tell(struct reduce *r, const bool *shows);

/*
 * Another list showed it, too, one that r did not ask for. True: it is the best
 * now, a copy of it is cut down further, and what r asked for last is void: ask
 * again.
 */
bool reduce_offer(struct reduce *r, const struct oplist *list);

/* The shortest list that showed it; NULL: none did. */
const struct oplist *reduce_best(const struct reduce *r);

/*
 * Was each operation of the best list left out in turn, with what needs it, and
 * did none of these show it?
 */
bool reduce_is_minimal(const struct reduce *r);

/* Are only arguments left to be made smaller? That is worth less than fewer operations. */
bool reduce_is_polishing(const struct reduce *r);

/* What the lists asked for are, for people: "without 4 operations at a time". Returns @buf. */
char *reduce_describe(const struct reduce *r, char *buf, size_t len);

#endif
