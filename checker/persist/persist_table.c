// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/persist/persist_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK	    (1U << 16)
#define MIN_BUCKETS (1U << 10)
#define SMALL	    8 /* bytes of data in a small piece: one store, mostly */

struct pool_chunk {
	struct pool_chunk *next;
	max_align_t items[];
};

/* ---- memory ---- */

static void pool_init(struct pool *pool, size_t item)
{
	const size_t align = _Alignof(max_align_t);

	*pool = (struct pool){ .item = (item + align - 1) / align * align };
}

static void pool_put(struct pool *pool, void *item)
{
	*(void **)item = pool->free;
	pool->free = item;
}

static void pool_grow(struct pool *pool)
{
	struct pool_chunk *chunk = malloc(CHUNK);
	size_t n = (CHUNK - sizeof(*chunk)) / pool->item;

	if (!chunk)
		return;
	chunk->next = pool->chunk;
	pool->chunk = chunk;
	/* The first one on top: those that are had one after the other are neighbours. */
	while (n--)
		pool_put(pool, (char *)chunk->items + n * pool->item);
}

static void *pool_get(struct pool *pool)
{
	void *item;

	if (!pool->free)
		pool_grow(pool);
	item = pool->free;
	if (item)
		pool->free = *(void **)item;
	return item;
}

static void pool_release(struct pool *pool)
{
	struct pool_chunk *next;

	for (struct pool_chunk *chunk = pool->chunk; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	pool->chunk = NULL;
	pool->free = NULL;
}

/* ---- the table ---- */

/* Neighbouring lines lie in neighbouring buckets; the product spreads what is farther apart. */
static size_t bucket_of(const struct table *t, uint64_t addr)
{
	uint64_t n = addr / DX_TRACE_LINE;

	return (n ^ ((n >> 12) * 0x9e3779b97f4a7c15ULL >> 20)) & (t->buckets - 1);
}

int table_init(struct table *t)
{
	*t = (struct table){ .buckets = MIN_BUCKETS };
	pool_init(&t->line_pool, sizeof(struct line));
	pool_init(&t->small_pool, sizeof(struct persist_piece) + SMALL);
	pool_init(&t->big_pool, sizeof(struct persist_piece) + DX_TRACE_LINE);
	t->bucket = calloc(t->buckets, sizeof(struct line *));
	return t->bucket ? 0 : -ENOMEM;
}

void table_release(struct table *t)
{
	pool_release(&t->line_pool);
	pool_release(&t->small_pool);
	pool_release(&t->big_pool);
	free(t->bucket);
	t->bucket = NULL;
}

struct line *table_find(const struct table *t, uint64_t addr)
{
	struct line *line = t->bucket[bucket_of(t, addr)];

	while (line && line->view.addr != addr)
		line = line->next;
	return line;
}

static void link_line(struct table *t, struct line *line)
{
	struct line **bucket = &t->bucket[bucket_of(t, line->view.addr)];

	line->next = *bucket;
	*bucket = line;
}

/* Without memory for it the table stays as it is: slower, not wrong. */
static void table_grow(struct table *t)
{
	struct line **old = t->bucket;
	struct line **bucket = calloc(t->buckets * 2, sizeof(struct line *));
	size_t n = t->buckets;

	if (!bucket)
		return;
	t->bucket = bucket;
	t->buckets *= 2;
	for (size_t i = 0; i < n; i++)
		for (struct line *line = old[i], *next; line; line = next) {
			next = line->next;
			link_line(t, line);
		}
	free(old);
}

struct line *table_get(struct table *t, uint64_t addr)
{
	struct line *line = table_find(t, addr);

	if (line)
		return line;
	line = pool_get(&t->line_pool);
	if (!line)
		return NULL;
	if (t->lines >= t->buckets)
		table_grow(t);
	*line = (struct line){ .view.addr = addr };
	link_line(t, line);
	t->lines++;
	return line;
}

void table_remove(struct table *t, struct line *line)
{
	struct line **at = &t->bucket[bucket_of(t, line->view.addr)];

	while (*at != line)
		at = &(*at)->next;
	*at = line->next;
	pool_put(&t->line_pool, line);
	t->lines--;
}

struct line *table_next(const struct table *t, const struct line *line)
{
	size_t i = 0;

	if (line) {
		if (line->next)
			return line->next;
		i = bucket_of(t, line->view.addr) + 1;
	}
	while (i < t->buckets && !t->bucket[i])
		i++;
	return i < t->buckets ? t->bucket[i] : NULL;
}

struct persist_piece *table_piece(struct table *t, size_t len)
{
	struct persist_piece *piece = pool_get(len <= SMALL ? &t->small_pool : &t->big_pool);

	if (piece)
		t->pieces++;
	return piece;
}

void table_free_piece(struct table *t, struct persist_piece *piece)
{
	t->pieces--;
	pool_put(piece->len <= SMALL ? &t->small_pool : &t->big_pool, piece);
}

/* ---- lists of lines with something pending ---- */

/* Drops what is in the list no longer for a reason. */
static void compact(struct queue *q, const struct table *t, uint64_t bit)
{
	size_t n = 0;

	for (size_t i = 0; i < q->n; i++) {
		struct line *line = table_find(t, q->addr[i]);

		if (!line || !(line->queued & bit))
			continue;
		line->queued &= ~bit; /* the list may have it twice: it is kept once */
		q->addr[n++] = q->addr[i];
	}
	q->n = n;
	for (size_t i = 0; i < n; i++)
		table_find(t, q->addr[i])->queued |= bit;
}

static bool make_room(struct queue *q, const struct table *t, uint64_t bit)
{
	size_t room = q->room ? 2 * q->room : 64;
	uint64_t *addr;

	compact(q, t, bit);
	if (q->n < q->room / 2)
		return true;
	addr = realloc(q->addr, room * sizeof(*addr));
	if (!addr)
		return false;
	q->addr = addr;
	q->room = room;
	return true;
}

bool queue_add(struct queue *q, const struct table *t, struct line *line, unsigned int vcpu)
{
	uint64_t bit = 1ULL << vcpu;

	if (line->queued & bit)
		return true;
	if (q->n == q->room && !make_room(q, t, bit))
		return false;
	line->queued |= bit;
	q->addr[q->n++] = line->view.addr;
	return true;
}

void queue_release(struct queue *q)
{
	free(q->addr);
	q->addr = NULL;
}
