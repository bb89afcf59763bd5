/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where bytes of a file were before its blocks were moved (collapse, insert range), as long as
 * a crash may find them there again.
 *
 * A move changes nothing but where the file system says that blocks are, and that is durable with
 * a sync, or sooner. What is written behind a move goes to the blocks, in place: after a crash that
 * undoes the move it is found at the offset that these blocks had before. Moves are undone newest
 * first, as a journal keeps their order.
 */
#ifndef CHECKER_MOVES_H
#define CHECKER_MOVES_H

#include <stddef.h>
#include <stdint.h>

#include "checker/promise/content.h"

/* More of one file without a sync: the oldest are taken to be durable. */
#define MOVES_MAX 32

/* All bytes from @from on went to @to. */
struct move {
	uint64_t from, to;
	uint64_t began, over; /* events; over: CONTENT_NEVER, not yet */
};

struct moves {
	struct move move[MOVES_MAX]; /* oldest first */
	size_t n;
};

void moves_begin(struct moves *m, uint64_t from, uint64_t to, uint64_t began);

/* That which began at @began is over. */
void moves_end(struct moves *m, uint64_t began, uint64_t over);

/* A sync of the file that began at @began has returned: what was over by then is durable. */
void moves_settle(struct moves *m, uint64_t began);

/* Bytes that are at @now may be found at @before, if @undone and what came after it are undone. */
struct move_piece {
	uint64_t now, before, length;
	const struct move *undone;
};

/* Calls @fn for each such piece of [@offset, @end), until it returns another value than 0. */
int moves_each(const struct moves *m, uint64_t offset, uint64_t end,
	       int (*fn)(void *data, const struct move_piece *piece), void *data);

#endif
