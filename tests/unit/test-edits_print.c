// SPDX-License-Identifier: GPL-2.0-or-later
/* Edits over all cells as text. */
#include "bench/check/edits.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char *text;
static size_t length;

static json_t *kind(int tried, int caught, int wrong, const char *reason, int explained)
{
	return json_pack("{s:i, s:i, s:i, s:{s:i}}", "tried", tried, "caught", caught, "wrong",
			 wrong, "explained", reason, explained);
}

/* Of one cell: flushes as they are given; of each other kind none. */
static json_t *cell(const char *fs, json_t *flush)
{
	json_t *missed = json_pack("[{s:s, s:i, s:{s:s, s:i, s:i}, s:s}]", "kind", "flush", "event",
				   77, "during", "op", "fsync", "worker", 0, "record", 3, "reason",
				   "not noticed");
	json_t *found = json_pack("[{s:s, s:i, s:n, s:s, s:[{s:s, s:s, s:{s:s, s:i, s:i}},"
				  "{s:s, s:s, s:n}]}]",
				  "kind", "block", "event", 99, "during", "of", "a-file", "blamed",
				  "rule", "data", "file", "b-file", "promise", "op", "sync",
				  "worker", 0, "record", 5, "rule", "consistent", "file", "",
				  "promise");

	return json_pack("{s:s, s:s, s:{s:{s:o, s:o, s:o}}}", "fs", fs, "workload", "w", "states",
			 "edits", "flush", flush, "missed", missed, "found", found);
}

static const char *printed(json_t *results, bool verbose)
{
	FILE *out = open_memstream(&text, &length);

	cr_assert(out);
	edits_print(out, results, verbose);
	fclose(out);
	json_decref(results);
	return text;
}

static void forget(void)
{
	free(text);
	text = NULL;
}

TestSuite(edits_print, .fini = forget);

Test(edits_print, nothing_where_none_were_made)
{
	cr_expect_str_eq(printed(json_pack("[{s:n}, {s:{}}]", "states", "states"), true), "");
}

Test(edits_print, a_kind_is_one_line_over_all_cells)
{
	cr_expect_str_eq(
		printed(json_pack("[o, o]", cell("ext4", kind(3, 3, 0, "the same bytes", 0)),
				  cell("xfs", kind(5, 1, 0, "not noticed", 4))),
			false),
		"\nEDITS    TRIED CAUGHT\n"
		"  flush      8      4   50 %  0 the same bytes, 4 not noticed\n");
}

Test(edits_print, what_was_missed_is_told_with_its_place)
{
	cr_expect(strstr(
		printed(json_pack("[o]", cell("xfs", kind(5, 1, 0, "not noticed", 4))), true),
		"  xfs w: flush at event 77, in fsync: not noticed\n"));
}

Test(edits_print, what_was_caught_is_told_with_who_is_to_blame)
{
	cr_expect(strstr(
		printed(json_pack("[o]", cell("xfs", kind(5, 1, 0, "not noticed", 4))), true),
		"  xfs w: block at event 99, of a-file: caught\n"
		"      data        b-file, promised by sync #5\n"
		"      consistent  the file system\n"));
}

Test(edits_print, a_checker_that_is_wrong_says_so)
{
	cr_expect(strstr(
		printed(json_pack("[o]", cell("xfs", kind(5, 5, 2, "not noticed", 0))), false),
		"  2 caught that make no difference, or none there: the checker is wrong\n"));
}
