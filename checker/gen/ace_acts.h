/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Phases 1 to 3 of ace: which operations there are, with which parameters, and
 * what can make each of them durable. An *act* is an operation with its
 * parameters; a *step* is an act and what follows it to make it durable.
 *
 * Their numbers are part of a case's number (ace.h), and so of reports: both lists
 * grow at their end only. What a file system cannot do, and what would be no
 * operation at all (a hole punched into a hole), has a number all the same.
 */
#ifndef CHECKER_GEN_ACE_ACTS_H
#define CHECKER_GEN_ACE_ACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ace_op {
	/* Data, by what way. */
	ACE_MMAP,
	ACE_MMAP_SYNC,	 /* MAP_SYNC */
	ACE_MMAP_SECOND, /* through a second mapping, at another address */
	ACE_PWRITE,
	ACE_PWRITEV, /* from three pieces */
	/* Size and space; those with +1 at an offset that is odd. */
	ACE_TRUNCATE_0,
	ACE_TRUNCATE_2500,
	ACE_TRUNCATE_UP,
	ACE_ALLOCATE, /* beyond the end: the file grows */
	ACE_ALLOCATE_1,
	ACE_KEEP, /* the same, and its size is kept */
	ACE_KEEP_1,
	ACE_ZERO,
	ACE_ZERO_1,
	ACE_PUNCH,
	ACE_PUNCH_1,
	ACE_UNSHARE,
	ACE_UNSHARE_1,
	ACE_COLLAPSE,
	ACE_INSERT,
	/* Names. */
	ACE_CREAT,
	ACE_MKDIR,
	ACE_LINK,
	ACE_UNLINK,
	ACE_RENAME,
	ACE_RENAME_OVER,
	ACE_RENAME_DIR,
	ACE_SYMLINK_TO,
	ACE_OPS
};

/* What is there before, where data, size or space change. */
enum ace_target {
	ACE_TO_HOLE,
	ACE_TO_UNWRITTEN,
	ACE_TO_SYNCED,
	ACE_TO_DIRTY, /* stored to through a mapping, and not synced */
	ACE_TO_SHARED,
	ACE_TARGETS
};

enum ace_store {
	ACE_1_BYTE,   /* the last of a line */
	ACE_8_BYTES,  /* a word */
	ACE_24_BYTES, /* three words, in two lines */
	ACE_6_BYTES,  /* at offset 61 of a line: in two */
	ACE_4_KIB,    /* a page */
	ACE_2_MIB,    /* 2 MiB at once, through entries of 2 MiB */
	ACE_STORES
};

enum ace_where {
	ACE_FOO,
	ACE_A_FOO,
	ACE_BAR,
	ACE_A_BAR,
	ACE_AC_BAR,
	ACE_A,
	ACE_B,
	ACE_AC,
	ACE_WHERES
};

enum ace_persist {
	ACE_NONE, /* nothing: not after the last operation of a case */
	ACE_FSYNC,
	ACE_FDATASYNC,
	ACE_SYNC,
	ACE_SYNCFS,
	ACE_FSYNC_PARENT, /* the directory */
	ACE_MSYNC,	  /* exactly the pages stored to */
	ACE_MSYNC_PART,	  /* one byte of the page; of 2 MiB the first half */
	ACE_DSYNC,	  /* written through a descriptor of O_DSYNC */
	ACE_CLWB,	  /* the program's own flush and drain */
	ACE_NT,		  /* stored past the caches, and drained */
	ACE_PERSISTS
};

/* -1: it has no such parameter. */
struct ace_act {
	int8_t op, target, store, from, to;
};

struct ace_step {
	uint16_t act; /* number */
	uint16_t persist;
};

/* All acts, in the order of their numbers: those of data, of size, of names. */
const struct ace_act *ace_acts(size_t *ret_n);

bool ace_is_data(const struct ace_act *a);
bool ace_is_size(const struct ace_act *a);
bool ace_maps(const struct ace_act *a); /* stores through a mapping */

/* "" of -1. */
const char *ace_where_name(int where);

/* Can @p follow @a? @last: as the end of a case, where something has to be promised. */
bool ace_persist_fits(const struct ace_act *a, enum ace_persist p, bool last);

/* enum soup_feature: all of them are needed. */
unsigned int ace_step_needs(const struct ace_act *a, enum ace_persist p);

/*
 * The values that a step has: of its operation, of each parameter, of what makes it
 * durable. ACE_VALUES are all that there are; a step has ACE_STEP_VALUES at most.
 */
#define ACE_VALUES	(ACE_OPS + ACE_TARGETS + ACE_STORES + 2 * ACE_WHERES + ACE_PERSISTS)
#define ACE_STEP_VALUES 6U

unsigned int ace_step_values(const struct ace_act *a, enum ace_persist p,
			     unsigned int ret[ACE_STEP_VALUES]);

#endif
