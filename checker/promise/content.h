/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the bytes of one file may be after a crash, by what was done to the file.
 *
 * A file's content is made of *changes* (a write, a store, a truncation), each of
 * which gives some bytes a value. After a crash a byte may hold
 *
 *	- what it held before anything was done to it (zero in a file that the log
 *	  saw made; unknown in another),
 *	- what any change gave it,
 *
 * until a sync promises it: from then on, nothing that was over before the
 * newest change began that had ended before the sync call began. So a byte has
 * a set of legal values, which grows with each change, from its beginning on (it
 * may be torn), and shrinks with each promise. Of two changes that ran at one
 * time either may have won, whichever ended first. A change that failed may have
 * left anything it was about to write, and promises nothing.
 *
 * Only promised bytes are judged. A byte that is freed (truncated, punched) is
 * promised no more from the beginning of that call on, and forgotten at its end;
 * a sync that ran beside it promises nothing of the page.
 *
 * Where the bytes of a page lie on the medium is kept beside them, as far as it
 * is known: extents are asked for after each sync, and what may move them (copy
 * on write, punching, shifting) makes the place unknown until then.
 */
#ifndef CHECKER_CONTENT_H
#define CHECKER_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxbench/trace.h"

#define CONTENT_PAGE  4096ULL
#define CONTENT_LINES (CONTENT_PAGE / DX_TRACE_LINE)
#define CONTENT_NEVER UINT64_MAX

struct oplog_op;

/* What gives bytes their values. */
struct content_change {
	enum { CONTENT_PATTERN, CONTENT_ZERO, CONTENT_LITERAL } kind;
	const struct oplog_op *op; /* who did it; belongs to the log */
	uint32_t file;		   /* PATTERN: handle and generation that the bytes name, */
	uint64_t generation, seed; /* and the run's seed */
	uint64_t offset, length;   /* PATTERN, LITERAL: where it begins in the file */
	unsigned char *literal;	   /* LITERAL: its bytes; owned */
	bool perhaps;		   /* it may have happened or not: legal, never promised */
	uint64_t began;		   /* events: its beginning; */
	uint64_t over;		   /* when it was, however it ended; CONTENT_NEVER: not yet; */
	uint64_t ended;		   /* when it had done what it was to; NEVER: not yet, or failed */
	struct content_change *next;
};

/* A change in a page: which bytes of each line it may still be the origin of. */
struct content_layer {
	struct content_change *change;
	uint64_t bytes[CONTENT_LINES];
};

enum content_place { CONTENT_NOWHERE, CONTENT_HOLE, CONTENT_AT };

struct content_page {
	struct content *file;
	uint64_t index;		  /* offset / CONTENT_PAGE */
	enum content_place place; /* NOWHERE: not known; HOLE: reads as zeros */
	uint64_t physical;	  /* AT */
	bool unchecked;		  /* something has changed since it was found durable */
	bool moved;		  /* its place is another than when it was looked at last */
	unsigned int freeing;	  /* calls under way that free some of it, */
	uint64_t freed;		  /* and when the last one was over; 0: there was none */
	bool is_due;		  /* a promise covers some of it that was not looked at yet: */
	uint64_t due[CONTENT_LINES];
	uint64_t promised[CONTENT_LINES];
	uint64_t original[CONTENT_LINES]; /* bytes that may still be what they were at first, */
	uint64_t raced[CONTENT_LINES];	  /* also beside what was done while they were freed */
	struct content_layer *layers;	  /* oldest first */
	size_t n_layers, room;
	struct content_page *next_here; /* of places.c */
};

struct content;

/* What promises have made newly durable: not what was promised already, and is unchanged. */
struct content_fresh {
	uint64_t bytes, lines; /* lines that have any of these bytes */
};

/* @known: the file was seen to be made, its bytes are zero until changed. NULL: no memory. */
struct content *content_new(uint32_t id, bool known);
void content_free(struct content *c);

uint32_t content_id(const struct content *c);

/*
 * The size, or as much as is known of that of a file that was not seen to be made, until
 * it is set.
 */
