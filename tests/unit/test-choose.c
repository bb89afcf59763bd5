// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which sets of units are tried. A choice that takes one set twice where all can be had,
 * takes more than it may, or never comes to the end of a class, is caught here.
 */
#include "checker/states/choose.h"
#include "checker/states/state_units.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define MAX_UNITS 1000
#define MAX_WORDS (MAX_UNITS / 64 + 1)
#define MAX_SETS  4096

static struct chosen {
	size_t n; /* sets */
	uint64_t set[MAX_SETS][MAX_WORDS];
} got;

/* The sets of @units units, all that there are. */
static void choose_all(size_t units, const uint64_t *matters, uint64_t budget, uint64_t seed)
{
	struct choose *c = choose_open(units, matters, budget, seed);
	const uint64_t *set;

	cr_assert(c);
	memset(&got, 0, sizeof(got));
	while ((set = choose_next(c))) {
		cr_assert_lt(got.n, MAX_SETS);
		memcpy(got.set[got.n++], set, units_words(units) * sizeof(*set));
	}
	cr_expect_null(choose_next(c));
	choose_close(c);
}

static void choose_of(size_t units, uint64_t budget)
{
	choose_all(units, NULL, budget, 1);
	cr_expect_leq(got.n, budget, "%zu of %lu", got.n, (unsigned long)budget);
	for (size_t i = 0; i < got.n; i++) /* and none of a unit that is not there */
		for (size_t k = units; k < 64 * MAX_WORDS; k++)
			cr_assert(!units_has(got.set[i], k));
}

static size_t size_of(size_t set)
{
	size_t n = 0;

	for (size_t i = 0; i < MAX_WORDS; i++)
		n += (size_t)__builtin_popcountll(got.set[set][i]);
	return n;
}

/* How often the set is there that has the units of @few, or (@but) all @units but these. */
static size_t count_of(size_t units, const size_t *few, size_t n, bool but)
{
	uint64_t want[MAX_WORDS] = { 0 };
	size_t found = 0;

	for (size_t i = 0; but && i < units; i++)
		units_add(want, i);
	for (size_t i = 0; i < n; i++) {
		if (but)
			units_drop(want, few[i]);
		else
			units_add(want, few[i]);
	}
	for (size_t i = 0; i < got.n; i++)
		found += !memcmp(got.set[i], want, sizeof(want));
	return found;
}

static size_t different(void)
{
	size_t n = 0;

	for (size_t i = 0; i < got.n; i++) {
		bool is_new = true;

		for (size_t k = 0; k < i; k++)
			is_new &= memcmp(got.set[i], got.set[k], sizeof(got.set[i])) != 0;
		n += is_new;
	}
	return n;
}

/* ---- where all can be had ---- */

Test(choose, all_sets_once_where_the_budget_allows_it)
{
	for (size_t units = 0; units <= 10; units++) {
		choose_of(units, 1024);
		cr_expect_eq(got.n, 1UL << units);
		cr_expect_eq(different(), 1UL << units);
		choose_of(units, 1UL << units);
		cr_expect_eq(different(), 1UL << units);
	}
}

Test(choose, nothing_in_flight_is_one_state)
{
	for (uint64_t budget = 1; budget < 5; budget++) {
		choose_of(0, budget);
		cr_expect_eq(got.n, 1);
	}
}

Test(choose, no_budget_is_no_state)
{
	for (size_t units = 0; units < 70; units++) {
		choose_of(units, 0);
		cr_expect_eq(got.n, 0);
	}
}

/* ---- where they cannot ---- */

Test(choose, classes_come_in_their_order)
{
	const size_t units = 20, n = units;

	choose_of(units, 2 + 3 * n - 3);
	cr_expect_eq(different(), got.n);
	cr_expect_eq(size_of(0), 0);
	cr_expect_eq(size_of(1), n);
	for (size_t i = 0; i < n; i++) {
		cr_expect(size_of(2 + i) == n - 1 && !units_has(got.set[2 + i], i), "lost %zu", i);
		cr_expect(size_of(2 + n + i) == 1 && units_has(got.set[2 + n + i], i), "kept %zu",
			  i);
	}
	for (size_t i = 1; i + 2 < n; i++) { /* of one, all but one and all there were */
		const uint64_t *set = got.set[2 + 2 * n + i - 1];

		cr_expect_eq(size_of(2 + 2 * n + i - 1), i + 1);
		for (size_t k = 0; k <= i; k++)
			cr_expect(units_has(set, k), "prefix %zu", i);
	}
}

static void expect_pairs(size_t units)
{
	for (size_t a = 0; a < units; a++)
		for (size_t b = a + 1; b < units; b++) {
			const size_t pair[] = { a, b };

			cr_expect_geq(count_of(units, pair, 2, false), 1, "kept %zu, %zu", a, b);
			cr_expect_geq(count_of(units, pair, 2, true), 1, "lost %zu, %zu", a, b);
		}
}

Test(choose, all_pairs_once_where_there_is_room_for_them)
{
	const size_t n = 12, pairs = n * (n - 1) / 2, before = 2 + 3 * n - 3;
	size_t of_pairs = 0;

	choose_of(n, before + 3 * pairs);
	expect_pairs(n);
	for (size_t i = before; i < before + 2 * pairs; i++)
		of_pairs += size_of(i) == 2 || size_of(i) == n - 2;
	cr_expect_eq(of_pairs, 2 * pairs);
	cr_expect_geq(different(), before + 2 * pairs - 2); /* two of them are prefixes, too */
}

