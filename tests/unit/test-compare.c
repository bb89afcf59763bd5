// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a row that is silently left out, one that is compared with another, and a cell
 * that is there twice.
 */
#include "tests/unit/compare-fixture.h"

#include <errno.h>

TestSuite(compare, .fini = release_made);

static const struct compare_row *row_of(const char *workload)
{
	for (size_t i = 0; i < result.n_rows; i++) {
		const struct compare_row *row = &result.rows[i];
		const struct results_cell *cell = row->cell[0] ? row->cell[0] : row->cell[1];

		if (!strcmp(cell->workload, workload))
			return row;
	}
	cr_assert_fail("no row %s", workload);
	return NULL;
}

Test(compare, all_rows_of_both)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);

	add_cell(a, "both", COUNTS, 10);
	add_cell(a, "gone", COUNTS, 10);
	add_cell(b, "new", COUNTS, 10);
	add_cell(b, "both", COUNTS, 10);
	compare_cells(a, b);
	cr_assert_eq(result.n_rows, 3);
	cr_assert_eq(row_of("both")->verdict, COMPARE_SAME);
	cr_assert_eq(row_of("gone")->verdict, COMPARE_MISSING);
	cr_assert_str_eq(row_of("gone")->why, "B does not have it");
	cr_assert(row_of("gone")->known[0] && !row_of("gone")->known[1]);
	cr_assert_str_eq(row_of("new")->why, "A does not have it");
	cr_assert_eq(row_of("new")->value[1], 10);
	cr_assert_eq(result.of[COMPARE_MISSING], 2);
	cr_assert_eq(result.of[COMPARE_SAME], 1);
}

Test(compare, parameters_tell_rows_apart)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);

	set_param(add_cell(a, "w", COUNTS, 1), "pages", 1);
	set_param(add_cell(a, "w", COUNTS, 2), "pages", 2);
	set_param(add_cell(b, "w", COUNTS, 2), "pages", 2);
	set_param(add_cell(b, "w", COUNTS, 1), "pages", 1);
	compare_cells(a, b);
	cr_assert_eq(result.n_rows, 2);
	cr_assert_eq(result.of[COMPARE_SAME], 2);
}

/* One of each, with other parameters: that is why they are not compared. */
Test(compare, other_parameters_are_refused)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);
	const struct compare_row *row;

	set_param(add_cell(a, "w", COUNTS, 1), "pages", 1);
	set_param(add_cell(b, "w", COUNTS, 1), "pages", 2);
	row = compare_cells(a, b);
	cr_assert_eq(result.n_rows, 1);
	cr_assert_eq(row->verdict, COMPARE_REFUSED);
	cr_assert_str_eq(row->why, "parameters: {\"pages\":1} against {\"pages\":2}");
	cr_assert_not(row->have_ratio);
}

/* With several on a side nobody knows which was meant: each is missing. */
Test(compare, several_other_parameters_are_missing)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);

	set_param(add_cell(a, "w", COUNTS, 1), "pages", 1);
	set_param(add_cell(b, "w", COUNTS, 1), "pages", 2);
	set_param(add_cell(b, "w", COUNTS, 1), "pages", 3);
	compare_cells(a, b);
	cr_assert_eq(result.of[COMPARE_MISSING], 3);
}

/* The second boot has a row that the first was killed before. */
Test(compare, a_row_of_any_boot)
{
	json_t *a = make_set(TIMES), *second = make_set(TIMES), *b = make_set(TIMES);
	struct compare_side base, other;

	add_cell(a, "w", TIMES, 1);
	add_cell(second, "w", TIMES, 1);
	add_cell(second, "late", TIMES, 1);
	add_cell(b, "w", TIMES, 1);
	add_cell(b, "late", TIMES, 1);
	base = side_of("6.1", a);
	read_set(second);
	base.n_sets = 2;
	other = side_of("6.12", b);
	compare(&base, &other);
	cr_assert_eq(result.n_rows, 2);
	cr_assert_eq(row_of("late")->boots[0], 1);
	cr_assert_eq(row_of("w")->boots[0], 2);
}

static bool wants_b(void *data, const struct results_cell *cell)
{
	(void)data;
	return !strcmp(cell->workload, "b");
}

Test(compare, only_what_is_wanted)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);

	add_cell(a, "a", COUNTS, 1);
	add_cell(a, "b", COUNTS, 1);
	add_cell(b, "b", COUNTS, 1);
	add_cell(b, "c", COUNTS, 1);
	standard.wanted = wants_b;
	compare_cells(a, b);
	standard.wanted = NULL;
	cr_assert_eq(result.n_rows, 1);
	cr_assert_eq(result.of[COMPARE_SAME], 1);
}

Test(compare, a_cell_that_is_there_twice)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);
	struct compare_side base, other;

	add_cell(a, "w", COUNTS, 1);
	add_cell(b, "w", COUNTS, 1);
	add_cell(b, "w", COUNTS, 2);
	base = side_of("a", a);
	other = side_of("b", b);
	cr_assert_eq(compare_sides(&base, &other, &standard, &result, &error), -EBADMSG);
	cr_assert_str_eq(error.object, "b");
	cr_assert_not_null(strstr(error.what, "twice"), "%s", error.what);
	cr_assert_null(result.rows);
}

Test(compare, too_many_cells)
{
	json_t *a = make_set(COUNTS);
	struct compare_side base;

	for (int i = 0; i <= COMPARE_MAX_CELLS; i++)
		set_param(add_cell(a, "w", COUNTS, 1), "n", i);
	base = side_of("a", a);
	cr_assert_eq(compare_sides(&base, &base, &standard, &result, &error), -EBADMSG);
}

/* A machine that differs: no row at all, and the reason. */
Test(compare, refused_as_a_whole)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);

	add_cell(a, "w", COUNTS, 1);
	add_cell(b, "w", COUNTS, 1);
	json_object_set_new(json_object_get(json_object_get(b, "environment"), "emulation"), "qemu",
			    json_string("7.2"));
	compare_cells(a, b);
	cr_assert_eq(result.n_rows, 0);
	cr_assert_str_eq(result.refused, "QEMU: 10.0.2 against 7.2");
}

Test(compare, sets_of_one_side_must_be_alike)
{
	json_t *a = make_set(TIMES), *second = make_set(TIMES), *b = make_set(TIMES);
	struct compare_side base, other;

	json_object_set_new(json_object_get(json_object_get(second, "environment"), "emulation"),
			    "accel", json_string("kvm"));
	base = side_of("6.1", a);
	read_set(second);
	base.n_sets = 2;
	other = side_of("6.12", b);
	compare(&base, &other);
	cr_assert_str_eq(result.refused, "accelerator: tcg against kvm");
}
