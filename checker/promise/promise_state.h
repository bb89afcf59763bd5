/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the promises share: nobody else includes it. Where the bytes of
 * files lie is promise_places.c, what operations do to files promise_changes.c, which
 * bytes a call promises promise_calls.c; promise.c feeds them with marks.
 */
#ifndef CHECKER_PROMISE_STATE_H
#define CHECKER_PROMISE_STATE_H

#include "checker/promise/promise.h"
#include "daxbench/workload.h"

#define PROMISE_SEGMENTS 64
#define PROMISE_ALL	 (UINT64_MAX / 2) /* a length: to the end, whatever that is */

/* An open description or a mapping, by its handle. */
struct handle {
	struct tree_file *file; /* NULL: not open, or a private mapping */
	uint32_t id;		/* of the description that the bytes stored name */
	uint64_t offset;	/* of a mapping */
	uint64_t flags;		/* open flags, or enum dx_map_flag */
	bool is_map;
	bool is_read_only; /* a mapping of a description that cannot write */
};

/* What a program wrote back itself, and is durable once it drains. */
struct flushed {
	struct tree_file *file;
	uint64_t offset, length, began;
};

/* What one operation changes: it gives bytes values, maybe others, and zeros, surely or maybe. */
enum { CHANGE_DATA, CHANGE_PERHAPS, CHANGE_ZEROS, CHANGE_GROWTH, CHANGES };

struct worker {
	const struct oplog_op **ops; /* by the number of their record */
	uint64_t n_ops;
	const struct oplog_op *current;
	uint64_t began;
	/* What the current operation does: changes, to one file, and the bytes that it frees; */
	struct content_change *change[CHANGES];
	struct tree_file *changed, *freed; /* NULL: none */
	uint64_t freed_from, freed_end;
	struct tree_file *settled; /* and the file all of whose extents are durable by it */
	struct handle handles[DX_LOG_HANDLES];
	struct flushed *flushed;
	size_t n_flushed, room;
};

/* A piece of a device in physical memory. */
struct segment {
	uint64_t device, offset, physical, length;
};

struct promise {
	const struct oplog *log;
	uint64_t seed;
	struct tree *tree;
	struct places *places;
	const struct dx_rec *target; /* DX_OP_TARGET: all files are this device; or NULL */
	struct segment segment[PROMISE_SEGMENTS];
	size_t n_segments;
	uint64_t count;
	bool over;
	struct worker *worker[DX_LOG_WORKERS];
};

static inline uint64_t arg(const struct oplog_op *op, int i)
{
	return op->rec->arg[i];
}

static inline uint64_t page_end(uint64_t offset)
{
	return (offset + CONTENT_PAGE - 1) & ~(CONTENT_PAGE - 1);
}

static inline bool promise_is_devdax(const struct promise *p)
{
	return p->target && p->target->arg[0] == 1;
}

/* NULL: no log can have such a handle. */
static inline struct handle *promise_handle(const struct promise *p, uint64_t id)
{
	uint64_t owner = id >> DX_HANDLE_BITS;

	if (owner >= DX_LOG_WORKERS || !p->worker[owner])
		return NULL;
	return &p->worker[owner]->handles[id % DX_LOG_HANDLES];
}

/* NULL: not open (any more). */
static inline struct tree_file *promise_file_by(const struct promise *p, uint64_t id)
{
	const struct handle *h = promise_handle(p, id);

	return h ? h->file : NULL;
}

/* ---- promise_places.c ---- */

/* Nobody knows where these bytes lie; of whole: the pages that lie whole in the range. */
void promise_lose_places(struct promise *p, const struct tree_file *f, uint64_t offset,
			 uint64_t end);
void promise_lose_whole_places(struct promise *p, const struct tree_file *f, uint64_t offset,
			       uint64_t end);

/* Where there was a hole there will be a block, nobody knows which. */
void promise_fill_holes(struct promise *p, const struct tree_file *f, uint64_t offset,
			uint64_t end);

/* Those that the log has behind @op. 0 or -ENOMEM. */
int promise_take_extents(struct promise *p, const struct oplog_op *op);

/* ---- promise_changes.c: 0 or -errno ---- */

/* At its BEGIN: changes of content begin, what it frees is promised no more. */
int promise_begin(struct promise *p, struct worker *w, const struct oplog_op *op);

/* At its END: what it was freeing is free. */
void promise_end_freeing(struct promise *p, struct worker *w, uint64_t seq);

/* At its END, if it succeeded: names, sizes and handles are as it left them. */
int promise_end_effect(struct promise *p, const struct oplog_op *op);

/* ---- promise_calls.c ---- */

/* A program's write-back, or stores past the caches: durable from its next drain on. */
int promise_note_flushed(const struct promise *p, struct worker *w, const struct oplog_op *op,
			 uint64_t began);

/* Takes up what @op, which has succeeded, promises of data. False: nothing. */
bool promise_make(struct promise *p, struct worker *w, const struct oplog_op *op);

#endif
