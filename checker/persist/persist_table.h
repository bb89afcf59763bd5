/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines in flight and the pieces of them: a hash table, and the memory for
 * both. What is freed is used again; memory grows with the most that was in
 * flight at once. Private to the persistence model.
 */
#ifndef CHECKER_PERSIST_TABLE_H
#define CHECKER_PERSIST_TABLE_H

#include "checker/persist/persist.h"

struct pool_chunk;

/* Items of one size. */
struct pool {
	size_t item;
	void *free;
	struct pool_chunk *chunk;
};

struct line {
	struct persist_line view; /* first: persist_line() hands out a pointer to it */
	struct line *next;	  /* of its bucket */
	struct persist_piece *last;
	uint64_t queued; /* bit v: vCPU v has it in its list of pending lines */
};

struct table {
	struct line **bucket;
	size_t buckets; /* a power of two */
	size_t lines, pieces;
	struct pool line_pool, small_pool, big_pool;
};

int table_init(struct table *t);
void table_release(struct table *t);

/* @addr: of the line. NULL: nothing in flight. */
struct line *table_find(const struct table *t, uint64_t addr);

/* Finds it or adds it, without a piece. NULL: no memory. */
struct line *table_get(struct table *t, uint64_t addr);

/* It has no piece any more. */
void table_remove(struct table *t, struct line *line);

/* In the order of buckets; NULL: from the first, or at the end. */
struct line *table_next(const struct table *t, const struct line *line);

/* A piece with room for @len bytes of data, at most a line; nothing is set. NULL: no memory. */
struct persist_piece *table_piece(struct table *t, size_t len);
void table_free_piece(struct table *t, struct persist_piece *piece);

/*
 * Lines of which something is pending on one vCPU, and such of which that was so:
 * made durable by another's flush, they stay in the list until it is full.
 */
struct queue {
	uint64_t *addr;
	size_t n, room;
};

/* Something of @line is pending on @vcpu, whose queue this is. False: no memory. */
bool queue_add(struct queue *q, const struct table *t, struct line *line, unsigned int vcpu);
void queue_release(struct queue *q);

#endif
