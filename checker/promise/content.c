// SPDX-License-Identifier: GPL-2.0-or-later
/* The model is in content.h. */
#include "checker/promise/content.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daxbench/oplog.h"

#define FAN_OUT 1024ULL /* two levels of pages: 4 GiB, more than a pattern can name */

struct content {
	uint32_t id;
	bool known, is_sized;
	uint64_t size;
	size_t n_pages;
	struct content_fresh fresh;
	struct content_change *changes;
	struct content_page **branch[FAN_OUT]; /* each of FAN_OUT pages */
};

struct content *content_new(uint32_t id, bool known)
{
	struct content *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->id = id;
	c->known = known;
	return c;
}

static void free_branch(struct content_page **branch)
{
	for (uint64_t i = 0; branch && i < FAN_OUT; i++) {
		if (branch[i])
			free(branch[i]->layers);
		free(branch[i]);
	}
	free(branch);
}

void content_free(struct content *c)
{
	if (!c)
		return;
	for (uint64_t i = 0; i < FAN_OUT; i++)
		free_branch(c->branch[i]);
	for (struct content_change *change = c->changes, *next; change; change = next) {
		next = change->next;
		free(change->literal);
		free(change);
	}
	free(c);
}

uint32_t content_id(const struct content *c)
{
	return c->id;
}

bool content_size_is_known(const struct content *c)
{
	return c->known || c->is_sized;
}

void content_grow(struct content *c, uint64_t size)
{
	if (size > c->size)
		c->size = size;
}

uint64_t content_size(const struct content *c)
{
	return c->size;
}

void content_set_size(struct content *c, uint64_t size)
{
	c->size = size;
	c->is_sized = true;
}

/* ---- pages ---- */

struct content_page *content_page(const struct content *c, uint64_t index)
{
	uint64_t top = index / FAN_OUT;

	if (top >= FAN_OUT || !c->branch[top])
		return NULL;
	return c->branch[top][index % FAN_OUT];
}

struct content_page *content_next_page(const struct content *c, uint64_t from)
{
	for (uint64_t i = from; i < FAN_OUT * FAN_OUT; i++) {
		struct content_page **branch = c->branch[i / FAN_OUT];

		if (!branch)
			i |= FAN_OUT - 1; /* to the last of this branch */
		else if (branch[i % FAN_OUT])
			return branch[i % FAN_OUT];
	}
	return NULL;
}

static int make_page(struct content *c, uint64_t index, struct content_page **ret)
{
	struct content_page ***branch, *p;

	*ret = content_page(c, index);
	if (*ret)
		return 0;
	if (index >= FAN_OUT * FAN_OUT || c->n_pages == CONTENT_MAX_PAGES)
		return -E2BIG;
	branch = &c->branch[index / FAN_OUT];
	if (!*branch)
		*branch = calloc(FAN_OUT, sizeof(**branch));
	p = *branch ? calloc(1, sizeof(*p)) : NULL;
	if (!p)
		return -ENOMEM;
	p->file = c;
	p->index = index;
	p->unchecked = true;
	memset(p->original, 0xff, sizeof(p->original));
	(*branch)[index % FAN_OUT] = p;
	c->n_pages++;
	*ret = p;
	return 0;
}

/* Bytes @from to @to of a page as masks of its lines. */
static void set_range(uint64_t lines[CONTENT_LINES], unsigned int from, unsigned int to)
{
	for (unsigned int i = 0; i < CONTENT_LINES; i++) {
		unsigned int first = i * 64, start = from > first ? from - first : 0;
		unsigned int end = to > first ? to - first : 0;

		if (end > 64)
			end = 64;
		lines[i] = start >= end ? 0 : (~0ULL >> (64 - (end - start))) << start;
	}
}

/* The part of [@offset, @end) that is in the page at @at, relative to it. */
static void set_part(uint64_t lines[CONTENT_LINES], uint64_t at, uint64_t offset, uint64_t end)
{
	unsigned int from = offset > at ? (unsigned int)(offset - at) : 0;
	unsigned int to = end - at < CONTENT_PAGE ? (unsigned int)(end - at) : CONTENT_PAGE;

	set_range(lines, from, to);
}

/* ---- changes ---- */

