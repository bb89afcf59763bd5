/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Violations, kept so that each can be looked at and shown again: of those alike
 * one, in a directory RESULTS/violations/KEY:
 *
 *	command		shows it again, with exit status 1; run where ./daxbench is
 *	ops.list	what was done (daxbench/oplist.h)
 *	violation.json	the violation as in run.json, and the run that showed it
 *	violation.txt	the same for people, both stacks in it
 *	line.txt	the life of the cache line in the trace
 *	trace, oplog	of that run, for "daxbench trace"
 *
 * Alike are violations with the same KEY: the file system, the call whose promise
 * is broken, the fault, and whose store it is that is lost.
 */
#ifndef BENCH_CHECK_REPRO_H
#define BENCH_CHECK_REPRO_H

#include "bench/check/recording.h"
#include "bench/session.h"
#include "checker/list/oplist.h"
#include "checker/persist/persist.h"

#define REPRO_KEY 160

/* The run whose violations are kept. All of it is the caller's and outlives what is made of it. */
struct repro_run {
	const char *results; /* directory; it may be renamed in place */
	const char *kernel;  /* as one names it on the command line */
	const struct session *session;
	enum persist_mode rules;
	const json_t *known; /* failures (known.h): not kept */
	json_t *command;     /* the command line, an array */
};

/* One kind of violation. */
struct repro_case {
	char key[REPRO_KEY];
	json_t *cell, *violation; /* the first of its kind, and the cell that it is in */
	uint64_t alike;		  /* more of its kind */
	struct oplist list;	  /* empty: the run cannot be written as one */
	size_t end;		  /* so many operations of it were done when the promise was made */
	/* Cut down: */
	size_t list_was; /* 0: it was not */
	bool minimal;	 /* no operation of it can be left out */
	bool alone;	 /* it was run by itself, not after others in a guest */
	bool by_list;	 /* the list is known to show it, or is what was run */
};

struct repro {
	const struct repro_run *run;
	struct repro_case *cases;
	size_t n;
};

/* "ext4-fsync-not-written-back-dax_iomap_rw+0x2b4". Returns @buf. */
char *repro_key(const char *fs, const json_t *violation, char *buf, size_t len);

/*
 * Saves what is new of the violations of the judged @cell, but those known. Each
 * gets a member "saved", its directory below the results; @f are the files of the
 * cell's run. @r is zeroed at first, but for its run.
 */
int repro_save(struct repro *r, json_t *cell, const struct recording_files *f, struct err *e);

/* All is in: writes down how many there were of each kind. */
int repro_count(const struct repro *r, struct err *e);

/*
 * A shorter list shows it: @cell has the @violation, @f are the files of its run,
 * which @c takes the place of its own.
 */
int repro_replace(const struct repro *r, struct repro_case *c, json_t *cell, json_t *violation,
		  const struct oplist *list, const struct recording_files *f, struct err *e);

void repro_release(struct repro *r);

/* Where the directory of @c is. Returns @buf. */
char *repro_dir(const struct repro_run *run, const struct repro_case *c, char *buf, size_t len);

/*
 * repro_options.c: the options of "daxbench check" that make the same run on @fs,
 * "" for none, with the seed that a cell has: an array.
 */
json_t *repro_options(const struct repro_run *run, const char *fs, uint64_t seed);

/* repro_dir.c: writes the directory of @c anew. */
int repro_write(const struct repro_run *run, const struct repro_case *c,
		const struct recording_files *f, struct err *e);

/* Only its violation.json. */
int repro_write_json(const struct repro_run *run, const struct repro_case *c, struct err *e);

#endif
