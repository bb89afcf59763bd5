// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop: which act comes next. Its chance is its weight, divided by the square
 * of how often it has followed the act before it in this list: so that, by and
 * by, all pairs occur, and what is common does not crowd out what is rare.
 */
#include "checker/gen/soup.h"
#include "checker/gen/soup_model.h"
#include "lib/cleanup.h"

#include <errno.h>

#define BUDGET_PER_OP (16ULL << 10)
#define BUDGET_LEAST  (4ULL << 20) /* so that a short list has something of 2 MiB too */
#define SCALE	      256	   /* of weights, before they are divided */

static uint64_t weight_of(const struct soup *s, const struct soup_act *a, unsigned int number)
{
	uint64_t seen = 1 + s->followed[s->last_act][number];

	if ((s->o->features & a->needs) != a->needs)
		return 0;
	return 1 + a->weight * SCALE / (seen * seen);
}

static unsigned int choose_act(struct soup *s, const struct soup_act *acts, size_t n)
{
	uint64_t sum = 0, at;

	for (unsigned int i = 0; i < n; i++)
		sum += weight_of(s, &acts[i], i);
	at = soup_pick(s, sum);
	for (unsigned int i = 0; i < n; i++) {
		uint64_t w = weight_of(s, &acts[i], i);

		if (at < w)
			return i;
		at -= w;
	}
	return 0;
}

/* An act that finds nothing to do leaves it to the next: a drain can always be done. */
static void act(struct soup *s, const struct soup_act *acts, size_t n)
{
	unsigned int chosen = choose_act(s, acts, n);

	s->turn = s->workers > 1 && soup_chance(s, 20);
	if (!acts[chosen].make(s))
		return;
	s->followed[s->last_act][chosen]++;
	s->last_act = chosen;
}

static void init(struct soup *s, const struct soup_options *o)
{
	s->o = o;
	s->random = o->seed;
	s->budget = o->ops * BUDGET_PER_OP;
	if (s->budget < BUDGET_LEAST)
		s->budget = BUDGET_LEAST;
	s->workers = soup_chance(s, 50) ? 2 : 1;
}

int soup_make(struct oplist *ret, const struct soup_options *o, struct err *e)
{
	AUTO_FREE struct soup *s = NULL;
	const struct soup_act *acts;
	size_t n;

	if (!o->ops || o->ops > SOUP_MAX_OPS)
		return err_set(e, -EINVAL, "soup", "a list of %llu operations: want 1 to %d",
			       (unsigned long long)o->ops, SOUP_MAX_OPS);
	s = calloc(1, sizeof(*s));
	if (!s)
		return err_sys(e, -ENOMEM, "soup", "make the list");
	init(s, o);
	acts = soup_acts(&n);
	while (!s->failed && s->list.n < o->ops)
		act(s, acts, n);
	if (s->failed) {
		oplist_release(&s->list);
		return err_sys(e, s->failed, "soup", "make the list");
	}
	*ret = s->list;
	return 0;
}

/* ---- coverage ---- */

#define LETTERS (DX_OP_COUNT + 32)

/* What tells operations of a kind apart: a few bits of their flags. */
static unsigned int letter_of(const struct dx_list_op *op)
{
	unsigned int variant = 0;

	switch (op->op) {
	case DX_OP_FALLOCATE:
		/* KEEP_SIZE does not change what is done: the other bits, 1 << 1 to 1 << 6 */
		for (uint64_t bits = op->arg[0] >> 1; bits; bits >>= 1)
			variant++;
		return variant ? DX_OP_COUNT + variant % 8 : DX_OP_FALLOCATE;
	case DX_OP_RENAME:
		return op->arg[0] ? DX_OP_COUNT + 8 + (unsigned int)op->arg[0] % 8 : DX_OP_RENAME;
	case DX_OP_MSYNC:
		return op->arg[2] == MS_ASYNC ? DX_OP_COUNT + 16 : DX_OP_MSYNC;
	default:
		return op->op;
	}
}

void soup_coverage(const struct oplist *list, size_t *ret_seen, size_t *ret_possible)
{
	bool occurs[LETTERS] = { false }, follows[LETTERS][LETTERS] = { { false } };
	size_t letters = 0;

	*ret_seen = 0;
	for (size_t i = 0; i < list->n; i++) {
		unsigned int b = letter_of(&list->op[i]);
		unsigned int a = i ? letter_of(&list->op[i - 1]) : b;

		letters += !occurs[b];
		occurs[b] = true;
		*ret_seen += i && !follows[a][b];
		follows[a][b] |= i > 0;
	}
	*ret_possible = letters * letters;
}
