// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a finding of one side that is not told, one of both that is, a check that is
 * compared with a measurement, and one that was not made taken for one that found nothing.
 */
#include "tests/unit/compare-fixture.h"

#include "bench/compare/compare_findings.h"
#include "bench/compare/compare_print.h"

#include <errno.h>

TestSuite(compare_findings, .fini = release_made);

static json_t *add_check(json_t *set, const char *status)
{
	json_t *cell = add_cell(set, "w", COUNTS, 1);

	json_object_set_new(cell, "lens", json_string("check"));
	json_object_set_new(cell, "samples", json_array());
	json_object_set_new(cell, "violations", json_array());
	set_status(cell, status, "");
	return cell;
}

static void add_violation(json_t *cell, const char *file, const char *fault, const char *op)
{
	json_array_append_new(json_object_get(cell, "violations"),
			      json_pack("{s:s, s:s, s:{s:s}}", "file", file, "fault", fault,
					"promise", "op", op));
}

static void add_state(json_t *cell, const char *file, const char *rule)
{
	json_object_set_new(cell, "states",
			    json_pack("{s:[{s:s, s:s, s:n}]}", "violations", "file", file, "rule",
				      rule, "promise"));
}

static struct json_t *sets[2], *cells[2];

static void make_checks(const char *a, const char *b)
{
	sets[0] = make_set(COUNTS);
	sets[1] = make_set(COUNTS);
	cells[0] = add_check(sets[0], a);
	cells[1] = add_check(sets[1], b);
}

Test(compare_findings, nothing_on_both_is_the_same)
{
	make_checks("pass", "pass");
	cr_assert_eq(compare_cells(sets[0], sets[1])->verdict, COMPARE_SAME);
}

/* Wrong alike, however often. */
Test(compare_findings, the_same_on_both_is_the_same)
{
	make_checks("fail", "xfail");
	add_violation(cells[0], "f0", "not written back", "msync");
	add_violation(cells[0], "f0", "not written back", "msync");
	add_violation(cells[1], "f0", "not written back", "msync");
	cr_assert_eq(compare_cells(sets[0], sets[1])->verdict, COMPARE_SAME);
}

Test(compare_findings, one_more_is_told_with_its_side)
{
	const struct compare_row *row;
	char *text;

	make_checks("fail", "fail");
	add_violation(cells[0], "f0", "not written back", "msync");
	add_violation(cells[1], "f0", "not written back", "msync");
	add_violation(cells[1], "f1", "not drained", "fsync");
	row = compare_cells(sets[0], sets[1]);
	cr_assert_eq(row->verdict, COMPARE_FINDINGS);
	cr_assert(row->other_work[1] && !row->other_work[0]);
	cr_assert(compare_is_regression(row, 0.05));
	text = printed();
	cr_assert(strstr(text, "  only B: f1: not drained, promised by fsync\n"), "%s", text);
	cr_assert_null(strstr(text, "f0"));
	free(text);
}

Test(compare_findings, one_less_is_no_regression)
{
	const struct compare_row *row;

	make_checks("fail", "pass");
	add_violation(cells[0], "f0", "not written back", "msync");
	row = compare_cells(sets[0], sets[1]);
	cr_assert_eq(row->verdict, COMPARE_FINDINGS);
	cr_assert_not(compare_is_regression(row, 0.05));
}

Test(compare_findings, crash_states_too)
{
	make_checks("fail", "pass");
	add_state(cells[0], "", "consistent");
	cr_assert_eq(compare_cells(sets[0], sets[1])->verdict, COMPARE_FINDINGS);
}

Test(compare_findings, what_was_not_judged_found_nothing_and_proves_nothing)
{
	const struct compare_row *row;

	make_checks("pass", "error");
	row = compare_cells(sets[0], sets[1]);
	cr_assert_eq(row->verdict, COMPARE_NOT_RUN);
	cr_assert_eq(compare_exit_code(&result, -1), 3);
}

Test(compare_findings, not_with_a_measurement)
{
	sets[0] = make_set(COUNTS);
	sets[1] = make_set(COUNTS);
	add_check(sets[0], "pass");
	add_cell(sets[1], "w", COUNTS, 1);
	compare_cells(sets[0], sets[1]);
	cr_assert(strstr(result.refused, "daxbench check"));
}

Test(compare_findings, as_json)
{
	json_t *list;

	make_checks("pass", "fail");
	add_violation(cells[1], "f\x01", "hole", "msync");
	list = compare_findings_to_json(compare_cells(sets[0], sets[1]));
	cr_assert_eq(json_array_size(list), 1);
	cr_assert_str_eq(json_string_value(json_object_get(json_array_get(list, 0), "finding")),
			 "f?: hole, promised by msync");
	json_decref(list);
}
