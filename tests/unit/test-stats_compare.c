// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Known answers come from tests/unit/stats-reference.py: scipy's Mann-Whitney test, and
 * intervals found by turning it round. They catch an interval that is too narrow or too
 * wide by one rank, sides that are exchanged, and "equivalent" said too soon.
 */
#include "bench/compare/stats_compare.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <math.h>

#define ASSERT_NEAR(a, b, eps) cr_assert(fabs((a) - (b)) <= (eps), "%.17g is not %.17g", a, b)

static size_t figures(const json_t *c, const char *name, double v[STATS_COMPARE_MAX])
{
	const json_t *list = json_object_get(c, name);
	size_t n = json_array_size(list);

	cr_assert(n && n <= STATS_COMPARE_MAX);
	for (size_t i = 0; i < n; i++)
		v[i] = json_number_value(json_array_get(list, i));
	return n;
}

static void check_interval(const json_t *want, bool known, double low, double high)
{
	cr_assert_eq(known, json_is_array(want));
	if (!known)
		return;
	ASSERT_NEAR(low, json_number_value(json_array_get(want, 0)), 1e-9);
	ASSERT_NEAR(high, json_number_value(json_array_get(want, 1)), 1e-9);
}

Test(stats_compare, agrees_with_scipy)
{
	json_t *cases = json_load_file("tests/unit/stats-compare-reference.json", 0, NULL), *c;
	size_t i;

	cr_assert(json_array_size(cases) >= 9);
	json_array_foreach(cases, i, c) {
		double a[STATS_COMPARE_MAX], b[STATS_COMPARE_MAX];
		size_t n = figures(c, "a", a), m = figures(c, "b", b);
		struct stats_ratio r;

		cr_assert_eq(stats_ratio(a, n, b, m, &r), 0);
		ASSERT_NEAR(r.ratio, json_number_value(json_object_get(c, "ratio")), 1e-9);
		ASSERT_NEAR(r.p, json_number_value(json_object_get(c, "p")), 1e-9);
		if (json_is_true(json_object_get(c, "ties")))
			continue;
		check_interval(json_object_get(c, "ci95"), r.interval, r.low, r.high);
		check_interval(json_object_get(c, "ci90"), r.interval90, r.low90, r.high90);
		cr_assert_eq(stats_equivalent(&r, json_number_value(json_object_get(c, "share"))),
			     json_is_true(json_object_get(c, "equivalent")), "case %zu", i);
	}
	json_decref(cases);
}

/* By hand: of 70 choices of 4 in 8 one has U = 0, 1 / 70 is under 0.025 and 2 / 70 is not. */
Test(stats_compare, cuts)
{
	cr_assert_eq(stats_mann_whitney_cut(4, 4, 0.05), 1);
	cr_assert_eq(stats_mann_whitney_cut(4, 4, 2.0 / 70), 1, "at most, not below");
	cr_assert_eq(stats_mann_whitney_cut(3, 3, 0.05), 0, "1 / 20 is too much");
	cr_assert_eq(stats_mann_whitney_cut(3, 3, 0.10), 1);
	cr_assert_eq(stats_mann_whitney_cut(1, 1, 0.05), 0);
}

/* Where counting out ends, what is taken for normal goes on from there. */
Test(stats_compare, large_groups_join_the_small_ones)
{
	size_t counted = stats_mann_whitney_cut(24, 24, 0.05);
	size_t normal = stats_mann_whitney_cut(25, 25, 0.05);

	cr_assert(normal > counted && normal - counted < 24, "%zu, %zu", counted, normal);
	cr_assert_eq(counted, 193, "tables have 192 as the largest U that rejects");
}

Test(stats_compare, equal_figures)
{
	const double a[] = { 7, 7, 7, 7 };
	struct stats_ratio r;

	cr_assert_eq(stats_ratio(a, 4, a, 4, &r), 0);
	cr_assert_eq(r.ratio, 1);
	cr_assert(r.interval && r.low == 1 && r.high == 1);
	cr_assert_eq(r.p, 1);
	cr_assert(stats_equivalent(&r, 0.005));
	cr_assert_not(stats_equivalent(&r, 0), "within nothing is nothing");
}

Test(stats_compare, sides)
{
	const double a[] = { 10, 11, 12, 13 }, b[] = { 20, 22, 24, 26 };
	struct stats_ratio ab, ba;

	cr_assert_eq(stats_ratio(a, 4, b, 4, &ab), 0);
	cr_assert_eq(stats_ratio(b, 4, a, 4, &ba), 0);
	ASSERT_NEAR(ab.ratio, 2, 1e-12);
	ASSERT_NEAR(ba.ratio, 0.5, 1e-12);
	ASSERT_NEAR(ab.low * ba.high, 1, 1e-12);
	cr_assert(ab.low > 1 && ba.high < 1);
	ASSERT_NEAR(ab.p, 2.0 / 70, 1e-12);
}

Test(stats_compare, what_has_no_ratio)
{
	const double good[] = { 1, 2 }, zero[] = { 1, 0 }, less[] = { -1, 1 },
		     nan_in[] = { 1, NAN }, inf_in[] = { INFINITY, 1 };
	double many[STATS_COMPARE_MAX + 1];
	struct stats_ratio r;

	for (size_t i = 0; i < STATS_COMPARE_MAX + 1; i++)
		many[i] = 1 + (double)i;
	cr_assert_eq(stats_ratio(good, 2, zero, 2, &r), -EINVAL);
	cr_assert_eq(stats_ratio(less, 2, good, 2, &r), -EINVAL);
	cr_assert_eq(stats_ratio(good, 2, nan_in, 2, &r), -EINVAL);
	cr_assert_eq(stats_ratio(inf_in, 2, good, 2, &r), -EINVAL);
	cr_assert_eq(stats_ratio(good, 0, good, 2, &r), -EINVAL);
	cr_assert_eq(stats_ratio(many, STATS_COMPARE_MAX + 1, good, 2, &r), -EINVAL);
	cr_assert_eq(stats_ratio(many, STATS_COMPARE_MAX, many, STATS_COMPARE_MAX, &r), 0);
	cr_assert(r.interval && r.low < 1 && r.high > 1);
}
