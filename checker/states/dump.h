/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a kernel made of a crash state, version 2: how mounting it went, each file that was
 * found with all that it holds, and what became of it after that. Written by the guest that
 * recovers (bench/recover), read by the oracle. It comes from a kernel that may have lost
 * its mind: nothing in it is believed before it was looked at.
 *
 * Little-endian: struct dump_header, then records: struct dump_rec with @length bytes of
 * payload, then zeros up to a multiple of 8, at least one. The last one is DUMP_END.
 *
 * Worked example: a file system that mounts, with one file "f" of 5 bytes in the
 * directory of the workload, all of it "abcde":
 *
 *	STEP	value = { DUMP_MOUNT, 0 }
 *	ENTRY	value = { S_IFDIR | 0755, 2, 4096, 12, 0 }	payload "."
 *	ENTRY	value = { S_IFREG | 0644, 1, 5, 13, 0 }		payload "f"
 *	XATTR							payload "user.a\0its value"
 *	PAGE	value = { 0 }					payload "abcde\0\0..." (4096)
 *	STEP	value = { DUMP_WALK, 0 }
 *	STEP	value = { DUMP_UMOUNT, 0 }
 *	END
 */
#ifndef CHECKER_STATES_DUMP_H
#define CHECKER_STATES_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

#define DUMP_MAGIC	0x00504d5544584144ULL /* "DAXDUMP" */
#define DUMP_VERSION	2U
#define DUMP_PAGE_BYTES 4096U
#define DUMP_MAX	(256ULL << 20) /* bytes of a dump */

struct dump_header {
	uint64_t magic;
	uint32_t version, pad;
};

enum dump_kind {
	/* value: enum dump_step, 0 or what it failed with (errno; FSCK, REPAIR: the exit code);
	   payload: words */
	DUMP_STEP = 1,
	/* value: st_mode, st_nlink, st_size, st_ino, 0 or the errno of looking at it; payload: the
	 * path below the workload's directory, "." for that itself */
	DUMP_ENTRY = 2,
	DUMP_TARGET = 3, /* of the entry before, a symbolic link: where it leads to */
	/* value: index of a page of the entry before that is not all zeros; payload: it */
	DUMP_PAGE = 4,
	/* payload: what the kernel said meanwhile and should not have; the last one counts */
	DUMP_LOG = 5,
	DUMP_END = 6,
	/* An extended attribute of the entry before, a file or directory: payload: name, 0, value
	 */
	DUMP_XATTR = 7,
	DUMP_KINDS
};

enum dump_step {
	DUMP_MOUNT = 1,
	DUMP_WALK,
	DUMP_UMOUNT,
	DUMP_FSCK,  /* of what recovery left; once for each distinct one */
	DUMP_WRITE, /* a file made, written, synced, read and removed in it, mounted anew */
	DUMP_DIED,  /* the guest's kernel did; payload: the end of its console */
	/* what has no journal: a repair before the mount, value: fsck's exit code */
	DUMP_REPAIR,
	DUMP_STEPS
};

struct dump_rec {
	uint32_t kind, length;
	uint64_t value[5];
};

_Static_assert(sizeof(struct dump_rec) == 48, "a record has no holes");

struct dump_page {
	uint64_t index;
	const unsigned char *data; /* DUMP_PAGE_BYTES; within the dump */
};

struct dump_xattr {
	const char *name;	    /* as in "user.a" */
	const unsigned char *value; /* @size bytes, any; within the dump */
	size_t size;
};

struct dump_entry {
	const char *path;
	uint32_t mode, error; /* error: errno of looking at it, 0: none */
	uint64_t nlink, size, inode;
	const char *target;	      /* of a symbolic link; else NULL */
	const struct dump_page *page; /* ascending; what is not there is zeros */
	size_t n_pages;
	const struct dump_xattr *xattr; /* ascending, as strcmp() has the names */
	size_t n_xattrs;
};

struct dump_outcome {
	bool done;
	int64_t result;	  /* 0 or what it failed with */
	const char *text; /* "" for nothing */
};

struct dump;

/*
 * Takes over @bytes (malloc'ed), also when it fails. -EBADMSG: not a dump, or one
 * that contradicts itself.
 */
int dump_parse(struct dump **ret, void *bytes, size_t len, struct err *e);

/* Entries, sorted by path as strcmp() does. */
size_t dump_entries(const struct dump *d, const struct dump_entry **ret);

/* NULL: there is none. */
const struct dump_entry *dump_find(const struct dump *d, const char *path);

const struct dump_outcome *dump_step(const struct dump *d, enum dump_step step);
const char *dump_log(const struct dump *d); /* "": the kernel log is clean */

/*
 * Does that exit code of e2fsck -y mean that all is well now? e2fsck(8): 1: errors were
 * corrected; 2: and whoever has it mounted should reboot (nobody has).
 */
bool dump_is_repaired(int64_t status);

/* "mount", ... */
const char *dump_step_name(enum dump_step step);

/*
 * Adds to *@d the steps that @more has, and its log behind that of *@d. On failure *@d is
 * as it was.
 */
int dump_extend(struct dump **d, const struct dump *more, struct err *e);

/* One with that step alone. */
int dump_of_step(struct dump **ret, enum dump_step step, int64_t result, const char *text,
		 struct err *e);

/* Equal for dumps with the same files, steps and log. */
uint64_t dump_hash(const struct dump *d);

/* Bytes that it takes in memory, about. */
size_t dump_size(const struct dump *d);

/* NULL is fine. */
void dump_free(struct dump *d);

/* ---- writing ---- */

/* Into memory of the caller's; @failed once there was no room for all. */
struct dump_out {
	unsigned char *at;
	size_t room, used;
	bool failed;
};

void dump_out_begin(struct dump_out *o, void *memory, size_t room);
void dump_out_add(struct dump_out *o, enum dump_kind kind, const uint64_t value[5],
		  const void *payload, size_t len);
void dump_out_step(struct dump_out *o, enum dump_step step, int64_t result, const char *text);

/* Adds DUMP_END. Bytes in all; 0: there was no room. */
size_t dump_out_end(struct dump_out *o);

#endif
