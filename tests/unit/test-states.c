// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verdict of a cell once its crash states are known. Caught are a loss that counts twice,
 * as its lines have told it already, and a loss that is taken for another one.
 */
#include "bench/check/states.h"
#include "bench/results/json_get.h"

#include <criterion/criterion.h>

static json_t *cell;

/* Lines of the file that was made as "f" are lost from event 100 to event 200. */
static void start(void)
{
	cell = json_pack("{s:s, s:s, s:[{s:s, s:i, s:i}], s:{s:[]}}", "status", "xfail", "reason",
			 "known", "violations", "file", "f", "since_event", 100, "until_event", 200,
			 "states", "violations");
	cr_assert(cell);
}

static void end(void)
{
	json_decref(cell);
}

TestSuite(states, .init = start, .fini = end);

static json_t *add(const char *rule, const char *name, const char *first_name, int event)
{
	json_t *list = json_object_get(json_object_get(cell, "states"), "violations");
	json_t *v = json_pack("{s:s, s:s, s:s?, s:i, s:n}", "rule", rule, "file", name,
			      "first_name", first_name, "event", event, "known");

	cr_assert(v);
	json_array_append_new(list, v);
	return v;
}

static void decide(void)
{
	states_mark(cell, NULL);
	states_decide(cell);
}

static bool is_told(const json_t *v)
{
	return json_is_true(json_object_get(v, "told_by_lines"));
}

Test(states, what_lines_have_told_counts_once)
{
	json_t *v = add("data", "f", "f", 150);

	decide();
	cr_expect(is_told(v));
	cr_expect_str_eq(text_of(cell, "status"), "xfail");
}

Test(states, under_whatever_name_the_file_is_found)
{
	json_t *v = add("data", "g", "f", 150);

	decide();
	cr_expect(is_told(v));
	cr_expect_str_eq(text_of(cell, "status"), "xfail");
}

Test(states, another_file_of_that_name_is_another_loss)
{
	json_t *v = add("data", "f", "h", 150);

	decide();
	cr_expect(!is_told(v));
	cr_expect_str_eq(text_of(cell, "status"), "fail");
}

Test(states, so_is_one_at_another_time_or_of_another_kind)
{
	json_t *early = add("data", "f", "f", 99), *late = add("data", "f", "f", 201),
	       *size = add("size", "f", NULL, 150);

	decide();
	cr_expect(!is_told(early));
	cr_expect(!is_told(late));
	cr_expect(!is_told(size));
	cr_expect_str_eq(text_of(cell, "status"), "fail");
}