/* Layers are in the order in which their changes began; mostly the new one is the last. */
static int add_layer(struct content_page *p, struct content_change *change, uint64_t offset,
		     uint64_t end)
{
	struct content_layer *layer = grow(p->layers, p->n_layers, &p->room, sizeof(*layer));
	size_t at = p->n_layers;

	if (!layer)
		return -ENOMEM;
	p->layers = layer;
	while (at && layer[at - 1].change->began > change->began)
		at--;
	layer += at;
	memmove(layer + 1, layer, (p->n_layers++ - at) * sizeof(*layer));
	layer->change = change;
	set_part(layer->bytes, p->index * CONTENT_PAGE, offset, end);
	p->unchecked = true;
	return 0;
}

/* In a file that was seen to be made, zeros where nothing was done before are what was there. */
static int add_layers(struct content *c, struct content_change *change, uint64_t offset,
		      uint64_t length)
{
	bool only_there = change->kind == CONTENT_ZERO && c->known;
	uint64_t end = offset + length;
	int r = 0;

	for (uint64_t i = offset / CONTENT_PAGE; !r && i * CONTENT_PAGE < end; i++) {
		struct content_page *p = NULL;

		if (only_there)
			p = content_next_page(c, i);
		else
			r = make_page(c, i, &p);
		if (r || !p)
			return r;
		i = p->index;
		if (i * CONTENT_PAGE < end)
			r = add_layer(p, change, offset, end);
	}
	return r;
}

/* Can pages hold these bytes at all? Zeros need none. */
static bool can_hold(const struct content *c, const struct content_change *like, uint64_t offset,
		     uint64_t length)
{
	uint64_t end;

	if (__builtin_add_overflow(offset, length, &end))
		return false;
	if (like->kind == CONTENT_ZERO && c->known)
		return true;
	return length <= CONTENT_MAX_BYTES && end <= FAN_OUT * FAN_OUT * CONTENT_PAGE;
}

static struct content_change *add_change(struct content *c, const struct content_change *like)
{
	struct content_change *change = malloc(sizeof(*change));

	if (!change)
		return NULL;
	*change = *like;
	change->literal = NULL;
	change->over = change->ended = CONTENT_NEVER;
	change->next = c->changes;
	c->changes = change;
	return change;
}

int content_begin(struct content *c, const struct content_change *like, uint64_t offset,
		  uint64_t length, struct content_change **ret)
{
	struct content_change *change;

	if (!can_hold(c, like, offset, length))
		return -E2BIG;
	change = add_change(c, like);
	if (!change)
		return -ENOMEM;
	change->offset = offset;
	change->length = length;
	if (like->kind == CONTENT_LITERAL) {
		change->literal = malloc(length ? length : 1);
		if (!change->literal)
			return -ENOMEM;
		memcpy(change->literal, like->literal, length);
	}
	if (ret)
		*ret = change;
	return add_layers(c, change, offset, length);
}

/* What @change did not come to may be there, but is nobody's promise. */
static int split_off(struct content *c, struct content_change *change, uint64_t done)
{
	struct content_change *rest;
	uint64_t from = change->offset + done, end = change->offset + change->length;

	rest = add_change(c, change);
	if (!rest)
		return -ENOMEM;
	rest->over = change->over;
	if (change->literal) {
		rest->literal = malloc(change->length);
		if (!rest->literal)
			return -ENOMEM;
		memcpy(rest->literal, change->literal, change->length);
	}
	for (uint64_t i = from / CONTENT_PAGE; i * CONTENT_PAGE < end; i++) {
		struct content_page *p = content_page(c, i);
		uint64_t mask[CONTENT_LINES];

		set_part(mask, i * CONTENT_PAGE, from, end);
		for (size_t k = 0; p && k < p->n_layers; k++)
			for (unsigned int l = 0; l < CONTENT_LINES; l++)
				if (p->layers[k].change == change)
					p->layers[k].bytes[l] &= ~mask[l];
	}
	return add_layers(c, rest, from, end - from);
}

int content_end(struct content *c, struct content_change *change, uint64_t done, uint64_t seq)
{
	change->over = seq;
	if (change->perhaps || (!done && change->length))
		return 0; /* failed, maybe: it never ends */
	change->ended = seq;
	return done < change->length ? split_off(c, change, done) : 0;
}

