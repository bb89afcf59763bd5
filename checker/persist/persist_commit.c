// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/persist/persist_commit.h"

#include <string.h>

#define WORDS	(DX_TRACE_LINE / 8)
#define WORD(w) (0xffULL << (8 * (w)))

static bool is_chosen(const struct choice *c, const struct persist_piece *piece)
{
	return piece->pending & c->vcpus || (c->cached && piece->kind != PERSIST_NT);
}

/* For each word the number, from 1, of the last piece chosen that stores to it; or 0. */
static bool last_chosen(const struct line *line, const struct choice *c, uint32_t last[WORDS])
{
	const struct persist_piece *piece = line->view.first;
	bool any = false;

	memset(last, 0, WORDS * sizeof(*last));
	for (uint32_t i = 1; piece; piece = piece->next, i++) {
		if (!is_chosen(c, piece))
			continue;
		any = true;
		for (unsigned int w = 0; w < WORDS; w++)
			if (piece->bytes & WORD(w))
				last[w] = i;
	}
	return any;
}

/* Moves the bytes @take of @piece to the line's durable content. */
static void settle(unsigned char *durable, struct persist_piece *piece, uint64_t take)
{
	for (unsigned int w = 0; w < WORDS; w++) {
		uint64_t bytes = take & WORD(w);

		if (bytes == WORD(w))
			memcpy(durable + 8 * w, piece->data + (8 * w - piece->off), 8);
		else
			for (unsigned int i = 8 * w; bytes && i < 8 * w + 8; i++)
				if (bytes >> i & 1)
					durable[i] = persist_piece_byte(piece, i);
	}
	piece->bytes &= ~take;
}

/* Frees pieces that have nothing in flight any more, and a line without a piece. */
static void drop_settled(struct table *t, struct line *line)
{
	struct persist_piece **at = &line->view.first, *piece;

	line->last = NULL;
	while ((piece = *at)) {
		if (piece->bytes) {
			line->last = piece;
			at = &piece->next;
			continue;
		}
		*at = piece->next;
		table_free_piece(t, piece);
	}
	if (!line->last)
		table_remove(t, line);
}

bool line_commit(struct table *t, const struct medium *m, struct line *line, const struct choice *c)
{
	unsigned char *durable = medium_at(m, line->view.addr);
	struct persist_piece *piece = line->view.first;
	uint32_t last[WORDS];

	if (!last_chosen(line, c, last))
		return false;
	for (uint32_t i = 1; piece; piece = piece->next, i++) {
		uint64_t take = 0;

		for (unsigned int w = 0; w < WORDS; w++)
			if (i <= last[w])
				take |= WORD(w);
		settle(durable, piece, take & piece->bytes);
	}
	if (c->drain)
		line->view.drain = *c->drain;
	drop_settled(t, line);
	return true;
}
