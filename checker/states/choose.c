// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/choose.h"
#include "checker/states/state_units.h"
#include "lib/random.h"

#include <stdlib.h>
#include <string.h>

enum class { NONE, ALL, LOST, KEPT, PREFIX, LOST_TWO, KEPT_TWO, CHANCE, CLASSES };

struct choose {
	size_t n, n_free, words;
	size_t *free_unit; /* the units that matter */
	uint64_t seed;
	bool is_complete; /* all sets there are */
	uint64_t quota[CLASSES], size[CLASSES];
	enum class class;
	uint64_t member; /* of the class: the next one */
	uint64_t *set;
};

/* ---- how many of each class ---- */

static uint64_t take(struct choose *c, enum class class, uint64_t share, uint64_t *left)
{
	uint64_t quota = c->size[class] < share ? c->size[class] : share;

	c->quota[class] = quota < *left ? quota : *left;
	*left -= c->quota[class];
	return c->quota[class];
}

static void plan(struct choose *c, uint64_t budget)
{
	uint64_t n = c->n_free, pairs = n * (n - 1) / 2, left = budget;

	c->size[NONE] = c->size[ALL] = 1;
	c->size[LOST] = c->size[KEPT] = n;
	/* That of one unit is it kept alone, that of all but one the last one lost alone. */
	c->size[PREFIX] = n > 3 ? n - 3 : 0;
	c->size[LOST_TWO] = c->size[KEPT_TWO] = pairs;
	c->size[CHANCE] = UINT64_MAX;
	take(c, NONE, 1, &left);
	take(c, ALL, 1, &left);
	take(c, PREFIX, left / 3, &left); /* the smallest, so that what it leaves is the others' */
	take(c, LOST, (left + 1) / 2, &left);
	take(c, KEPT, left, &left);
	take(c, LOST_TWO, left / 3, &left);
	take(c, KEPT_TWO, left / 2, &left);
	take(c, CHANCE, left, &left);
}

struct choose *choose_open(size_t n, const uint64_t *matters, uint64_t budget, uint64_t seed)
{
	struct choose *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->n = n;
	c->seed = seed;
	c->words = units_words(n);
	c->set = calloc(c->words + 1, sizeof(*c->set));
	c->free_unit = calloc(n + 1, sizeof(*c->free_unit));
	if (!c->set || !c->free_unit) {
		choose_close(c);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		if (!matters || units_has(matters, i))
			c->free_unit[c->n_free++] = i;
	/* None of those that do not matter, or all of them: two states. */
	c->is_complete = c->n_free < 63 && budget >> c->n_free;
	if (c->is_complete) {
		c->quota[CHANCE] = 1ULL << c->n_free;
		c->class = CHANCE;
	} else {
		plan(c, budget);
	}
	return c;
}

/* ---- members ---- */

static void keep(struct choose *c, uint64_t i)
{
	units_add(c->set, c->free_unit[i]);
}

static void lose(struct choose *c, uint64_t i)
{
	units_drop(c->set, c->free_unit[i]);
}

static void keep_all(struct choose *c)
{
	for (size_t i = 0; i < c->n; i++)
		units_add(c->set, i);
}

static void keep_first(struct choose *c, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		keep(c, i);
}

/* Pair @k of all pairs (a < b), which are counted by b. */
static void find_pair(uint64_t k, uint64_t *a, uint64_t *b)
{
	for (*b = 1; k >= *b; (*b)++)
		k -= *b;
	*a = k;
}

static void choose_by_bits(struct choose *c, uint64_t bits)
{
	if (bits == (1ULL << c->n_free) - 1) {
		keep_all(c);
		return;
	}
	for (size_t i = 0; i < c->n_free; i++)
		if (bits >> i & 1)
			keep(c, i);
}

static void choose_by_chance(struct choose *c)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < c->n_free; i++) {
		if (i % 64 == 0)
			bits = random_next(&c->seed);
		if (bits >> i % 64 & 1)
			keep(c, i);
	}
}

static void make_member(struct choose *c, uint64_t k)
{
	uint64_t a, b;

	memset(c->set, 0, c->words * sizeof(*c->set));
	switch (c->class) {
	case NONE:
		return;
	case ALL:
		keep_all(c);
		return;
	case LOST:
		keep_first(c, c->n_free);
		lose(c, k);
		return;
	case KEPT:
		keep(c, k);
		return;
	case PREFIX:
		keep_first(c, k + 2);
		return;
	case LOST_TWO:
		keep_first(c, c->n_free);
		find_pair(k, &a, &b);
		lose(c, a);
		lose(c, b);
		return;
	case KEPT_TWO:
		find_pair(k, &a, &b);
		keep(c, a);
		keep(c, b);
		return;
	default:
		if (c->is_complete)
			choose_by_bits(c, k);
		else
			choose_by_chance(c);
		return;
	}
}

const uint64_t *choose_next(struct choose *c)
{
	uint64_t quota, size;

	while (c->class < CLASSES && c->member == c->quota[c->class]) {
		c->class ++;
		c->member = 0;
	}
	if (c->class == CLASSES)
		return NULL;
	quota = c->quota[c->class];
	size = c->size[c->class];
	/* Spread evenly where there is no budget for all. */
	make_member(c, c->class == CHANCE || quota == size
			       ? c->member
			       : (uint64_t)((unsigned __int128)c->member * size / quota));
	c->member++;
	return c->set;
}

size_t choose_free_units(const struct choose *c)
{
	return c->n_free;
}

void choose_close(struct choose *c)
{
	if (!c)
		return;
	free(c->set);
	free(c->free_unit);
	free(c);
}