/* ---- promises ---- */

/* Layers without a byte left are gone. */
static void drop_empty(struct content_page *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n_layers; i++) {
		uint64_t any = 0;

		for (unsigned int l = 0; l < CONTENT_LINES; l++)
			any |= p->layers[i].bytes[l];
		if (any)
			p->layers[kept++] = p->layers[i];
	}
	p->n_layers = kept;
}

/* Changed since they were promised, or never promised before. */
static void count_fresh(const struct content_page *p, uint64_t bytes)
{
	p->file->fresh.bytes += (uint64_t)__builtin_popcountll(bytes);
	p->file->fresh.lines += bytes != 0;
}

struct content_fresh content_fresh(const struct content *c)
{
	return c->fresh;
}

static bool counts(const struct content_layer *layer, uint64_t began,
		   const struct content_change *also)
{
	return layer->change->ended <= began || layer->change == also;
}

/* The bytes of a line that a change that counts gave a value after layer @i was over. */
static uint64_t overwritten(const struct content_page *p, size_t i, unsigned int line,
			    uint64_t began, const struct content_change *also)
{
	uint64_t bytes = 0;

	for (size_t k = i + 1; k < p->n_layers; k++)
		if (counts(&p->layers[k], began, also) &&
		    p->layers[k].change->began >= p->layers[i].change->over)
			bytes |= p->layers[k].bytes[line];
	return bytes;
}

/* What a promise makes of the bytes of a page. */
struct settling {
	uint64_t settled[CONTENT_LINES]; /* they have a newest change that counts, */
	uint64_t renewed[CONTENT_LINES]; /* which began after they were freed last; */
	uint64_t dropped[CONTENT_LINES]; /* they may be something less than before */
	uint64_t later[CONTENT_LINES];	 /* they have a change that does not count */
};

/*
 * Whose every legal value is later than what the call covers: another call has promised
 * that one meanwhile (a program flushed a line, stored to it, synced, and drains now).
 */
static uint64_t is_anothers(const struct content_page *p, unsigned int line,
			    const struct settling *s)
{
	return s->later[line] & ~s->settled[line] & ~p->original[line];
}

/* What was legal so far may be so no more. */
static void settle(struct content_page *p, const uint64_t range[CONTENT_LINES], struct settling *s)
{
	for (unsigned int l = 0; l < CONTENT_LINES; l++) {
		uint64_t known = (s->settled[l] & ~p->raced[l]) | s->renewed[l];

		p->due[l] |= range[l] & ~is_anothers(p, l, s);
		s->dropped[l] |= p->original[l] & known;
		p->unchecked |= s->dropped[l] || range[l] & ~p->promised[l];
		count_fresh(p, s->dropped[l] | (s->settled[l] & ~p->promised[l]));
		p->original[l] &= ~known;
		p->promised[l] |= range[l];
	}
	p->is_due = true;
}

/*
 * In the bytes of @range, nothing that was over before the newest change began that had
 * ended at @began. Mostly all that is older was: one worker does one thing at a time.
 */
static void promise_page(struct content_page *p, const uint64_t range[CONTENT_LINES],
			 uint64_t began, const struct content_change *also)
{
	struct settling s = { 0 };
	uint64_t earliest = CONTENT_NEVER; /* beginning of those that count, so far */

	for (size_t i = p->n_layers; i-- > 0;) {
		struct content_layer *layer = &p->layers[i];
		bool is_before = layer->change->over <= earliest;
		bool is_counted = counts(layer, began, also);

		for (unsigned int l = 0; l < CONTENT_LINES; l++) {
			uint64_t gone = layer->bytes[l] & s.settled[l];

			if (gone && !is_before)
				gone &= overwritten(p, i, l, began, also);
			s.dropped[l] |= gone;
			layer->bytes[l] &= ~gone;
			*(is_counted ? &s.settled[l] : &s.later[l]) |= layer->bytes[l] & range[l];
			if (is_counted && layer->change->began >= p->freed)
				s.renewed[l] |= layer->bytes[l] & range[l];
		}
		if (is_counted && layer->change->began < earliest)
			earliest = layer->change->began;
	}
	settle(p, range, &s);
	drop_empty(p);
}

