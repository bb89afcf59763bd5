// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a model that leaves out a kind of work, counts per sample instead of per operation,
 * or takes a time for a count.
 */
#include "tests/unit/compare-fixture.h"

#include "bench/compare/cost_model.h"

#include <errno.h>

TestSuite(cost_model, .fini = release_made);

static const struct cost_model tens = { 1, 10, 100 };

static void set_machine(json_t *cell, int of_ops, int lines, int nt, int fences)
{
	json_object_set_new(cell, "machine",
			    json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "of_ops", of_ops,
				      "instructions", 1, "stores", 1, "lines_written_back", lines,
				      "lines_stored_nt", nt, "fences", fences));
}

Test(cost_model, all_kinds_of_work_per_operation)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);
	double ns[2], flushing[2];

	set_machine(add_cell(a, "w", COUNTS, 1000), 4, 8, 4, 4);
	set_machine(add_cell(b, "w", COUNTS, 2000), 4, 0, 0, 0);
	cr_assert_eq(cost_model_row(&tens, compare_cells(a, b), ns, flushing), 0);
	cr_assert_float_eq(flushing[0], 30 + 100, 1e-9);
	cr_assert_float_eq(ns[0], 1000 + 130, 1e-9);
	cr_assert_float_eq(flushing[1], 0, 1e-9);
	cr_assert_float_eq(ns[1], 2000, 1e-9);
}

Test(cost_model, not_of_what_was_not_counted)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS), *j;
	double ns[2], flushing[2];
	const struct compare_row *row;

	add_cell(a, "w", COUNTS, 1000);
	set_machine(add_cell(b, "w", COUNTS, 2000), 4, 0, 0, 0);
	row = compare_cells(a, b);
	cr_assert_eq(cost_model_row(&tens, row, ns, flushing), -ENODATA);
	j = cost_model_to_json(&tens, row);
	cr_assert(json_is_null(j));
	json_decref(j);
}

Test(cost_model, not_of_times)
{
	json_t *a = make_set(TIMES), *b = make_set(TIMES);
	double ns[2], flushing[2];

	set_machine(add_cell(a, "w", TIMES, 1000), 4, 0, 0, 0);
	set_machine(add_cell(b, "w", TIMES, 2000), 4, 0, 0, 0);
	cr_assert_eq(cost_model_row(&tens, compare_cells(a, b), ns, flushing), -ENODATA);
}

Test(cost_model, what_is_alike_is_not_printed)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	set_machine(add_cell(a, "same", COUNTS, 1000), 1, 1, 0, 0);
	set_machine(add_cell(b, "same", COUNTS, 1000), 1, 1, 0, 0);
	set_machine(add_cell(a, "other", COUNTS, 1000), 1, 1, 0, 0);
	set_machine(add_cell(b, "other", COUNTS, 1101), 1, 1, 0, 0);
	compare_cells(a, b);
	cost_model_print(out, &tens, &result);
	fclose(out);
	cr_assert_null(strstr(text, "same"));
	cr_assert(strstr(text, "ext4 other"));
	cr_assert(strstr(text, "+10.00 %"), "%s", text);
	cr_assert(strstr(text, "A MODEL, NOT A TIME"));
	free(text);
}

Test(cost_model, constants_of_the_user)
{
	static const char *const bad[] = { "",	     "1",	"1,2",	   "1,2,3,4", "1,2,x",
					   "-1,2,3", "1,2,1e9", "nan,1,1", "1,,2" };
	struct cost_model m = tens;

	cr_assert_eq(cost_model_parse("0.25,10,40", &m), 0);
	cr_assert(m.insn == 0.25 && m.line == 10 && m.fence == 40);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(cost_model_parse(bad[i], &m), -EINVAL, "%s", bad[i]);
}
