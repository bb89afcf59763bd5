// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/cubes.h"
#include "checker/states/state_units.h"
#include "lib/grow.h"
#include "lib/hash.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct cube {
	uint64_t state;
	uint64_t *read, *value; /* words each, one behind the other */
};

struct cubes {
	size_t words;
	struct cube *cube;
	size_t n, room;
	uint64_t *any; /* read by any of them */
	double share;  /* of all sets; exact while no cube has read more than 52 units */
	bool inexact;
};

struct cubes *cubes_open(size_t units)
{
	struct cubes *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->words = units_words(units);
	c->any = calloc(c->words + 1, sizeof(*c->any));
	if (!c->any) {
		free(c);
		return NULL;
	}
	return c;
}

void cubes_close(struct cubes *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		free(c->cube[i].read);
	free(c->cube);
	free(c->any);
	free(c);
}

int cubes_add(struct cubes *c, const uint64_t *set, const uint64_t *read, uint64_t state)
{
	struct cube *more = grow(c->cube, c->n, &c->room, sizeof(*more)), *cube;
	size_t units = 0;

	if (!more)
		return -ENOMEM;
	c->cube = more;
	cube = &c->cube[c->n];
	cube->state = state;
	cube->read = calloc(2 * c->words + 1, sizeof(*cube->read));
	if (!cube->read)
		return -ENOMEM;
	cube->value = cube->read + c->words;
	for (size_t i = 0; i < c->words; i++) {
		cube->read[i] = read[i];
		cube->value[i] = set[i] & read[i];
		c->any[i] |= read[i];
		units += (size_t)__builtin_popcountll(read[i]);
	}
	c->share += exp2(-(double)units);
	c->inexact |= units > 52;
	c->n++;
	return 0;
}

void cubes_add_unknown(struct cubes *c)
{
	memset(c->any, 0xff, c->words * sizeof(*c->any));
}

static bool holds(const struct cubes *c, const struct cube *cube, const uint64_t *set)
{
	for (size_t i = 0; i < c->words; i++)
		if ((set[i] & cube->read[i]) != cube->value[i])
			return false;
	return true;
}

bool cubes_find(const struct cubes *c, const uint64_t *set, uint64_t *ret)
{
	for (size_t i = 0; i < c->n; i++)
		if (holds(c, &c->cube[i], set)) {
			*ret = c->cube[i].state;
			return true;
		}
	return false;
}

uint64_t cubes_key(const struct cubes *c, const uint64_t *set)
{
	uint64_t key = HASH_START;

	for (size_t i = 0; i < c->words; i++) {
		uint64_t word = set[i] & c->any[i];

		key = hash_add(key, &word, sizeof(word));
	}
	return key;
}

double cubes_share(const struct cubes *c)
{
	double most = c->inexact ? 1 - DBL_EPSILON : 1;

	return c->share < most ? c->share : most;
}
