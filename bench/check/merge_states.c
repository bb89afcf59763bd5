// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/merge_states.h"
#include "bench/check/states.h"
#include "bench/results/cell_status.h"
#include "bench/results/json_get.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- counts ---- */

/* "1026" or "2^65.6", as a power of two. */
static double log2_of(const char *possible)
{
	if (!strncmp(possible, "2^", 2))
		return strtod(possible + 2, NULL);
	return log2(strtod(possible, NULL));
}

static bool is_power(const char *possible)
{
	return !strncmp(possible, "2^", 2);
}

/* Exactly while both are, and the sum is a number that one can read. */
static json_t *add_possible(const char *a, const char *b)
{
	double x = log2_of(a), y = log2_of(b), more = fmax(x, y), less = fmin(x, y);
	long double sum;

	if (!is_power(a) && !is_power(b)) {
		sum = strtold(a, NULL) + strtold(b, NULL);
		if (sum < 1e15L)
			return json_sprintf("%.0Lf", sum);
	}
	return json_sprintf("2^%.1f", isinf(less) ? more : more + log2(1 + exp2(less - more)));
}

/* A file may say anything. */
static json_t *sum_of(const json_t *a, const json_t *b, const char *member)
{
	int64_t sum;

	if (__builtin_add_overflow(number_of(a, member), number_of(b, member), &sum))
		sum = INT64_MAX;
	return json_integer(sum);
}

static json_t *real_sum_of(const json_t *a, const json_t *b, const char *member)
{
	return json_real(json_number_value(json_object_get(a, member)) +
			 json_number_value(json_object_get(b, member)));
}

/* The numbers of an object, each to that of the same name. */
static void add_numbers(json_t *to, const json_t *from)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(to, next, name, value)
	{
		if (json_is_integer(value))
			json_object_set_new(to, name, sum_of(to, from, name));
		else if (json_is_real(value))
			json_object_set_new(to, name, real_sum_of(to, from, name));
	}
}

static void add_counts(json_t *to, const json_t *from)
{
	static const char *const sums[] = { "run",    "unique",		"outcomes",
					    "spared", "contradicted",	"points_decided",
					    "points", "points_left_out" };
	static const char *const groups[] = { "recrash", "recovery" };

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++)
		json_object_set_new(to, sums[i], sum_of(to, from, sums[i]));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		add_numbers(json_object_get(to, groups[i]), json_object_get(from, groups[i]));
	if (number_of(from, "units_max") > number_of(to, "units_max"))
		json_object_set_new(to, "units_max", json_integer(number_of(from, "units_max")));
	json_object_set_new(to, "possible",
			    add_possible(text_of(to, "possible"), text_of(from, "possible")));
	json_object_set_new(to, "seconds", real_sum_of(to, from, "seconds"));
}

/* ---- violations ---- */

static bool same_text(const json_t *a, const json_t *b, const char *member)
{
	return !strcmp(text_of(a, member), text_of(b, member));
}

/* Or both have none. */
static bool same_member(const json_t *a, const json_t *b, const char *member)
{
	const json_t *x = json_object_get(a, member), *y = json_object_get(b, member);

	return x == y || json_equal(x, y);
}

/* As explore_is_alike() has it. */
static bool is_alike(const json_t *a, const json_t *b)
{
	const char *rule = text_of(a, "rule");
	bool any_offset = !strcmp(rule, oracle_rule_names[ORACLE_DATA]) ||
			  !strcmp(rule, oracle_rule_names[ORACLE_FOREIGN]);

	return same_text(a, b, "rule") && same_text(a, b, "file") && same_member(a, b, "promise") &&
	       (any_offset || number_of(a, "offset") == number_of(b, "offset")) &&
	       (text_of(a, "file")[0] || same_text(a, b, "what"));
}

/* Where it belongs among @list, which is in the order of time: behind those of the same event. */
static size_t place_of(const json_t *list, const json_t *v)
{
	size_t i = json_array_size(list);

	while (i && number_of(json_array_get(list, i - 1), "event") > number_of(v, "event"))
		i--;
	return i;
}

/* The first in time stays, and counts the states of both. */
static void add_violation(json_t *list, const json_t *v)
{
	json_t *fresh = json_deep_copy(v), *old;
	size_t i;

	json_array_foreach(list, i, old) {
		if (!is_alike(old, v))
			continue;
		json_object_set_new(fresh, "states", sum_of(old, v, "states"));
		json_object_set_new(fresh, "torn",
				    json_boolean(json_is_true(json_object_get(old, "torn")) &&
						 json_is_true(json_object_get(v, "torn"))));
		if (number_of(old, "event") <= number_of(v, "event")) {
			json_object_set(old, "states", json_object_get(fresh, "states"));
			json_object_set(old, "torn", json_object_get(fresh, "torn"));
			json_decref(fresh);
			return;
		}
		json_array_remove(list, i);
		break;
	}
	json_array_insert_new(list, place_of(list, fresh), fresh);
}

/* ---- cells ---- */

/* What shards of one run have in common. */
static int check_same(const json_t *a, const json_t *b, struct err *e)
{
	static const char *const members[] = { "run",	 "workload", "fs",
					       "params", "check",    "violations" };
	static const char *const of_states[] = { "budget", "total", "atomic", "lines", "none" };
	const json_t *x = json_object_get(a, "states"), *y = json_object_get(b, "states");

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!same_member(a, b, members[i]))
			return err_set(e, -EINVAL, "shards", "are of runs that differ: %s",
				       members[i]);
	for (size_t i = 0; i < sizeof(of_states) / sizeof(of_states[0]); i++)
		if (json_is_object(x) && json_is_object(y) && !same_member(x, y, of_states[i]))
			return err_set(e, -EINVAL, "shards", "differ in their crash states: %s",
				       of_states[i]);
	return 0;
}

/* What could not be explored to its end is no pass of the whole. */
static void add_error(json_t *cell, const json_t *part)
{
	if (!strcmp(text_of(part, "status"), "error") &&
	    strcmp(text_of(cell, "status"), "fail") != 0)
		cell_set_status(cell, "error", "%s", text_of(part, "reason"));
}

static bool was_explored(const json_t *cell)
{
	return json_is_object(json_object_get(json_object_get(cell, "states"), "lines"));
}

static json_t *add_all(const json_t *const cells[], size_t n)
{
	json_t *cell = NULL, *states = NULL, *list = json_array();

	for (size_t i = 0; i < n; i++) {
		const json_t *part = json_object_get(cells[i], "states"), *v;
		size_t k;

		if (!was_explored(cells[i]))
			continue;
		if (!cell) {
			cell = json_deep_copy(cells[i]);
			states = json_object_get(cell, "states");
		} else {
			add_counts(states, part);
		}
		json_array_foreach(json_object_get(part, "violations"), k, v)
			add_violation(list, v);
	}
	if (cell) {
		json_object_set(states, "violations", list);
		states_decide(cell);
	}
	json_decref(list);
	return cell ? cell : json_deep_copy(cells[0]);
}

int merge_states(const json_t *const cells[], size_t n, json_t **ret, struct err *e)
{
	json_t *cell;
	int r = 0;

	for (size_t i = 1; !r && i < n; i++)
		r = check_same(cells[0], cells[i], e);
	if (r)
		return r;
	cell = add_all(cells, n);
	if (!cell)
		return err_sys(e, -ENOMEM, "shards", "merge");
	for (size_t i = 0; i < n; i++)
		add_error(cell, cells[i]);
	*ret = cell;
	return 0;
}
