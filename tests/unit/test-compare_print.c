// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a figure without its mark, a difference that is not told, and a table that is garbled. */
#include "bench/compare/compare_print.h"
#include "bench/compare/cost_model.h"
#include "tests/unit/compare-fixture.h"

TestSuite(compare_print, .fini = release_made);

static const struct cost_model model = { 0.33, 28, 62 };

static void expect(const char *want)
{
	char *text = printed();

	cr_assert_str_eq(text, want);
	free(text);
}

Test(compare_print, counts)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);
	json_t *cell;

	add_cell(a, "null", COUNTS, 3);
	add_cell(b, "null", COUNTS, 3);
	set_counts(add_cell(a, "fsync-after-read", COUNTS, 6156690), 1, 1000, 1000);
	set_counts(add_cell(b, "fsync-after-read", COUNTS, 5718663.5), 1, 1000, 0);
	add_cell(a, "pte-read", COUNTS, 1000);
	add_cell(b, "pte-read", COUNTS, 1002);
	add_cell(a, "pmd-store", COUNTS, 100);
	cell = add_cell(b, "pmd-store", COUNTS, 90);
	set_status(cell, "fail", "of 8 operations:\n8 PTE faults");
	set_param(add_cell(a, "only-here", COUNTS, 7), "pages", 64);
	compare_cells(a, b);
	expect("A: 6.1 (Linux 6.12.1), 1 boot\n"
	       "B: 6.12 (Linux 6.12.1), 1 boot\n"
	       "WORKLOAD           FS           A         B    B - A  B / A VERDICT\n"
	       "null               ext4         3         3        0 1.0000 same\n"
	       "fsync-after-read   ext4 6 156 690 5 718 663 -438 026 0.9289 fewer\n"
	       "pte-read           ext4     1 000     1 002       +2 1.0020 within 0.5 %\n"
	       "pmd-store          ext4       100       90!      -10      - other work\n"
	       "only-here pages=64 ext4         7         -        -      - not in B\n"
	       "ext4 fsync-after-read: entries_written_back: A 1000 of 1 operations, B 0 of 1\n"
	       "ext4 pmd-store: B: fail: of 8 operations: 8 PTE faults\n"
	       "5 rows: 1 same, 1 equivalent, 1 fewer, 1 other work, 1 missing\n"
	       "note: instructions counted by the emulator, kernel and user; not a time\n");
}

/* Two runs of a set of workloads each: where they overlap, that is said. */
Test(compare_print, other_command_lines)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);
	char *text;

	add_cell(a, "w", COUNTS, 1);
	add_cell(b, "w", COUNTS, 1);
	json_object_set_new(a, "command", json_pack("[s, s]", "daxbench", "run"));
	json_object_set_new(b, "command", json_pack("[s, s, s]", "daxbench", "run", "w"));
	compare_cells(a, b);
	text = printed();
	cr_assert_not_null(strstr(text, "not of the same command line"), "%s", text);
	free(text);
}

Test(compare_print, times)
{
	const double a[] = { 100, 100.1, 100, 100.1 }, b[] = { 120, 120, 120, 120 };
	struct compare_side base = boots_of("6.1", 4, a), other = boots_of("6.12", 4, b);

	compare(&base, &other);
	expect("A: 6.1 (Linux 6.12.1), 4 boots\n"
	       "B: 6.12 (Linux 6.12.1), 4 boots\n"
	       "WORKLOAD FS        A      B  B / A          95 % CONTROL VERDICT\n"
	       "w        ext4 100 ns 120 ns 1.1994 1.1988-1.2000  1.0010 slower\n"
	       "1 row: 1 slower\n"
	       "note: emulated CPU: these times are the emulator's, not pmem hardware's\n"
	       "note: control: every other boot of A against the rest of A\n");
}

Test(compare_print, refused)
{
	json_t *a = make_set(COUNTS), *b = make_set(TIMES);

	add_cell(a, "w", COUNTS, 1);
	add_cell(b, "w", TIMES, 1);
	compare_cells(a, b);
	expect("A: 6.1 (Linux 6.12.1), 1 boot\n"
	       "B: 6.12 (Linux 6.12.1), 1 boot\n"
	       "cannot be compared: units: insn against ns\n");
}

/* What others wrote reaches no terminal as it is. */
Test(compare_print, control_characters)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);
	char *text;

	set_status(add_cell(a, "w", COUNTS, 1), "skip", "\033[2Jgone");
	json_object_set_new(json_array_get(json_object_get(a, "results"), 0), "fs",
			    json_string("x\033c"));
	add_cell(b, "w", COUNTS, 1);
	json_object_set_new(json_object_get(json_object_get(b, "environment"), "kernel"), "release",
			    json_string("6\r\n7"));
	compare_cells(a, b);
	text = printed();
	cr_assert_null(strchr(text, '\033'));
	cr_assert_null(strchr(text, '\r'));
	free(text);
}

Test(compare_print, json)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS), *j, *row,
	       *command = json_pack("[s]", "x");

	set_counts(add_cell(a, "w", COUNTS, 10), 1, 1, 1);
	set_counts(add_cell(b, "w", COUNTS, 13), 1, 1, 0);
	add_cell(b, "new", COUNTS, 1);
	compare_cells(a, b);
	j = compare_document(command, &standard,
			     json_pack("[o, o]", compare_side_to_json(result.base),
				       compare_side_to_json(result.other)),
			     json_pack("[o]", compare_to_json(&result, &model)));
	cr_assert_not_null(j);
	row = json_array_get(
		json_object_get(json_array_get(json_object_get(j, "comparisons"), 0), "rows"), 0);
	cr_assert_eq(json_integer_value(json_object_get(row, "difference")), 3);
	cr_assert_str_eq(json_string_value(json_object_get(row, "verdict")), "more");
	cr_assert_eq(json_array_size(json_object_get(row, "counts")), 1);
	cr_assert(json_is_null(json_object_get(row, "ci95")), "counts have none");
	row = json_array_get(
		json_object_get(json_array_get(json_object_get(j, "comparisons"), 0), "rows"), 1);
	cr_assert(json_is_null(json_array_get(json_object_get(row, "sides"), 0)));
	cr_assert_eq(json_integer_value(json_object_get(
			     json_array_get(json_object_get(row, "sides"), 1), "value")),
		     1);
	json_decref(j);
	json_decref(command);
}

/* A reason that is cut in the middle of a letter is still JSON. */
Test(compare_print, json_of_long_reasons)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS), *j;
	char reason[400];

	for (size_t i = 0; i + 2 < sizeof(reason); i += 2)
		memcpy(reason + i, "\xc3\xa9", 3);
	memmove(reason + 1, reason, sizeof(reason) - 2);
	reason[0] = 'x';
	reason[sizeof(reason) - 1] = '\0';
	set_status(add_cell(a, "w", COUNTS, 1), "skip", reason);
	add_cell(b, "w", COUNTS, 1);
	compare_cells(a, b);
	j = compare_to_json(&result, &model);
	cr_assert_not_null(j);
	json_decref(j);
}
