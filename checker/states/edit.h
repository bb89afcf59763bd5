/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is it worth that all crash states are fine? A trace is edited in one place, as a
 * broken kernel would have behaved, and explored again: each edit should be caught, or there
 * should be a reason why it makes no difference.
 *
 *	flush	a flush did not happen: its fences are left out (a flush of libnvdimm is two)
 *	fua	the same, of a flush directly behind the write of a single block that came
 *		directly behind another flush: a commit record, written with PREFLUSH and FUA.
 *		A driver of persistent memory makes three steps of such a write, so it is known
 *		by these. One of several blocks, as of a large log of XFS, is a "flush" here.
 *	block	a block was not written
 *	move	a block was written only after the next flush
 *	swap	two blocks of one epoch (between two flushes) got each other's bytes
 *
 * A block's write is what the kernel stored past the caches to one 4 KiB block, without anything
 * else in between that is more than a fence that drains nothing. It is at most that many bytes,
 * so what is kept of an edit is bounded by two blocks.
 *
 * Edited is only what happens between prepare() and finish(), as only that has crash points.
 */
#ifndef CHECKER_STATES_EDIT_H
#define CHECKER_STATES_EDIT_H

#include "checker/log/oplog.h"
#include "checker/promise/tree.h"
#include "checker/states/drains.h"
#include "checker/trace/trace.h"

#define EDIT_BLOCK_BYTES 4096U
#define EDIT_NEVER	 UINT64_MAX

enum edit_kind { EDIT_FLUSH, EDIT_FUA, EDIT_DROP, EDIT_MOVE, EDIT_SWAP, EDIT_KINDS };

/* Why an edit may go unnoticed. Those from EDIT_REWRITTEN on say that no state is another one. */
enum edit_reason {
	EDIT_UNEXPLAINED,
	EDIT_NO_PROMISE, /* no sync call returned after it */
	EDIT_IN_TIME,	 /* another flush made up for it before a call returned */
	EDIT_REWRITTEN,	 /* the block was written anew before the next flush */
	EDIT_EQUAL,	 /* what was stored was there already; or the two blocks were equal */
	EDIT_QUIET,	 /* until the next flush nothing was stored, and no call returned */
	EDIT_REASONS
};

/* "flush", "fua", "block", "move", "swap"; and "not noticed", ... */
extern const char *const edit_kind_names[EDIT_KINDS];
extern const char *const edit_reason_names[EDIT_REASONS];

/* The records of a flush, or of a block's write. */
struct edit_span {
	uint64_t first, last; /* numbers in the trace, from 0 */
	uint64_t addr;	      /* of the first byte; of a write */
	uint32_t bytes;
	uint8_t vcpu;
};

struct edit {
	enum edit_kind kind;
	enum edit_reason reason;
	struct edit_span span;	/* what is left out, or moved, or swapped */
	struct edit_span other; /* SWAP: with that */
	uint64_t after;		/* MOVE: behind the record of that number */
	uint64_t seq;		/* the event that it begins with */
	/* Events: only crash points before one of these differ. @until may be EDIT_NEVER. */
	uint64_t from, until;
	const struct oplog_op *during; /* belongs to the log; NULL: in none */
	/*
	 * Whose bytes, and nobody else's, are in the block (SWAP: in the one and the other): then
	 * only that file can lose anything. NULL: not known, or the file system's own. They live
	 * as long as the places.
	 */
	const struct tree_file *of[2];
};

/* ---- where a trace can be edited ---- */

struct edit_places;

/* One pass over the trace. */
int edit_find(struct edit_places **ret, struct trace *t, const struct oplog *log,
	      const struct drain_rules *rules, struct err *e);

size_t edit_places(const struct edit_places *p, enum edit_kind kind);

/*
 * @n edits at most, none twice, of each kind alike as far as there are so many: by @seed.
 * Returns how many.
 */
size_t edit_choose(const struct edit_places *p, uint64_t seed, size_t n, struct edit *ret);

void edit_places_free(struct edit_places *p); /* NULL is fine */

/*
 * Can bytes of @file be wrong because of it (NULL: can anything else be)? Files are told apart by
 * their first names, as @file may be another reading's of the log.
 */
bool edit_may_harm(const struct edit *edit, const struct tree_file *file);

/* ---- the trace, edited ---- */

struct edit_stream;

/* Begins at the first record of @t. @edit: NULL: as it is; both outlive it. */
int edit_stream_open(struct edit_stream **ret, struct trace *t, const struct edit *edit,
		     const struct drain_rules *rules, struct err *e);

/* As trace_next(). */
int edit_stream_next(struct edit_stream *s, struct trace_record *ret, struct err *e);

void edit_stream_close(struct edit_stream *s); /* NULL is fine */

#endif
