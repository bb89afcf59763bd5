/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each operation of the log is called and which of a record's fields it fills. */
#ifndef CHECKER_OPLOG_KIND_H
#define CHECKER_OPLOG_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxbench/oplog.h"

/* What an argument holds: how it is checked, and how it is shown. */
enum oplog_arg_type {
	OPLOG_UNUSED,
	OPLOG_NUMBER,
	OPLOG_BYTES,	  /* an offset, a length or a size */
	OPLOG_HANDLE,	  /* of a file */
	OPLOG_GENERATION, /* count << 4 | worker */
	OPLOG_OPEN_FLAGS,
	OPLOG_MODE,	   /* octal: of a file that an open makes, 0644 always */
	OPLOG_PERMISSIONS, /* octal: of a chmod */
	OPLOG_RENAME_FLAGS,
	OPLOG_FALLOC_MODE,
	OPLOG_RWF_FLAGS,
	OPLOG_MAP_FLAGS,
	OPLOG_MSYNC_FLAGS,
	OPLOG_RANGE_FLAGS, /* SYNC_FILE_RANGE_* */
	OPLOG_FLUSH_KIND,
	OPLOG_WORKER_KIND,
	OPLOG_TOUCH, /* read, write */
	OPLOG_PHASE,
	OPLOG_ACCESS, /* rw, ro */
	OPLOG_TARGET, /* block, dax */
};

struct oplog_arg {
	const char *name;
	enum oplog_arg_type type;
};

/* What an operation's result may be, beside -errno. */
enum oplog_result {
	OPLOG_ZERO,
	OPLOG_ANY,     /* what a workload's function returned */
	OPLOG_COUNT,   /* up to the length, an argument */
	OPLOG_ADDRESS, /* of a mapping */
};

/* When the extents were asked for that may follow an operation. */
enum oplog_extents { OPLOG_NO_EXTENTS, OPLOG_AFTER, OPLOG_BEFORE };

/* In which way a record names an object. */
enum oplog_object { OPLOG_NO_OBJECT, OPLOG_FILE, OPLOG_FILE_OR_NONE, OPLOG_MAP };

struct oplog_kind {
	const char *name;   /* "fsync"; NULL: no operation (TEXT, EXTENT, unknown) */
	unsigned int texts; /* names behind it */
	enum oplog_object object;
	enum oplog_extents extents;
	enum oplog_result result;
	int offset, length; /* arguments whose sum must not overflow; equal: none */
	struct oplog_arg arg[4];
};

/* NULL for what is no operation. */
const struct oplog_kind *oplog_kind(unsigned int op);

/*
 * An argument as people read it: "O_RDWR|O_CREAT", "2097152", "0644". What a
 * flag word holds beyond the names known here follows in hex. Returns @buf.
 */
char *oplog_arg_format(enum oplog_arg_type type, uint64_t value, char *buf, size_t len);

/*
 * Turns oplog_arg_format() back, for all but OPLOG_HANDLE and OPLOG_GENERATION;
 * sizes may have a unit. -EINVAL: no such word, no number; -ERANGE.
 */
int oplog_arg_parse(enum oplog_arg_type type, const char *text, uint64_t *ret);

/* The operation of that name, DX_OP_NONE for none. */
unsigned int oplog_kind_find(const char *name);

#endif
