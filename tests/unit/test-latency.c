// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a bucket that is too wide, a quantile one off, an overflow at the ends. */
#include "bench/latency.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(latency, empty_has_no_quantiles)
{
	struct latency *l = latency_new();

	cr_assert_eq(latency_quantile(l, 0.5), 0);
	free(l);
}

Test(latency, small_values_are_exact)
{
	struct latency *l = latency_new();

	for (uint64_t i = 1; i <= 50; i++)
		latency_add(l, i);
	cr_assert_eq(latency_quantile(l, 0.5), 25);
	cr_assert_eq(latency_quantile(l, 0.02), 1);
	cr_assert_eq(latency_quantile(l, 1), 50);
	free(l);
}

Test(latency, every_value_is_within_a_64th)
{
	for (uint64_t v = 1; v && v < UINT64_MAX / 3; v = v * 3 + 1) {
		struct latency *l = latency_new();
		uint64_t q;

		latency_add(l, v);
		latency_add(l, UINT64_MAX);
		q = latency_quantile(l, 0.5);
		cr_assert(q >= v && q - v <= v / 64, "%llu gave %llu", (unsigned long long)v,
			  (unsigned long long)q);
		cr_assert_eq(latency_quantile(l, 1), UINT64_MAX);
		free(l);
	}
}

Test(latency, a_quantile_without_values_is_not_known)
{
	struct latency *l = latency_new();
	json_t *j;

	for (uint64_t i = 0; i < 999; i++)
		latency_add(l, i);
	j = latency_to_json(l);
	cr_assert(json_is_integer(json_object_get(j, "p99")));
	cr_assert(json_is_null(json_object_get(j, "p99_9")));
	json_decref(j);
	latency_add(l, 999);
	j = latency_to_json(l);
	cr_assert(json_is_integer(json_object_get(j, "p99_9")));
	cr_assert(json_is_null(json_object_get(j, "p99_99")));
	json_decref(j);
	free(l);
}

Test(latency, json_holds_the_counts)
{
	struct latency *l = latency_new();
	json_t *j;

	latency_add(l, 10);
	latency_add(l, 10);
	latency_add(l, 5000);
	j = latency_to_json(l);
	cr_assert_eq(json_integer_value(json_object_get(j, "count")), 3);
	cr_assert_eq(json_integer_value(json_object_get(j, "p50")), 10);
	cr_assert_eq(json_integer_value(json_object_get(j, "max")), 5000);
	cr_assert_eq(json_array_size(json_object_get(j, "buckets")), 2);
	json_decref(j);
	free(l);
}
