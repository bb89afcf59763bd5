/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the history share: nobody else includes it. What operations do to
 * names and sizes is history.c, what calls promise of them history_promises.c, both for
 * attributes history_attributes.c.
 */
#ifndef CHECKER_STATES_HISTORY_STATE_H
#define CHECKER_STATES_HISTORY_STATE_H

#include "checker/states/history.h"

/* An open file or directory, or a mapping. */
struct history_handle {
	struct history_object *object; /* NULL: none, or a private mapping */
	uint64_t flags;		       /* open flags, or enum dx_map_flag */
	uint64_t offset;	       /* of a mapping */
};

/* What a worker wrote back itself, and is promised once it drains. */
struct history_flush {
	struct history_object *object;
	uint64_t offset, end, covers;
};

struct history_flushes {
	struct history_flush *list;
	size_t n, room;
};

struct history {
	struct history_name **name;
	size_t n_names, room;
	struct history_object *objects, *root;
	struct history_handle *handles[DX_LOG_WORKERS];
	struct history_flushes flushed[DX_LOG_WORKERS];
};

static inline uint64_t arg(const struct oplog_op *op, int i)
{
	return op->rec->arg[i];
}

/* NULL: there was none of that worker. */
static inline const struct history_handle *history_handle(const struct history *h, uint64_t id)
{
	uint64_t owner = id >> DX_HANDLE_BITS;

	if (owner >= DX_LOG_WORKERS || !h->handles[owner])
		return NULL;
	return &h->handles[owner][id % DX_LOG_HANDLES];
}

/* What the name stands for now, NULL: nothing. */
static inline struct history_object *history_object_of(const struct history_name *n)
{
	return n->version[n->n - 1].object;
}

/* ---- history_promises.c ---- */

/* What is behind @prefix in @path, as in "/b" for "a/b" and "a"; NULL: it is not below it. */
const char *history_below(const char *path, const char *prefix);

/* A write that does not return before it is durable. */
bool history_is_synced_write(const struct history_handle *file, const struct oplog_op *op);

/* @op, which ran from @began to @seq and has succeeded, promises what it does. 0 or -ENOMEM. */
int history_promise(struct history *h, const struct oplog_op *op, uint64_t began, uint64_t seq);

/* ---- history_attributes.c ---- */

/* @mode: the permission bits that it is made with. 0 or -ENOMEM; release in either case. */
int history_attributes_init(struct history_object *o, uint64_t mode);
void history_attributes_release(struct history_object *o);

/* They may be any, from event @seq on: nobody saw what made them. 0 or -ENOMEM. */
int history_attributes_lose(struct history_object *o, uint64_t seq);

/* @op (chmod, setxattr, removexattr) begins at event @seq. 0 or -ENOMEM. */
int history_attributes_begin(struct history_object *o, const struct oplog_op *op, uint64_t seq);

/* What began at @began is over. */
void history_attributes_end(struct history_object *o, uint64_t began, uint64_t seq);

/* @op, which began at @began, promises them as they were then. */
void history_attributes_promise(struct history_object *o, const struct oplog_op *op,
				uint64_t began);

#endif
