/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which records of a trace keep a promise? A second way to the answer, by other
 * means than the persistence model: what makes a promised byte durable is a
 * chain (the last store to it, a write-back of its line after that, a fence after
 * that). A record that is in every chain of some promised byte is needed: without
 * it the promise is broken. A record that is in none, or never alone, is not, and
 * the reason can be named.
 *
 * A checker that is worth its verdict finds a violation when a needed record is
 * left out, and none when another is.
 */
#ifndef CHECKER_WITNESS_H
#define CHECKER_WITNESS_H

#include "checker/trace/trace.h"

enum witness_reason {
	WITNESS_NEEDED,
	WITNESS_NO_CHANGE,	/* store: what it stored was there already */
	WITNESS_OVERWRITTEN,	/* store: of promised lines, but overwritten before the promise */
	WITNESS_NEVER_PROMISED, /* store, write-back: of no promised byte */
	WITNESS_CLEAN,		/* write-back: nothing had been stored since the last one */
	WITNESS_TWICE,		/* write-back: another one did it as well */
	WITNESS_IDLE,		/* fence: nobody waited for it */
	WITNESS_AGAIN,		/* fence: another one followed before the promise */
	WITNESS_REASONS
};

struct witness;

/* NULL: no memory. */
struct witness *witness_new(void);
void witness_free(struct witness *w);

/* Takes the next record; its number counts from 0. 0 or -ENOMEM. */
int witness_record(struct witness *w, const struct trace_record *t);

/* At the record taken last, these bytes of the line at @addr were promised. */
int witness_oblige(struct witness *w, uint64_t addr, uint64_t bytes);

/* Why record @number can be left out; NEEDED: it cannot. Only of stores, write-backs, fences. */
enum witness_reason witness_reason(const struct witness *w, uint64_t number);

#endif