void content_promise(struct content *c, uint64_t offset, uint64_t length, uint64_t began,
		     const struct content_change *also)
{
	uint64_t end = length > c->size - offset ? c->size : offset + length;
	uint64_t range[CONTENT_LINES];

	if (offset >= c->size)
		return;
	for (struct content_page *p = content_next_page(c, offset / CONTENT_PAGE);
	     p && p->index * CONTENT_PAGE < end; p = content_next_page(c, p->index + 1)) {
		if (p->freeing || p->freed > began)
			continue; /* something freed some of it meanwhile */
		set_part(range, p->index * CONTENT_PAGE, offset, end);
		promise_page(p, range, began, also);
	}
}

static uint64_t end_of(uint64_t offset, uint64_t length)
{
	return length > UINT64_MAX - offset ? UINT64_MAX : offset + length;
}

void content_moved_are_due(struct content *c)
{
	for (struct content_page *p = content_next_page(c, 0); p;
	     p = content_next_page(c, p->index + 1)) {
		if (!p->moved)
			continue;
		memcpy(p->due, p->promised, sizeof(p->due));
		p->is_due = true;
	}
}

bool content_done(struct content_page *p)
{
	uint64_t left = 0;

	for (unsigned int l = 0; l < CONTENT_LINES; l++)
		left |= p->promised[l] & ~p->due[l];
	memset(p->due, 0, sizeof(p->due));
	p->is_due = false;
	return !left;
}

void content_release(struct content *c, uint64_t offset, uint64_t length)
{
	uint64_t end = end_of(offset, length), range[CONTENT_LINES];

	for (struct content_page *p = content_next_page(c, offset / CONTENT_PAGE);
	     p && p->index * CONTENT_PAGE < end; p = content_next_page(c, p->index + 1)) {
		set_part(range, p->index * CONTENT_PAGE, offset, end);
		for (unsigned int l = 0; l < CONTENT_LINES; l++)
			p->promised[l] &= ~range[l];
	}
}

void content_begin_freeing(struct content *c, uint64_t offset, uint64_t length)
{
	uint64_t end = end_of(offset, length);

	content_release(c, offset, length);
	for (struct content_page *p = content_next_page(c, offset / CONTENT_PAGE);
	     p && p->index * CONTENT_PAGE < end; p = content_next_page(c, p->index + 1))
		p->freeing++;
}

/*
 * What was over at @began is gone from these bytes; of what ran beside the call nobody knows
 * which came last. What ended with it is its own.
 */
static void forget_page(struct content_page *p, const uint64_t range[CONTENT_LINES], uint64_t began,
			uint64_t ended)
{
	for (unsigned int l = 0; l < CONTENT_LINES; l++)
		p->original[l] |= range[l];
	for (size_t i = 0; i < p->n_layers; i++) {
		struct content_layer *layer = &p->layers[i];
		bool is_before = layer->change->over <= began;
		bool is_beside = !is_before && layer->change->over != ended;

		for (unsigned int l = 0; l < CONTENT_LINES; l++) {
			if (is_beside)
				p->raced[l] |= layer->bytes[l] & range[l];
			if (is_before)
				layer->bytes[l] &= ~range[l];
		}
	}
	drop_empty(p);
}

void content_end_freeing(struct content *c, uint64_t offset, uint64_t length, uint64_t began,
			 uint64_t ended)
{
	uint64_t end = end_of(offset, length), range[CONTENT_LINES];

	content_release(c, offset, length);
	for (struct content_page *p = content_next_page(c, offset / CONTENT_PAGE);
	     p && p->index * CONTENT_PAGE < end; p = content_next_page(c, p->index + 1)) {
		set_part(range, p->index * CONTENT_PAGE, offset, end);
		forget_page(p, range, began, ended);
		if (p->freeing) /* 0: a page that was not there when it began */
			p->freeing--;
		p->freed = ended;
	}
}

/* ---- values ---- */

static uint64_t pattern_word(const struct content_change *change, uint64_t at)
{
	return dx_pattern64(change->seed, change->file, at, change->generation);
}

