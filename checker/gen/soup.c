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
