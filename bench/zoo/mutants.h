/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mutants of a kernel, and what is to catch each: kernels/mutants has known bugs put back
 * (kernels/patches/zoo.patch), kernels/mechanical places drawn by chance (mechanical.patch). A
 * line each,
 *
 *	NUMBER NAME : EXPECTED : COMMAND : WHAT
 *
 *	2 no-mkclean : lines : check pte-store-after-msync --fs ext4 : mappings stay writable
 *	28 pmd-cache-page : equivalent: x86 has no aliases : check msync-pmd-4k : wrong flush
 *
 *	101 pmem-238-drop : any : general : bio_endio(bio) is not called
 *
 * The number is what daxzoo is set to, the command daxbench's own, without its name. EXPECTED is
 * a detector, or "equivalent" with the reason why nothing can tell that kernel from a whole one.
 * The command "general" is those of kernels/general, which know of no mutant, one after the
 * other until one catches it; any detector will do then, so EXPECTED may be "any". In
 * kernels/general a line is "general : COMMAND".
 * A # begins a comment. A field ends at " : ", so it may have colons of its own.
 */
#ifndef BENCH_ZOO_MUTANTS_H
#define BENCH_ZOO_MUTANTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

#define MUTANTS_FILE	  "kernels/mutants"
#define MUTANTS_GENERAL	  "kernels/general"
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
	unsigned int number;	    /* 1 or more; none twice */
	char *name;		    /* [a-z0-9-]+; none twice */
	bool equivalent, any;	    /* any: detector will do */
	enum zoo_detector expected; /* of one that is neither */
	char *reason;		    /* of one that is equivalent */
	bool general;		    /* it has no trigger of its own */
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

/* The word for what is to catch it. */
const char *mutant_expected(const struct mutant *m);

/* By number or name; NULL: there is none. */
const struct mutant *mutants_find(const struct mutants *m, const char *word);

#endif