/* An aligned word that the change covers whole names its origin; other bytes do by themselves. */
static unsigned char pattern_byte(const struct content_change *change, uint64_t at)
{
	uint64_t word = at & ~7ULL;

	if (word >= change->offset && word + 8 <= change->offset + change->length)
		return (unsigned char)(pattern_word(change, word) >> 8 * (at & 7));
	return dx_pattern8(change->seed, change->file, at, change->generation);
}

static unsigned char value_of(const struct content_change *change, uint64_t at)
{
	switch (change->kind) {
	case CONTENT_PATTERN:
		return pattern_byte(change, at);
	case CONTENT_LITERAL:
		return change->literal[at - change->offset];
	default:
		return 0;
	}
}

/* All of a line's bytes that @change covers: the others are left as they are. */
static void line_values(const struct content_change *change, uint64_t at, uint64_t bytes,
			unsigned char values[DX_TRACE_LINE])
{
	uint64_t end = change->offset + change->length;

	if (change->kind == CONTENT_PATTERN && at >= change->offset && at + DX_TRACE_LINE <= end) {
		for (unsigned int i = 0; i < DX_TRACE_LINE; i += 8) {
			uint64_t word = pattern_word(change, at + i);

			memcpy(values + i, &word, sizeof(word));
		}
		return;
	}
	for (; bytes; bytes &= bytes - 1) {
		int i = __builtin_ctzll(bytes);

		values[i] = value_of(change, at + (uint64_t)i);
	}
}

static uint64_t equal_bytes(const unsigned char *a, const unsigned char *b, uint64_t mask)
{
	uint64_t equal = 0;

	if (!memcmp(a, b, DX_TRACE_LINE))
		return mask;
	for (unsigned int i = 0; i < DX_TRACE_LINE; i++)
		equal |= (uint64_t)(a[i] == b[i]) << i;
	return equal & mask;
}

uint64_t content_illegal(const struct content_page *p, unsigned int line,
			 const unsigned char *values, uint64_t mask)
{
	static const unsigned char zeros[DX_TRACE_LINE];
	unsigned char legal[DX_TRACE_LINE] = { 0 };
	uint64_t bad = mask & p->promised[line];
	uint64_t at = p->index * CONTENT_PAGE + line * DX_TRACE_LINE;

	for (size_t i = p->n_layers; bad && i-- > 0;) {
		const struct content_layer *layer = &p->layers[i];
		uint64_t bytes = layer->bytes[line] & bad;

		if (!bytes)
			continue;
		line_values(layer->change, at, bytes, legal);
		bad &= ~equal_bytes(legal, values, bytes);
	}
	if (!p->file->known)
		bad &= ~p->original[line];
	if (bad & p->original[line])
		bad &= ~equal_bytes(zeros, values, bad & p->original[line]);
	return bad;
}

uint64_t content_foreign(const struct content_page *p, unsigned int line,
			 const unsigned char *values, uint64_t mask)
{
	static const unsigned char zeros[DX_TRACE_LINE];
	unsigned char given[DX_TRACE_LINE] = { 0 };
	uint64_t bad = mask & ~p->promised[line] & ~equal_bytes(zeros, values, mask);
	uint64_t at = p->index * CONTENT_PAGE + line * DX_TRACE_LINE;

	if (!p->file->known || p->freeing || p->freed)
		return 0;
	for (size_t i = p->n_layers; bad && i-- > 0;) {
		const struct content_layer *layer = &p->layers[i];
		uint64_t bytes = layer->bytes[line] & bad;

		if (!bytes)
			continue;
		line_values(layer->change, at, bytes, given);
		bad &= ~equal_bytes(given, values, bytes);
	}
	return bad;
}

uint64_t content_settled(const struct content_page *p, unsigned int line)
{
	uint64_t once = p->original[line], twice = 0;

	for (size_t i = 0; i < p->n_layers; i++) {
		twice |= once & p->layers[i].bytes[line];
		once |= p->layers[i].bytes[line];
	}
	return once & ~twice;
}

