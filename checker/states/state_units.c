// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/state_units.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A line in flight, whole: what it holds once all of its stores persisted. */
static struct unit_part whole_line(const struct persist *p, const struct persist_line *line)
{
	struct unit_part part = { .addr = line->addr };

	memcpy(part.data, persist_durable(p, line->addr), DX_TRACE_LINE);
	for (const struct persist_piece *piece = line->first; piece; piece = piece->next)
		for (uint64_t bytes = piece->bytes; bytes; bytes &= bytes - 1) {
			unsigned int i = (unsigned int)__builtin_ctzll(bytes);

			part.data[i] = persist_piece_byte(piece, i);
			part.bytes |= 1ULL << i;
		}
	return part;
}

/* Were all of its stores past the caches, so that its words go each its own way? */
static bool is_nt(const struct persist_line *line)
{
	for (const struct persist_piece *piece = line->first; piece; piece = piece->next)
		if (piece->kind != PERSIST_NT)
			return false;
	return true;
}

/* The first store to any of @bytes of the line. */
static uint64_t first_seq(const struct persist_line *line, uint64_t bytes)
{
	uint64_t seq = UINT64_MAX;

	for (const struct persist_piece *piece = line->first; piece; piece = piece->next) {
		uint64_t here = piece->bytes & bytes, at;

		/* The stores of a piece go upwards. */
		at = here ? persist_piece_seq(piece, (unsigned int)__builtin_ctzll(here)) : seq;
		if (at < seq)
			seq = at;
	}
	return seq;
}

static int add_part(struct units *u, const struct unit_part *part)
{
	struct unit_part *more = grow(u->part, u->n_parts, &u->parts_room, sizeof(*more));

	if (!more)
		return -ENOMEM;
	u->part = more;
	u->part[u->n_parts++] = *part;
	return 0;
}