uint64_t content_size(const struct content *c);
bool content_size_is_known(const struct content *c);
void content_set_size(struct content *c, uint64_t size);
void content_grow(struct content *c, uint64_t size); /* to at least that */

/*
 * A change of kind @like->kind begins to give @length bytes at @offset their
 * values (for LITERAL they are copied from @like->literal), at event @like->began.
 * @ret (may be NULL) is the content's own. -ENOMEM; -E2BIG: it needs more pages than
 * CONTENT_MAX_PAGES, or lies too far behind.
 */
#define CONTENT_MAX_PAGES (1U << 18)
#define CONTENT_MAX_BYTES (CONTENT_MAX_PAGES * CONTENT_PAGE)
int content_begin(struct content *c, const struct content_change *like, uint64_t offset,
		  uint64_t length, struct content_change **ret);

/* It has ended: it did @done bytes of what it began with, at event @seq. 0: it failed. */
int content_end(struct content *c, struct content_change *change, uint64_t done, uint64_t seq);

/*
 * A sync call that began at event @began has returned: its promise for @length
 * bytes at @offset, cut at the file's size. They are due. @also (may be NULL): a change that
 * is promised although it ended later (a write through O_DSYNC).
 */
void content_promise(struct content *c, uint64_t offset, uint64_t length, uint64_t began,
		     const struct content_change *also);

/*
 * A sync brought all of the file's extents onto the medium: what was ever promised of
 * pages that have moved must be at their new places now.
 */
void content_moved_are_due(struct content *c);

/* It was looked at: nothing is due. True: it covered all that is promised of the page. */
bool content_done(struct content_page *p);

/* Over all promises so far. */
struct content_fresh content_fresh(const struct content *c);

/* Nothing is promised of these bytes any more; what they may be stays. */
void content_release(struct content *c, uint64_t offset, uint64_t length);

/*
 * These bytes are freed by a call that ran from event @began to @ended: nothing is
 * promised of them. What had been done to them before is forgotten at its end: they are 0.
 */
void content_begin_freeing(struct content *c, uint64_t offset, uint64_t length);
void content_end_freeing(struct content *c, uint64_t offset, uint64_t length, uint64_t began,
			 uint64_t ended);

/*
 * @length bytes at @offset, as the changes left them that have ended, or the newest ones
 * whatever became of them: what a program reads is one or the other. Unknown ones are 0.
 */
enum content_newest { CONTENT_ENDED, CONTENT_ANY };
void content_read(const struct content *c, uint64_t offset, uint64_t length,
		  enum content_newest which, unsigned char *ret);

/*
 * The same as a crash may have left it: of each byte the value that is @depth (1 or more) older
 * than its newest one, or the oldest that it may still have. False: no byte has one so old, and
 * @ret is nothing new.
 */
bool content_read_older(const struct content *c, uint64_t offset, uint64_t length,
			unsigned int depth, unsigned char *ret);

/*
 * Which of the promised bytes of a line may not have these values? @values: 64
 * bytes, @mask: those of them to look at. Returns a mask of the illegal ones.
 */
uint64_t content_illegal(const struct content_page *p, unsigned int line,
			 const unsigned char *values, uint64_t mask);

/*
 * Which bytes of a line that are promised to nobody may not have these values all the
 * same: they are not zero, and nothing that was done to the file gave them. None where that
 * cannot be said: of a file that was there before, of a page that was freed since.
 */
uint64_t content_foreign(const struct content_page *p, unsigned int line,
			 const unsigned char *values, uint64_t mask);

/* Bytes of a line that can have come from one change only (or are as they were at first). */
uint64_t content_settled(const struct content_page *p, unsigned int line);

/* The newest change that has ended and that a byte may come from, NULL: it is as at first. */
const struct content_change *content_owner(const struct content_page *p, unsigned int at);

/* The page that holds @index, NULL where nothing was ever done. */
struct content_page *content_page(const struct content *c, uint64_t index);

/* Pages in ascending order: the first whose index is @from or more, NULL at the end. */
struct content_page *content_next_page(const struct content *c, uint64_t from);

#endif