static void read_line(const struct content_page *p, unsigned int line, enum content_newest which,
		      unsigned char ret[DX_TRACE_LINE])
{
	uint64_t at = p->index * CONTENT_PAGE + line * DX_TRACE_LINE, left = ~0ULL;
	unsigned char values[DX_TRACE_LINE];

	memset(ret, 0, DX_TRACE_LINE);
	for (size_t i = p->n_layers; left && i-- > 0;) {
		const struct content_layer *layer = &p->layers[i];
		uint64_t bytes = layer->bytes[line] & left;

		if (!bytes || (which == CONTENT_ENDED && layer->change->ended == CONTENT_NEVER))
			continue;
		line_values(layer->change, at, bytes, values);
		left &= ~bytes;
		for (; bytes; bytes &= bytes - 1)
			ret[__builtin_ctzll(bytes)] = values[__builtin_ctzll(bytes)];
	}
}

static void read_page(const struct content_page *p, uint64_t offset, uint64_t end,
		      enum content_newest which, unsigned char *ret)
{
	unsigned char values[DX_TRACE_LINE];

	for (unsigned int line = 0; line < CONTENT_LINES; line++) {
		uint64_t at = p->index * CONTENT_PAGE + line * DX_TRACE_LINE;
		uint64_t from = at > offset ? at : offset;
		uint64_t to = at + DX_TRACE_LINE < end ? at + DX_TRACE_LINE : end;

		if (from >= to)
			continue;
		read_line(p, line, which, values);
		memcpy(ret + (from - offset), values + (from - at), to - from);
	}
}

void content_read(const struct content *c, uint64_t offset, uint64_t length,
		  enum content_newest which, unsigned char *ret)
{
	uint64_t end = offset + length;

	memset(ret, 0, length);
	for (const struct content_page *p = content_next_page(c, offset / CONTENT_PAGE);
	     p && p->index * CONTENT_PAGE < end; p = content_next_page(c, p->index + 1))
		read_page(p, offset, end, which, ret);
}

static bool older_line(const struct content_page *p, unsigned int line, unsigned int depth,
		       unsigned char ret[DX_TRACE_LINE])
{
	uint64_t at = p->index * CONTENT_PAGE + line * DX_TRACE_LINE;
	unsigned char values[DX_TRACE_LINE];
	unsigned int seen[DX_TRACE_LINE] = { 0 };
	bool any = false;

	memset(ret, 0, DX_TRACE_LINE);
	for (size_t i = p->n_layers; i-- > 0;) {
		const struct content_layer *layer = &p->layers[i];

		line_values(layer->change, at, layer->bytes[line], values);
		for (uint64_t bytes = layer->bytes[line]; bytes; bytes &= bytes - 1) {
			int k = __builtin_ctzll(bytes);

			if (seen[k] <= depth)
				ret[k] = values[k];
			any |= seen[k]++ == depth;
		}
	}
	for (uint64_t bytes = p->original[line]; bytes; bytes &= bytes - 1) {
		int k = __builtin_ctzll(bytes);

		if (seen[k] && seen[k] <= depth)
			ret[k] = 0;
		any |= seen[k] && seen[k] == depth;
	}
	return any;
}

bool content_read_older(const struct content *c, uint64_t offset, uint64_t length,
			unsigned int depth, unsigned char *ret)
{
	uint64_t end = offset + length;
	unsigned char values[DX_TRACE_LINE];
	bool any = false;

	memset(ret, 0, length);
	for (const struct content_page *p = content_next_page(c, offset / CONTENT_PAGE);
	     p && p->index * CONTENT_PAGE < end; p = content_next_page(c, p->index + 1))
		for (unsigned int line = 0; line < CONTENT_LINES; line++) {
			uint64_t at = p->index * CONTENT_PAGE + line * DX_TRACE_LINE;
			uint64_t from = at > offset ? at : offset;
			uint64_t to = at + DX_TRACE_LINE < end ? at + DX_TRACE_LINE : end;

			if (from >= to)
				continue;
			any |= older_line(p, line, depth, values);
			memcpy(ret + (from - offset), values + (from - at), to - from);
		}
	return any;
}

const struct content_change *content_owner(const struct content_page *p, unsigned int at)
{
	for (size_t i = p->n_layers; i-- > 0;)
		if (p->layers[i].change->ended != CONTENT_NEVER &&
		    p->layers[i].bytes[at / 64] >> at % 64 & 1)
			return p->layers[i].change;
	return NULL;
}