/* A part more of the last unit if that is of the same block, else of a new one. */
static int add(struct units *u, const struct unit_part *part, uint64_t block, uint32_t size,
	       uint64_t seq)
{
	struct unit *last = u->n ? &u->unit[u->n - 1] : NULL;
	struct unit *more;

	if (!last || last->addr != block) {
		more = grow(u->unit, u->n, &u->room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		u->unit = more;
		last = &u->unit[u->n++];
		*last = (struct unit){ block, size, seq, (uint32_t)u->n_parts, 0 };
	}
	if (seq < last->seq)
		last->seq = seq;
	last->n_parts++;
	return add_part(u, part);
}

static int add_words(struct units *u, const struct persist_line *line, const struct unit_part *all)
{
	int r = 0;

	for (unsigned int w = 0; !r && w < DX_TRACE_LINE / 8; w++) {
		struct unit_part word = *all;

		word.bytes &= 0xffULL << 8 * w;
		if (word.bytes)
			r = add(u, &word, line->addr + 8ULL * w, 8, first_seq(line, word.bytes));
	}
	return r;
}

static int add_line(struct units *u, const struct persist *p, const struct persist_line *line,
		    uint32_t atomic)
{
	struct unit_part part = whole_line(p, line);

	if (atomic == 8 && is_nt(line))
		return add_words(u, line, &part);
	if (atomic < DX_TRACE_LINE)
		atomic = DX_TRACE_LINE;
	return add(u, &part, line->addr & ~(uint64_t)(atomic - 1), atomic,
		   first_seq(line, part.bytes));
}

static int by_addr(const void *a, const void *b)
{
	const struct persist_line *x = *(const struct persist_line *const *)a,
				  *y = *(const struct persist_line *const *)b;

	return (x->addr > y->addr) - (x->addr < y->addr);
}

static int by_seq(const void *a, const void *b)
{
	const struct unit *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return (x->addr > y->addr) - (x->addr < y->addr);
}

/* *@ret: all lines in flight by address, malloc'ed. */
static int sorted_lines(const struct persist *p, const struct persist_line ***ret, size_t *ret_n)
{
	size_t pieces, n = persist_in_flight(p, &pieces), i = 0;
	const struct persist_line **lines = malloc((n + 1) * sizeof(*lines));

	if (!lines)
		return -ENOMEM;
	for (const struct persist_line *l = persist_next(p, NULL); l && i < n;
	     l = persist_next(p, l))
		lines[i++] = l;
	qsort(lines, i, sizeof(*lines), by_addr);
	*ret = lines;
	*ret_n = i;
	return 0;
}

int units_gather(struct units *u, const struct persist *p, uint32_t atomic)
{
	const struct persist_line **lines = NULL;
	size_t n = 0;
	int r = sorted_lines(p, &lines, &n);

	u->n = u->n_parts = 0;
	for (size_t i = 0; !r && i < n; i++)
		r = add_line(u, p, lines[i], atomic);
	if (!r && u->n)
		qsort(u->unit, u->n, sizeof(*u->unit), by_seq);
	free(lines);
	return r;
}

static int part_by_addr(const void *a, const void *b)
{
	const struct unit_part *x = *(const struct unit_part *const *)a,
			       *y = *(const struct unit_part *const *)b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return (x > y) - (x < y); /* of one array: the later write lies behind */
}

/* The parts of the units of @set by address, malloc'ed; NULL: no memory. */
static const struct unit_part **chosen_parts(const struct units *u, const uint64_t *set,
					     size_t *ret_n)
{
	const struct unit_part **parts = malloc((u->n_parts + 1) * sizeof(*parts));
	size_t n = 0;

	for (size_t i = 0; parts && i < u->n; i++)
		for (uint32_t k = 0; units_has(set, i) && k < u->unit[i].n_parts; k++)
			parts[n++] = &u->part[u->unit[i].first_part + k];
	if (parts && n)
		qsort(parts, n, sizeof(*parts), part_by_addr);
	*ret_n = n;
	return parts;
}

int units_lines(const struct units *u, const struct state_medium *durable, const uint64_t *set,
		struct state_line **ret, size_t *ret_n)
{
	size_t n, lines = 0;
	const struct unit_part **parts = chosen_parts(u, set, &n);
	struct state_line *line = parts ? malloc((n + 1) * sizeof(*line)) : NULL;

	if (!line) {
		free(parts);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		struct state_line *at = &line[lines];

		if (lines && line[lines - 1].addr == parts[i]->addr) {
			at = &line[lines - 1];
		} else {
			at->addr = parts[i]->addr;
			memcpy(at->data, state_medium_at(durable, at->addr), DX_TRACE_LINE);
			lines++;
		}
		for (uint64_t bytes = parts[i]->bytes; bytes; bytes &= bytes - 1)
			at->data[__builtin_ctzll(bytes)] = parts[i]->data[__builtin_ctzll(bytes)];
	}
	free(parts);
	*ret = line;
	*ret_n = lines;
	return 0;
}

/* ---- blocks that are torn ---- */

struct piece {
	uint64_t block;
	bool kept;
};

/* Would the medium be another with it than without it? */
static bool is_change(const struct units *u, const struct unit *unit,
		      const struct state_medium *durable)
{
	for (uint32_t k = 0; k < unit->n_parts; k++) {
		const struct unit_part *part = &u->part[unit->first_part + k];
		const unsigned char *was = state_medium_at(durable, part->addr);

		for (uint64_t bytes = part->bytes; bytes; bytes &= bytes - 1)
			if (was[__builtin_ctzll(bytes)] != part->data[__builtin_ctzll(bytes)])
				return true;
	}
	return false;
}

static int piece_by_block(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return (x->block > y->block) - (x->block < y->block);
}

/* One piece of each block after the other: are all alike? */
static bool is_torn(const struct piece *piece, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (piece[i].block == piece[i - 1].block && piece[i].kept != piece[i - 1].kept)
			return true;
	return false;
}

int units_tear(const struct units *u, const struct state_medium *durable, const uint64_t *set)
{
	struct piece *piece = malloc((u->n + 1) * sizeof(*piece));
	size_t n = 0;
	int r;

	if (!piece)
		return -ENOMEM;
	for (size_t i = 0; i < u->n; i++)
		if (is_change(u, &u->unit[i], durable))
			piece[n++] = (struct piece){ u->unit[i].addr / STATE_PAGE,
						     units_has(set, i) };
	if (n)
		qsort(piece, n, sizeof(*piece), piece_by_block);
	r = is_torn(piece, n);
	free(piece);
	return r;
}

void units_release(struct units *u)
{
	free(u->unit);
	free(u->part);
	*u = (struct units){ 0 };
}
