/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mutants of a kernel with known bugs put back (kernels/patches/zoo.patch), and what is to
 * catch each: kernels/mutants, a line each,
 *
 *	NUMBER NAME : EXPECTED : COMMAND : WHAT
 *
 *	2 no-mkclean : lines : check pte-store-after-msync --fs ext4 : mappings stay writable
 *	28 pmd-cache-page : equivalent: x86 has no aliases : check msync-pmd-4k : wrong flush
 *
 * The number is what daxzoo is set to, the command daxbench's own, without its name. EXPECTED is
 * a detector, or "equivalent" with the reason why nothing can tell that kernel from a whole one.
 * A line "general : COMMAND" is a command that knows of no mutant and is tried on all of them.
 * A # begins a comment. A field ends at " : ", so it may have colons of its own.
 */
#ifndef BENCH_ZOO_MUTANTS_H
#define BENCH_ZOO_MUTANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

#define MUTANTS_FILE	  "kernels/mutants"
#define MUTANTS_MAX	  256
#define MUTANTS_MAX_WORDS 32
#define MUTANTS_MAX_BYTES (1U << 20)

/* Who saw it. */
enum zoo_detector {
	ZOO_LINES,   /* promised bytes that are not durable */
	ZOO_CONTENT, /* a file has other bytes than it was given, crash or not */
	ZOO_STATES,  /* a crash state that recovers to what it must not be */
	ZOO_COUNTS,  /* faults and write-backs are not as many as a workload declares */
	ZOO_KERNEL,  /* the kernel warned, panicked or hung */
	ZOO_DETECTORS
};

extern const char *const zoo_detector_names[ZOO_DETECTORS];

struct mutant_command {
	char *text; /* as it stands in the file */
	char *words[MUTANTS_MAX_WORDS + 1];
	size_t n;
};

struct mutant {
	unsigned int number; /* 1 or more; none twice */
	char *name;	     /* [a-z0-9-]+; none twice */
	bool equivalent;
	enum zoo_detector expected; /* of one that is not */
	char *reason;		    /* of one that is */
	struct mutant_command trigger;
	char *what;
};

struct mutants {
	struct mutant *mutant;
	size_t n;
	struct mutant_command *general;
	size_t n_general;
	char *copies; /* what the texts point into */
};

/* @object: what messages call the text. -EBADMSG with the line. Released by the caller, if 0. */
int mutants_parse(struct mutants *ret, const char *text, size_t len, const char *object,
		  struct err *e);
int mutants_read(struct mutants *ret, const char *path, struct err *e);
void mutants_release(struct mutants *m);

/* By number or name; NULL: there is none. */
const struct mutant *mutants_find(const struct mutants *m, const char *word);

#endif
