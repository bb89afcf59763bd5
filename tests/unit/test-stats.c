// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Known answers come from tests/unit/stats-reference.py (numpy and scipy),
 * which lint runs against a fresh build too. They catch a wrong quantile rule,
 * a biased draw, an interval that is too wide or too narrow.
 */
#include "bench/stats.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define ASSERT_NEAR(a, b, eps) cr_assert(fabs((a) - (b)) <= (eps), "%.17g is not %.17g", a, b)

Test(stats, quantile_is_type_7)
{
	const double v[] = { 1, 2, 3, 4 };

	ASSERT_NEAR(stats_quantile_sorted(v, 4, 0), 1, 0);
	ASSERT_NEAR(stats_quantile_sorted(v, 4, 0.25), 1.75, 1e-15);
	ASSERT_NEAR(stats_quantile_sorted(v, 4, 0.5), 2.5, 0);
	ASSERT_NEAR(stats_quantile_sorted(v, 4, 1), 4, 0);
	ASSERT_NEAR(stats_quantile_sorted(v, 1, 0.9), 1, 0);
}

Test(stats, refuses_what_is_no_sample)
{
	const double nan_in[] = { 1, NAN, 2 }, inf_in[] = { 1, INFINITY };
	struct stats_summary s = { .median = 42 };

	cr_assert_eq(stats_summarise(NULL, 0, 1, &s), -EINVAL);
	cr_assert_eq(stats_summarise(nan_in, 3, 1, &s), -EINVAL);
	cr_assert_eq(stats_summarise(inf_in, 2, 1, &s), -EINVAL);
	cr_assert_eq(s.median, 42, "untouched on failure");
}

Test(stats, equal_values_have_no_interval)
{
	const double v[] = { 7, 7, 7 };
	struct stats_summary s;

	cr_assert_eq(stats_summarise(v, 3, 1, &s), 0);
	cr_assert_eq(s.median, 7);
	cr_assert_eq(s.ci_low, 7);
	cr_assert_eq(s.ci_high, 7);
	cr_assert_eq(s.mad, 0);
}

Test(stats, one_value_and_large_ones)
{
	const double one[] = { 3.5 }, large[] = { 1e300, 2e300, 1.5e300 };
	struct stats_summary s;

	cr_assert_eq(stats_summarise(one, 1, 1, &s), 0);
	cr_assert_eq(s.median, 3.5);
	cr_assert_eq(stats_summarise(large, 3, 1, &s), 0);
	cr_assert_eq(s.median, 1.5e300);
	cr_assert(isfinite(s.ci_low) && isfinite(s.ci_high));
}

Test(stats, same_seed_same_digits)
{
	double v[50];
	struct stats_summary a, b, c;

	for (int i = 0; i < 50; i++)
		v[i] = (i * 37 % 50) + 0.25 * i;
	cr_assert_eq(stats_summarise(v, 50, 5, &a), 0);
	cr_assert_eq(stats_summarise(v, 50, 5, &b), 0);
	cr_assert_eq(stats_summarise(v, 50, 6, &c), 0);
	cr_assert(a.ci_low == b.ci_low && a.ci_high == b.ci_high);
	cr_assert(a.ci_low <= a.median && a.median <= a.ci_high);
	cr_assert_eq(a.median, c.median);
}

Test(stats, below_is_fair)
{
	struct stats_rng rng;
	unsigned int seen[7] = { 0 };

	stats_rng_seed(&rng, 1);
	for (int i = 0; i < 70000; i++)
		seen[stats_rng_below(&rng, 7)]++;
	for (int i = 0; i < 7; i++)
		cr_assert(seen[i] > 9600 && seen[i] < 10400, "%d came %u times", i, seen[i]);
}

/*
 * { "values": [...], "median", "mad", "q25", "ci": [low, high], "tolerance" }:
 * the interval is another bootstrap's, so it is compared with a tolerance.
 */
Test(stats, agrees_with_scipy)
{
	json_t *cases = json_load_file("tests/unit/stats-reference.json", 0, NULL), *c;
	size_t i;

	cr_assert(json_array_size(cases) >= 5);
	json_array_foreach(cases, i, c) {
		json_t *values = json_object_get(c, "values");
		size_t n = json_array_size(values);
		double *v = calloc(n, sizeof(*v)), eps;
		struct stats_summary s;

		for (size_t k = 0; k < n; k++)
			v[k] = json_number_value(json_array_get(values, k));
		cr_assert_eq(stats_summarise(v, n, 1, &s), 0);
		eps = json_number_value(json_object_get(c, "tolerance"));
		ASSERT_NEAR(s.median, json_number_value(json_object_get(c, "median")), 1e-9);
		ASSERT_NEAR(s.mad, json_number_value(json_object_get(c, "mad")), 1e-9);
		ASSERT_NEAR(s.ci_low,
			    json_number_value(json_array_get(json_object_get(c, "ci"), 0)), eps);
		ASSERT_NEAR(s.ci_high,
			    json_number_value(json_array_get(json_object_get(c, "ci"), 1)), eps);
		free(v);
	}
	json_decref(cases);
}
