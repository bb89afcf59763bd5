// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/promise/moves.h"

#include <string.h>

static void drop(struct moves *m, size_t i)
{
	m->n--;
	memmove(&m->move[i], &m->move[i + 1], (m->n - i) * sizeof(m->move[0]));
}

void moves_begin(struct moves *m, uint64_t from, uint64_t to, uint64_t began)
{
	if (from == to)
		return;
	if (m->n == MOVES_MAX)
		drop(m, 0);
	m->move[m->n++] = (struct move){ from, to, began, CONTENT_NEVER };
}

void moves_end(struct moves *m, uint64_t began, uint64_t over)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->move[i].began == began)
			m->move[i].over = over;
}

void moves_settle(struct moves *m, uint64_t began)
{
	for (size_t i = m->n; i-- > 0;)
		if (m->move[i].over <= began)
			drop(m, i);
}

struct walk {
	const struct moves *m;
	int (*fn)(void *data, const struct move_piece *piece);
	void *data;
};

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The bytes [@before, @end), which are at @now, with the moves from the @n-th on undone. */
static int undo(const struct walk *w, size_t n, uint64_t now, uint64_t before, uint64_t end)
{
	const struct move *move = n ? &w->m->move[n - 1] : NULL;
	struct move_piece piece;
	uint64_t low;
	int r;

	if (!move || before >= end)
		return 0;
	/* Those that it did not move; between them and the others lies what it made, or nothing. */
	low = min(end, min(move->from, move->to));
	r = undo(w, n - 1, now, before, low);
	if (r || end <= move->to)
		return r;
	if (before < move->to) {
		now += move->to - before;
		before = move->to;
	}
	piece = (struct move_piece){ now, before - move->to + move->from, end - before, move };
	r = w->fn(w->data, &piece);
	return r ? r : undo(w, n - 1, now, piece.before, piece.before + piece.length);
}

int moves_each(const struct moves *m, uint64_t offset, uint64_t end,
	       int (*fn)(void *data, const struct move_piece *piece), void *data)
{
	const struct walk walk = { m, fn, data };

	return undo(&walk, m->n, offset, offset, end);
}
