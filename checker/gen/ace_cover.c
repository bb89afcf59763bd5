// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/gen/ace_cover.h"
#include "lib/cleanup.h"
#include "lib/grow.h"
#include "lib/random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DRAWN 24 /* cases that are looked at for a pair */

enum pair { OPEN, SEEN, IMPOSSIBLE };

/* The steps that can stand at a place of a case, and those of each value. */
struct place {
	struct ace_step *step;
	size_t n;
	size_t first[ACE_VALUES + 1]; /* in @of: those of value v from first[v] to first[v + 1] */
	uint32_t *of;
};

struct search {
	const struct ace_act *acts;
	size_t n_acts;
	unsigned int features;
	uint64_t random;
	struct place place[2];
	uint8_t pair[ACE_VALUES][ACE_VALUES]; /* enum pair */
	struct ace_cover cover;
	size_t room;
};

static uint64_t draw(struct search *s, uint64_t n)
{
	return random_next(&s->random) % n;
}

/* ---- steps ---- */

/* Steps whose act is possible by itself; @last: at the end of a case. */
static int list_steps(unsigned int features, bool last, struct ace_step **ret, size_t *ret_n)
{
	size_t n_acts, n = 0;
	const struct ace_act *acts = ace_acts(&n_acts);
	AUTO_FREE struct ace_step *step = calloc(n_acts * ACE_PERSISTS, sizeof(*step));

	if (!step)
		return -ENOMEM;
	for (size_t i = 0; i < n_acts; i++) {
		const struct ace_case c = { 1, { { (uint16_t)i, ACE_SYNCFS } } };
		int r = ace_case_make(NULL, &c, 1, features);

		if (r < 0)
			return r;
		for (unsigned int p = 0; r == ACE_MADE && p < ACE_PERSISTS; p++)
			if (ace_persist_fits(&acts[i], (enum ace_persist)p, last) &&
			    !(ace_step_needs(&acts[i], (enum ace_persist)p) & ~features))
				step[n++] = (struct ace_step){ (uint16_t)i, (uint16_t)p };
	}
	*ret = steal_ptr(step);
	*ret_n = n;
	return 0;
}

int ace_all_steps(unsigned int features, struct ace_case **ret, size_t *ret_n, struct err *e)
{
	AUTO_FREE struct ace_step *step = NULL;
	size_t n = 0;
	int r = list_steps(features, true, &step, &n);
	struct ace_case *cases = r ? NULL : calloc(n + 1, sizeof(*cases));

	if (!cases)
		return err_sys(e, r ? r : -ENOMEM, "ace", "list the cases");
	for (size_t i = 0; i < n; i++)
		cases[i] = (struct ace_case){ 1, { step[i] } };
	*ret = cases;
	*ret_n = n;
	return 0;
}

static unsigned int values_of(const struct search *s, const struct ace_step *step,
			      unsigned int ret[ACE_STEP_VALUES])
{
	return ace_step_values(&s->acts[step->act], (enum ace_persist)step->persist, ret);
}

/* Sorts the steps by their values: a step is in as many lists as it has values. */
static int index_place(const struct search *s, struct place *p)
{
	unsigned int values[ACE_STEP_VALUES];
	size_t at[ACE_VALUES];

	for (size_t i = 0; i < p->n; i++)
		for (unsigned int n = values_of(s, &p->step[i], values); n-- > 0;)
			p->first[values[n] + 1]++;
	for (unsigned int v = 0; v < ACE_VALUES; v++)
		p->first[v + 1] += p->first[v];
	p->of = calloc(p->first[ACE_VALUES] + 1, sizeof(*p->of));
	if (!p->of)
		return -ENOMEM;
	memcpy(at, p->first, sizeof(at));
	for (size_t i = 0; i < p->n; i++)
		for (unsigned int n = values_of(s, &p->step[i], values); n-- > 0;)
			p->of[at[values[n]]++] = (uint32_t)i;
	return 0;
}

static size_t count_of(const struct place *p, unsigned int value)
{
	return p->first[value + 1] - p->first[value];
}

static const struct ace_step *step_of(const struct place *p, unsigned int value, size_t i)
{
	return &p->step[p->of[p->first[value] + i]];
}

/* ---- pairs ---- */

/* How many pairs of @c are open; with @mark they no longer are. */
static size_t count_open(struct search *s, const struct ace_case *c, bool mark)
{
	unsigned int a[ACE_STEP_VALUES], b[ACE_STEP_VALUES];
	unsigned int n_a = values_of(s, &c->step[0], a), n_b = values_of(s, &c->step[1], b);
	size_t open = 0;

	for (unsigned int i = 0; i < n_a; i++)
		for (unsigned int j = 0; j < n_b; j++) {
			open += s->pair[a[i]][b[j]] == OPEN;
			if (mark)
				s->pair[a[i]][b[j]] = SEEN;
		}
	return open;
}

