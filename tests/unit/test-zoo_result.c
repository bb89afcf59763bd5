// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a zoo that is all well though one got away, or though it would have been seen anyway. */
#include "bench/zoo/zoo_result.h"

#include <criterion/criterion.h>

static const struct mutant plain = { .number = 2,
				     .name = (char *)"a",
				     .what = (char *)"what",
				     .trigger.text = (char *)"check x",
				     .expected = ZOO_LINES },
			   equivalent = { .number = 3,
					  .name = (char *)"b",
					  .what = (char *)"what",
					  .trigger.text = (char *)"check x",
					  .equivalent = true,
					  .reason = (char *)"why" };

/* It came to its end, and saw nothing. */
static struct zoo_row row_of(const struct mutant *m)
{
	return (struct zoo_row){ .mutant = m, .with.cells = 1, .without.cells = 1 };
}

Test(zoo_result, caught_by_whom_it_was_to_be)
{
	struct zoo_row row = row_of(&plain);

	cr_expect_eq(zoo_verdict(&row), ZOO_MISSED);
	cr_expect_eq(zoo_exit_code(&row, 1), 1);
	row.with.seen[ZOO_STATES] = 1;
	cr_expect_eq(zoo_verdict(&row), ZOO_OTHERWISE);
	cr_expect_eq(zoo_exit_code(&row, 1), 1);
	row.with.seen[ZOO_LINES] = 1;
	cr_expect_eq(zoo_verdict(&row), ZOO_CAUGHT);
	cr_expect_eq(zoo_exit_code(&row, 1), 0);
	/* A guest that died of it leaves cells that came to no verdict. */
	row.with.failed = 1;
	cr_expect_eq(zoo_verdict(&row), ZOO_CAUGHT);
}

Test(zoo_result, general_commands_may_miss_one)
{
	struct zoo_row row = row_of(&plain);

	row.general = true;
	cr_expect_eq(zoo_verdict(&row), ZOO_MISSED);
	cr_expect_eq(zoo_exit_code(&row, 1), 0);
	row.with.seen[ZOO_STATES] = 1;
	cr_expect_eq(zoo_verdict(&row), ZOO_CAUGHT);
	row.without.seen[ZOO_STATES] = 1;
	cr_expect_eq(zoo_exit_code(&row, 1), 1);
}

Test(zoo_result, an_alarm_where_nothing_is)
{
	struct zoo_row row = row_of(&plain);

	row.with.seen[ZOO_LINES] = row.without.seen[ZOO_LINES] = 1;
	cr_expect_eq(zoo_verdict(&row), ZOO_ALARM);
	cr_expect_eq(zoo_exit_code(&row, 1), 1);
	row = row_of(&equivalent);
	cr_expect_eq(zoo_verdict(&row), ZOO_EQUIVALENT);
	cr_expect_eq(zoo_exit_code(&row, 1), 0);
	row.with.seen[ZOO_KERNEL] = 1;
	cr_expect_eq(zoo_verdict(&row), ZOO_ALARM);
}

Test(zoo_result, what_did_not_run_is_no_verdict)
{
	struct zoo_row row = row_of(&plain);

	row.with.cells = 0;
	cr_expect_eq(zoo_verdict(&row), ZOO_NO_RUN);
	cr_expect_eq(zoo_exit_code(&row, 1), 3);
	row.with.cells = row.with.failed = 1;
	cr_expect_eq(zoo_verdict(&row), ZOO_NO_RUN);
	/* Caught, but maybe as nothing works at all. */
	row = row_of(&plain);
	row.with.seen[ZOO_LINES] = 1;
	row.without.failed = 1;
	cr_expect_eq(zoo_verdict(&row), ZOO_NO_RUN);
	row.without = (struct zoo_findings){ 0 };
	cr_expect_eq(zoo_verdict(&row), ZOO_NO_RUN);
}

Test(zoo_result, a_document_of_all)
{
	struct zoo_row rows[] = { row_of(&plain), row_of(&equivalent) };
	json_t *d, *first;

	rows[0].with.seen[ZOO_LINES] = 4;
	d = zoo_document(rows, 2, "zoo", 1.5);
	cr_assert_not_null(d);
	first = json_array_get(json_object_get(d, "mutants"), 0);
	cr_expect_eq(json_array_size(json_object_get(d, "mutants")), 2);
	cr_expect_str_eq(json_string_value(json_object_get(first, "verdict")), "caught");
	cr_expect_eq(json_integer_value(json_object_get(
			     json_object_get(json_object_get(json_object_get(first, "with"), "by"),
					     "lines"),
			     "count")),
		     4);
	cr_expect_eq(
		json_integer_value(json_object_get(json_object_get(d, "summary"), "equivalent")),
		1);
	json_decref(d);
}
