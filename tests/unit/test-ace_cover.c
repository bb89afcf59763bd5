// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Covers: all pairs that are possible, by a reckoning that tries every two acts; few
 * cases; the same for the same seed. Caught is a search that calls a pair impossible
 * too soon, or takes a case that is none.
 */
#include "checker/gen/ace.h"
#include "checker/gen/ace_cover.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ALL (SOUP_SHIFT | SOUP_REFLINK | SOUP_UNSHARE | SOUP_MAP_SYNC | SOUP_OWN_FS)

static struct err e;

static struct ace_cover make(uint64_t seed, unsigned int features)
{
	struct ace_cover c;

	cr_assert_eq(ace_cover_make(&c, seed, features, &e), 0, "%s", e.what);
	return c;
}

typedef bool pairs[ACE_VALUES][ACE_VALUES];

static size_t count(pairs p)
{
	size_t n = 0;

	for (unsigned int i = 0; i < ACE_VALUES; i++)
		for (unsigned int j = 0; j < ACE_VALUES; j++)
			n += p[i][j];
	return n;
}

static void mark(pairs p, const struct ace_case *c)
{
	size_t n;
	const struct ace_act *acts = ace_acts(&n);
	unsigned int a[ACE_STEP_VALUES], b[ACE_STEP_VALUES];
	unsigned int n_a = ace_step_values(&acts[c->step[0].act], c->step[0].persist, a);
	unsigned int n_b = ace_step_values(&acts[c->step[1].act], c->step[1].persist, b);

	for (unsigned int i = 0; i < n_a; i++)
		for (unsigned int j = 0; j < n_b; j++)
			p[a[i]][b[j]] = true;
}

/* Each two acts that are possible, with all that can make them durable. */
static void mark_acts(pairs p, size_t i, size_t j, unsigned int features)
{
	size_t n;
	const struct ace_act *acts = ace_acts(&n);

	for (uint16_t x = 0; x < ACE_PERSISTS; x++)
		for (uint16_t y = 0; y < ACE_PERSISTS; y++) {
			const struct ace_case c = { 2, { { (uint16_t)i, x }, { (uint16_t)j, y } } };

			if (ace_persist_fits(&acts[i], x, false) &&
			    ace_persist_fits(&acts[j], y, true) &&
			    !((ace_step_needs(&acts[i], x) | ace_step_needs(&acts[j], y)) &
			      ~features))
				mark(p, &c);
		}
}

static size_t count_possible(unsigned int features)
{
	static pairs possible;
	size_t n;

	ace_acts(&n);
	memset(possible, 0, sizeof(possible));
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			const struct ace_case c = {
				2, { { (uint16_t)i, ACE_SYNCFS }, { (uint16_t)j, ACE_SYNCFS } }
			};

			if (ace_case_make(NULL, &c, 1, features) == ACE_MADE)
				mark_acts(possible, i, j, features);
		}
	return count(possible);
}

Test(ace_cover, covers_all_that_is_possible, .timeout = 300)
{
	const unsigned int features[] = { ALL, SOUP_SHIFT | SOUP_MAP_SYNC | SOUP_OWN_FS, 0 };

	for (size_t i = 0; i < 3; i++) {
		struct ace_cover c = make(1, features[i]);
		pairs covered = { 0 };

		for (size_t k = 0; k < c.n; k++) {
			cr_assert_eq(ace_case_make(NULL, &c.cases[k], 1, features[i]), ACE_MADE);
			mark(covered, &c.cases[k]);
		}
		cr_expect_eq(count(covered), c.pairs);
		cr_expect_eq(c.pairs, count_possible(features[i]), "%x: %zu of %zu", features[i],
			     c.pairs, count_possible(features[i]));
		free(c.cases);
	}
}

/* As few as a case for each two operations there have to be; no more than half as many again. */
Test(ace_cover, is_small)
{
	for (uint64_t seed = 1; seed < 6; seed++) {
		struct ace_cover c = make(seed, ALL);

		cr_expect_geq(c.n, ACE_OPS * ACE_OPS);
		cr_expect_leq(c.n, ACE_OPS * ACE_OPS * 3 / 2, "seed %llu: %zu cases",
			      (unsigned long long)seed, c.n);
		free(c.cases);
	}
}

Test(ace_cover, is_the_seeds)
{
	struct ace_cover one = make(7, ALL), same = make(7, ALL), other = make(8, ALL);

	cr_expect(one.n == same.n && !memcmp(one.cases, same.cases, one.n * sizeof(*one.cases)));
	cr_expect(one.n != other.n ||
		  memcmp(one.cases, other.cases, one.n * sizeof(*one.cases)) != 0);
	cr_expect_eq(one.pairs, other.pairs);
	free(one.cases);
	free(same.cases);
	free(other.cases);
}