static int take(struct search *s, const struct ace_case *c)
{
	struct ace_case *cases = grow(s->cover.cases, s->cover.n, &s->room, sizeof(*c));

	if (!cases)
		return -ENOMEM;
	s->cover.cases = cases;
	cases[s->cover.n++] = *c;
	s->cover.pairs += count_open(s, c, true);
	return 0;
}

static struct ace_case draw_case(struct search *s, unsigned int a, unsigned int b)
{
	const struct place *p = &s->place[0], *q = &s->place[1];

	return (struct ace_case){ 2,
				  { *step_of(p, a, draw(s, count_of(p, a))),
				    *step_of(q, b, draw(s, count_of(q, b))) } };
}

/* Of those drawn the best that is possible. ACE_REFUSED: none of them is. */
static int draw_best(struct search *s, unsigned int a, unsigned int b, struct ace_case *ret)
{
	size_t most = 0;
	int r = ACE_REFUSED;

	for (unsigned int i = 0; i < DRAWN; i++) {
		struct ace_case c = draw_case(s, a, b);
		size_t open = count_open(s, &c, false);
		int made;

		if (open <= most)
			continue;
		made = ace_case_make(NULL, &c, 1, s->features);
		if (made < 0)
			return made;
		if (made != ACE_MADE)
			continue;
		most = open;
		*ret = c;
		r = ACE_MADE;
	}
	return r;
}

/* Any that is possible, tried one after the other: each two acts once. */
static int find_any(struct search *s, unsigned int a, unsigned int b, struct ace_case *ret)
{
	const struct place *p = &s->place[0], *q = &s->place[1];

	for (size_t i = 0; i < count_of(p, a); i++) {
		const struct ace_step *first = step_of(p, a, i);

		if (i && step_of(p, a, i - 1)->act == first->act)
			continue;
		for (size_t j = 0; j < count_of(q, b); j++) {
			struct ace_case c = { 2, { *first, *step_of(q, b, j) } };
			int r;

			if (j && step_of(q, b, j - 1)->act == c.step[1].act)
				continue;
			r = ace_case_make(NULL, &c, 1, s->features);
			if (r != ACE_REFUSED) {
				*ret = c;
				return r;
			}
		}
	}
	return ACE_REFUSED;
}

static int cover_pair(struct search *s, unsigned int a, unsigned int b)
{
	struct ace_case c;
	int r = ACE_REFUSED;

	if (count_of(&s->place[0], a) && count_of(&s->place[1], b)) {
		r = draw_best(s, a, b, &c);
		if (r == ACE_REFUSED)
			r = find_any(s, a, b, &c);
	}
	if (r < 0)
		return r;
	if (r == ACE_MADE)
		return take(s, &c);
	s->pair[a][b] = IMPOSSIBLE;
	return 0;
}

/* All pairs in an order of the seed's (Fisher and Yates). */
static int cover_all(struct search *s)
{
	const uint32_t n = ACE_VALUES * ACE_VALUES;
	AUTO_FREE uint32_t *order = calloc(n, sizeof(*order));
	int r = 0;

	if (!order)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		uint64_t at = draw(s, i + 1);

		order[i] = order[at];
		order[at] = i;
	}
	for (uint32_t i = 0; !r && i < n; i++) {
		unsigned int a = order[i] / ACE_VALUES, b = order[i] % ACE_VALUES;

		if (s->pair[a][b] == OPEN)
			r = cover_pair(s, a, b);
	}
	return r;
}

static int search(struct search *s)
{
	int r = 0;

	for (unsigned int i = 0; !r && i < 2; i++) {
		struct place *p = &s->place[i];

		r = list_steps(s->features, i == 1, &p->step, &p->n);
		if (!r)
			r = index_place(s, p);
	}
	return r ? r : cover_all(s);
}

int ace_cover_make(struct ace_cover *ret, uint64_t seed, unsigned int features, struct err *e)
{
	AUTO_FREE struct search *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return err_sys(e, -ENOMEM, "ace", "cover the pairs");
	s->acts = ace_acts(&s->n_acts);
	s->features = features;
	s->random = seed;
	r = search(s);
	for (unsigned int i = 0; i < 2; i++) {
		free(s->place[i].step);
		free(s->place[i].of);
	}
	if (r) {
		free(s->cover.cases);
		return err_sys(e, r, "ace", "cover the pairs");
	}
	*ret = s->cover;
	return 0;
}