Test(choose, what_is_left_is_by_chance)
{
	const size_t n = 10, before = 2 + 3 * n - 3 + n * (n - 1);

	choose_of(n, 1000);
	cr_expect_eq(got.n, 1000);
	for (size_t i = before; i < got.n; i++)
		cr_expect_leq(size_of(i), n);
	cr_expect_gt(different(), 500);
}

Test(choose, the_budget_is_kept_and_used)
{
	const size_t sizes[] = { 1, 2, 3, 4, 5, 7, 63, 64, 65, 128, 1000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (uint64_t budget = 0; budget < 300; budget += 1 + budget / 7) {
			uint64_t all = sizes[i] < 63 ? 1ULL << sizes[i] : UINT64_MAX;

			choose_of(sizes[i], budget);
			cr_expect_eq(got.n, budget < all ? budget : all, "%zu of %lu units %zu",
				     got.n, (unsigned long)budget, sizes[i]);
		}
}

/* The first ones alone would be the journal's descriptor, and never its commit block. */
Test(choose, a_small_budget_is_spread_over_time)
{
	const size_t units = 1000;
	size_t lost[3] = { 0 }, kept[3] = { 0 }, prefix[3] = { 0 };

	choose_of(units, 64);
	cr_expect_eq(got.n, 64);
	for (size_t i = 2; i < got.n; i++) {
		size_t n = size_of(i), at = 0;

		if (n == units - 1) {
			while (units_has(got.set[i], at))
				at++;
			lost[3 * at / units]++;
		} else if (n == 1) {
			while (!units_has(got.set[i], at))
				at++;
			kept[3 * at / units]++;
		} else {
			prefix[3 * n / units]++;
		}
	}
	for (int third = 0; third < 3; third++) {
		cr_expect_geq(lost[third], 6);
		cr_expect_geq(kept[third], 6);
		cr_expect_geq(prefix[third], 5);
	}
}

Test(choose, no_member_is_taken_twice_of_a_class)
{
	choose_of(1000, 600);
	cr_expect_geq(different(), 598); /* two classes may have one in common */
}

/* ---- chance ---- */

Test(choose, one_seed_is_one_choice)
{
	static struct chosen first;

	choose_all(100, NULL, 2000, 7);
	first = got;
	choose_all(100, NULL, 2000, 7);
	cr_expect_eq(memcmp(&first, &got, sizeof(got)), 0);
	choose_all(12, NULL, 2000, 7);
	first = got;
	choose_all(12, NULL, 2000, 8);
	cr_expect_neq(memcmp(&first, &got, sizeof(got)), 0);
}

Test(choose, chance_reaches_the_last_unit)
{
	size_t kept = 0, unlike = 0, n = 0;

	choose_all(65, NULL, 4096 - 1, 3);
	for (size_t i = 2 + 3 * 65; i < got.n; i++)
		if (size_of(i) > 10 && size_of(i) < 55) {
			kept += units_has(got.set[i], 64);
			unlike += units_has(got.set[i], 64) != units_has(got.set[i], 0);
			n++;
		}
	cr_expect(n > 100 && kept > n / 4 && kept < 3 * n / 4, "%zu of %zu", kept, n);
	cr_expect_gt(unlike, n / 4); /* by a chance of its own */
}

/* ---- units that make no difference ---- */

Test(choose, those_that_matter_are_chosen_from)
{
	uint64_t matters[2] = { 0 };
	size_t with = 0;
	struct choose *c;

	units_add(matters, 1);
	units_add(matters, 64);
	units_add(matters, 69);
	c = choose_open(70, matters, 100, 1);
	cr_expect_eq(choose_free_units(c), 3);
	choose_close(c);
	choose_all(70, matters, 100, 1);
	cr_expect_eq(got.n, 8);
	cr_expect_eq(different(), 8);
	for (size_t i = 0; i < got.n; i++) {
		with += units_has(got.set[i], 0);
		cr_expect(!units_has(got.set[i], 0) || size_of(i) == 70);
		cr_expect(units_has(got.set[i], 0) == units_has(got.set[i], 68));
	}
	cr_expect_eq(with, 1);
}

Test(choose, so_they_are_where_not_all_can_be_had)
{
	uint64_t matters[2] = { 0 };

	for (size_t i = 0; i < 40; i += 2)
		units_add(matters, i);
	choose_all(80, matters, 62, 1);
	cr_expect_eq(got.n, 62);
	cr_expect_eq(size_of(1), 80);
	for (size_t i = 2; i < 62; i++)
		for (size_t k = 1; k < 80; k += k < 40 ? 2 : 1)
			cr_expect(!units_has(got.set[i], k), "set %zu unit %zu", i, k);
	cr_expect_eq(size_of(2), 19);
	cr_expect(!units_has(got.set[2], 0));
}

Test(choose, if_none_does_all_are_kept)
{
	const uint64_t none = 0;

	choose_all(5, &none, 100, 1);
	cr_expect_eq(got.n, 1);
	cr_expect_eq(size_of(0), 5);
}

Test(choose, closing_nothing_is_fine)
{
	choose_close(NULL);
}
