// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a function that is left out because one side lacks it, a difference that is only
 * one of how many operations were counted, and one that is not named.
 */
#include "tests/unit/compare-fixture.h"

#include "bench/compare/compare_functions.h"

#include <errno.h>

TestSuite(compare_functions, .fini = release_made);

static void set_functions(json_t *cell, int of_ops, int user, json_t *kernel)
{
	json_object_set_new(
		cell, "functions",
		json_pack("{s:i, s:i, s:o}", "of_ops", of_ops, "user", user, "kernel", kernel));
}

/* One cell each, with these functions. */
static const struct compare_row *row_of(int ops_a, json_t *a, int ops_b, json_t *b)
{
	json_t *sets[2] = { make_set(COUNTS), make_set(COUNTS) };

	set_functions(add_cell(sets[0], "w", COUNTS, 100), ops_a, 10 * ops_a, a);
	set_functions(add_cell(sets[1], "w", COUNTS, 100), ops_b, 10 * ops_b, b);
	return compare_cells(sets[0], sets[1]);
}

Test(compare_functions, alike_is_nothing)
{
	const struct compare_row *row = row_of(1, json_pack("{s:i, s:i}", "f", 5, "g", 7), 1,
					       json_pack("{s:i, s:i}", "g", 7, "f", 5));
	struct compare_functions f;

	cr_assert_eq(compare_functions(row, &f), 0);
	cr_assert_eq(f.n, 0);
	cr_assert_eq(f.same, 3);
	cr_assert_eq(f.each[0], 22);
	compare_functions_release(&f);
}

Test(compare_functions, ten_more_in_one_function)
{
	const struct compare_row *row =
		row_of(8, json_pack("{s:i, s:i}", "writeback", 800, "other", 8), 8,
		       json_pack("{s:i, s:i}", "writeback", 880, "other", 8));
	struct compare_functions f;

	cr_assert_eq(compare_functions(row, &f), 0);
	cr_assert_eq(f.n, 1);
	cr_assert_str_eq(f.item[0].name, "writeback");
	cr_assert_eq(f.item[0].each[1] - f.item[0].each[0], 10);
	compare_functions_release(&f);
}

/* Twice the operations and twice the work is the same work; one more is not. */
Test(compare_functions, per_operation_and_exact)
{
	const struct compare_row *row = row_of(3, json_pack("{s:i, s:i}", "f", 30, "g", 31), 6,
					       json_pack("{s:i, s:i}", "f", 60, "g", 61));
	struct compare_functions f;

	cr_assert_eq(compare_functions(row, &f), 0);
	cr_assert_eq(f.n, 1);
	cr_assert_str_eq(f.item[0].name, "g");
	compare_functions_release(&f);
}

Test(compare_functions, one_that_a_side_lacks)
{
	const struct compare_row *row = row_of(1, json_pack("{s:i, s:i}", "f", 5, "gone", 3), 1,
					       json_pack("{s:i, s:i}", "f", 5, "come", 4));
	struct compare_functions f;

	cr_assert_eq(compare_functions(row, &f), 0);
	cr_assert_eq(f.n, 2);
	cr_assert_str_eq(f.item[0].name, "come");
	cr_assert_eq(f.item[0].n[0], 0);
	cr_assert_str_eq(f.item[1].name, "gone");
	compare_functions_release(&f);
}

Test(compare_functions, programs_are_one_of_them)
{
	json_t *sets[2] = { make_set(COUNTS), make_set(COUNTS) };
	struct compare_functions f;

	set_functions(add_cell(sets[0], "w", COUNTS, 1), 1, 10, json_object());
	set_functions(add_cell(sets[1], "w", COUNTS, 1), 1, 12, json_object());
	cr_assert_eq(compare_functions(compare_cells(sets[0], sets[1]), &f), 0);
	cr_assert_eq(f.n, 1);
	cr_assert_str_eq(f.item[0].name, FUNCTIONS_USER);
	compare_functions_release(&f);
}

Test(compare_functions, as_json)
{
	json_t *j = compare_functions_to_json(
		row_of(2, json_pack("{s:i}", "f", 20), 4, json_pack("{s:i}", "f", 44)));
	json_t *differ = json_object_get(j, "differ");

	cr_assert_eq(json_integer_value(json_array_get(json_object_get(j, "of_ops"), 1)), 4);
	cr_assert_eq(json_real_value(json_array_get(json_object_get(j, "each"), 1)), 21);
	cr_assert_eq(json_integer_value(json_object_get(j, "same")), 1);
	cr_assert_eq(json_array_size(differ), 1);
	cr_assert_eq(json_real_value(json_object_get(json_array_get(differ, 0), "difference")), 1);
	json_decref(j);
}

Test(compare_functions, without_is_no_data)
{
	json_t *sets[2] = { make_set(COUNTS), make_set(COUNTS) }, *j;
	const struct compare_row *row;
	struct compare_functions f;

	add_cell(sets[0], "w", COUNTS, 1);
	set_functions(add_cell(sets[1], "w", COUNTS, 1), 1, 1, json_object());
	row = compare_cells(sets[0], sets[1]);
	cr_assert_eq(compare_functions(row, &f), -ENODATA);
	j = compare_functions_to_json(row);
	cr_assert(json_is_null(j));
	json_decref(j);
}

/* No operation at all is a division by none. */
Test(compare_functions, of_no_operation_is_no_data)
{
	struct compare_functions f;

	cr_assert_eq(compare_functions(row_of(0, json_object(), 1, json_object()), &f), -ENODATA);
}

Test(compare_functions, the_rest_is_told)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	row_of(1, json_pack("{s:i, s:i, s:i}", "a", 1, "b", 2, "c", 3), 1,
	       json_pack("{s:i, s:i, s:i}", "a", 101, "b", 12, "c", 4));
	compare_functions_print(out, &result, 1);
	fclose(out);
	cr_assert(strstr(text, "  a "));
	cr_assert_not(strstr(text, "  b "));
	cr_assert(strstr(text, "  2 more "));
	cr_assert(strstr(text, "+11.00"));
	free(text);
}
