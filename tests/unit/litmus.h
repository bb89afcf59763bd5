/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Litmus tests of persistency: small programs of a few threads, run in every way
 * in which x86-TSO can, and what memory can be after a crash at any point.
 *
 * A program is a text for each thread, its instructions separated by "; ":
 *	x=1		a write-back store of a word
 *	nt x=1		a non-temporal one
 *	lock x=1	an atomic read-modify-write (XCHG) with that result
 *	if x=1		a load; the thread ends here unless it reads that value
 *	clwb x, clflushopt x, clflush x, sfence, mfence
 * Variables are x, y and z, each in a line of its own, and u, v and w, which share
 * their lines: u is in x's, v in y's, w in z's. All are 0 in the beginning.
 *
 * An outcome is what some variables are after a crash; outcomes are a text like
 * "00 10 11", sorted.
 */
#ifndef TESTS_LITMUS_H
#define TESTS_LITMUS_H

#include "checker/persist/persist.h"

#define LITMUS_THREADS 2
#define LITMUS_TEXT    1024

struct litmus {
	const char *name;
	const char *thread[LITMUS_THREADS]; /* the second may be NULL */
	const char *vars;		    /* of which an outcome is: "xy" */
	const char *allowed;		    /* all that the source allows, and no more */
	const char *source;
	const char *strict; /* what the model allows in strict mode, if it is something else, ... */
	const char *eadr;   /* ... and in eadr mode */
};

/* What a wrong model could do to the events that it is fed with. */
enum litmus_fault {
	LITMUS_NO_FAULT,
	LITMUS_NO_FENCE,
	LITMUS_NO_WRITE_BACK,
	LITMUS_ONE_VCPU,	/* one pending set for all */
	LITMUS_CLFLUSH_AS_CLWB, /* as if it needed a fence */
	LITMUS_CLWB_AS_CLFLUSH, /* as if none needed one */
	LITMUS_NT_AS_WB,
	LITMUS_WB_AS_NT,
	LITMUS_FAULTS
};

/* How a program is run, and what it is judged by. */
struct litmus_run {
	enum persist_mode mode;
	enum litmus_fault fault;
	/*
	 * Each thread's instructions take effect in its order, as they do in the
	 * emulator that records traces: what may come later than its place in the
	 * program, the model has to know by itself.
	 */
	bool in_order;
};

/* The outcomes by the checker's model. Returns @text. */
const char *litmus_model(const struct litmus *t, const struct litmus_run *run,
			 char text[LITMUS_TEXT]);

/*
 * The outcomes by the axioms of Px86, which are coded here a second time, as a rule
 * on which sets of stores can have persisted. Not for programs with non-temporal
 * stores, which Px86 does not have. Returns @text.
 */
const char *litmus_px86(const struct litmus *t, char text[LITMUS_TEXT]);

#endif
