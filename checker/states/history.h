/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What names, sizes, kinds and attributes of files may be after a crash, from the operation log:
 * what promise.h is for data.
 *
 * Each name (a path below the workload's directory), each file's size, and each attribute of a
 * file or directory (its permission bits, user.daxbench.0 and so on) has *versions*, one
 * for each operation that changed it, from its beginning on. After a crash it may be any
 * version until a sync call promises it; from then on none that was over before the
 * newest began that had ended when the sync call began. Before the first operation there is
 * no file of any name.
 *
 * Which call promises what (sources: docs/promises.md):
 *
 *	sync, syncfs, umount, remount read-only		all names, all sizes, all attributes
 *	fsync of a file, O_SYNC, RWF_SYNC		its names, its size, its attributes
 *	fsync of a directory				the names in it, its attributes
 *	fdatasync, msync, O_DSYNC, RWF_DSYNC		its size, and that some name of
 *							it is there
 *
 * That fsync of a file covers its names is no promise of POSIX but of ext4 and XFS: it is a rule
 * of its own (oracle.h). It covers what was done to this file's names: not what another file of
 * one of these names came to, nor the rename of a directory above, which only sync covers
 * and the fsync of the directory that the name of the renamed one is in.
 */
#ifndef CHECKER_STATES_HISTORY_H
#define CHECKER_STATES_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/promise/promise.h"

#define HISTORY_NEVER UINT64_MAX

enum history_type { HISTORY_FILE, HISTORY_DIRECTORY, HISTORY_LINK };

/* A size while an operation runs may be any of [low, high], and is @final once it is over. */
struct history_size {
	uint64_t began, over; /* events; over: HISTORY_NEVER: not yet */
	uint64_t low, high, final;
};

/* A call has promised bytes of a file: what had ended at event @covers. */
struct history_promise {
	const struct oplog_op *op;
	uint64_t offset, end, covers;
};

/* The attributes of an object: its permission bits, and the extended ones by their numbers. */
enum { HISTORY_MODE, HISTORY_XATTRS, HISTORY_ATTRIBUTES = HISTORY_XATTRS + DX_XATTRS };

struct history_value {
	uint64_t began, over;
	const struct oplog_op *op; /* NULL: the first version, as it was made */
	bool is_unknown;	   /* it may be any: nobody saw it made */
	uint64_t mode;
	uint64_t size; /* of an extended attribute; 0: there is none */
};

struct history_attribute {
	struct history_value *value;
	size_t n, room;
	size_t floor;			/* the oldest version that may still be */
	const struct oplog_op *promise; /* who promised that; NULL: nobody */
};

struct history_object {
	struct history_object *next;
	enum history_type type;
	const struct tree_file *file; /* of a FILE; NULL: not opened yet */
	const char *target;	      /* of a LINK */
	struct history_size *size;
	size_t n_sizes, room;
	size_t size_floor;		      /* the oldest version that may still be */
	const struct oplog_op *size_promise;  /* who promised that; NULL: nobody */
	unsigned int names;		      /* how many it has now; without one it may be gone */
	const struct oplog_op *reach_promise; /* who promised that some name of it is there */
	struct history_promise *promise;      /* of its data, in their order */
	size_t n_promises, promises_room;
	struct history_attribute attribute[HISTORY_ATTRIBUTES];
	/* For what has no journal (settled.h): */
	bool is_kept;	       /* a sync call of it, or of all, has returned since it was made */
	bool is_added;	       /* a name was added to it since it was synced: EXT4_STATE_NEWENTRY */
	unsigned int changing; /* operations that run and may move its blocks */
	uint64_t changed;      /* when the last of them was over, but for synchronous writes */
	uint64_t synced;       /* when the last sync call of it, or of all, began */
};

struct history_version {
	uint64_t began, over;
	struct history_object *object; /* NULL: there is none of that name */
	bool moved;		       /* by the rename of a directory above it */
};

/*
 * Whose promises of names count: STRICT takes those by the fsync of a file in, ADDED those by
 * any sync of a file to whose only name nothing was done since it was added, which is what ext4
 * does without a journal (fs/ext4/fsync.c, ext4_sync_parent()).
 */
enum history_rule { HISTORY_POSIX, HISTORY_STRICT, HISTORY_ADDED, HISTORY_RULES };

struct history_name {
	char *path;			 /* as in the log */
	struct history_version *version; /* the first one: nothing */
	size_t n, room;
	size_t floor[HISTORY_RULES];		       /* the oldest that may still be */
	const struct oplog_op *promise[HISTORY_RULES]; /* who promised that; NULL: nobody */
};

struct history;

/* NULL: no memory. */
struct history *history_new(void);
void history_free(struct history *h);

/*
 * @op begins, or has ended, at event @seq; @began: where it began. @p has been told of the
 * beginning already, and of the end. 0 or -ENOMEM.
 */
int history_begin(struct history *h, const struct oplog_op *op, uint64_t seq);
int history_end(struct history *h, const struct promise *p, const struct oplog_op *op,
		uint64_t began, uint64_t seq);

size_t history_names(const struct history *h, const struct history_name *const **ret);
const struct history_object *history_objects(const struct history *h);

/* The workload's directory, which has no name. */
const struct history_object *history_root(const struct history *h);

/* May version @i still be what is found? */
bool history_may_be(const struct history_name *n, size_t i, enum history_rule rule);
bool history_may_have(const struct history_object *o, uint64_t size);
bool history_may_be_set(const struct history_attribute *a, size_t i);

/* Were both ever names of one file at one time? */
bool history_may_share(const struct history_name *a, const struct history_name *b);

/* NULL: there never was one. */
const struct history_name *history_find(const struct history *h, const char *path);

/* Is that path one of a name in that directory ("": the workload's) itself? */
bool history_is_in(const char *path, const char *directory);

/* A name that it has; "": it has none. */
const char *history_path(const struct history *h, const struct history_object *o);

/*
 * The first call that promised the byte at @offset as it was at event @ended; if none did, the
 * last one that promised it at all. NULL: nobody did.
 */
const struct oplog_op *history_promised_by(const struct history_object *o, uint64_t offset,
					   uint64_t ended);

#endif
