// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a regression that passes, and a comparison that was not made and does. */
#include "bench/cmd/say.h"
#include "tests/unit/compare-fixture.h"

static struct results_cell passed = { .r = { .status = STATUS_PASS } };
static struct results_cell skipped = { .r = { .status = STATUS_SKIP } };

static int code_of(struct compare_row *rows, size_t n, double limit)
{
	struct comparison c = { .rows = rows, .n_rows = n };

	for (size_t i = 0; i < n; i++)
		c.of[rows[i].verdict]++;
	return compare_exit_code(&c, limit);
}

static struct compare_row row_of(enum compare_verdict v, double ratio, double low)
{
	return (struct compare_row){ .cell = { &passed, &passed },
				     .verdict = v,
				     .known = { true, true },
				     .have_ratio = true,
				     .ratio = { .ratio = ratio, .low = low, .interval = true } };
}

Test(compare_exit, slower_beyond_the_limit)
{
	struct compare_row row = row_of(COMPARE_SLOWER, 1.10, 1.06);

	cr_assert_eq(code_of(&row, 1, -1), EXIT_OK, "not asked for");
	cr_assert_eq(code_of(&row, 1, 0.05), EXIT_FOUND);
	cr_assert_eq(code_of(&row, 1, 0.06), EXIT_OK, "the interval reaches to the limit");
	cr_assert_eq(code_of(&row, 1, 0.08), EXIT_OK, "not all of the interval");
}

/* Counts have no interval: the difference is what it is. */
Test(compare_exit, more_instructions)
{
	struct compare_row row = row_of(COMPARE_MORE, 1.10, 0);

	row.counts = true;
	row.ratio.interval = false;
	cr_assert_eq(code_of(&row, 1, 0.05), EXIT_FOUND);
	cr_assert_eq(code_of(&row, 1, 0.11), EXIT_OK);
}

Test(compare_exit, faster_is_none)
{
	struct compare_row row = row_of(COMPARE_FASTER, 0.5, 0.4);

	cr_assert_eq(code_of(&row, 1, 0), EXIT_OK);
}

/* Not shown to be other than the base's own noise. */
Test(compare_exit, unknown_is_none)
{
	struct compare_row row = row_of(COMPARE_UNKNOWN, 1.5, 1.2);

	cr_assert_eq(code_of(&row, 1, 0.05), EXIT_OK);
	row.ratio.interval = false;
	cr_assert_eq(code_of(&row, 1, 0.05), EXIT_NO_RUN, "but this is too little to say so");
	cr_assert_eq(code_of(&row, 1, -1), EXIT_OK);
}

Test(compare_exit, other_work)
{
	struct compare_row row = { .cell = { &passed, &passed }, .verdict = COMPARE_OTHER_WORK };

	row.other_work[1] = true;
	cr_assert_eq(code_of(&row, 1, 0.05), EXIT_FOUND, "the base did what is declared");
	row.other_work[0] = true;
	cr_assert_eq(code_of(&row, 1, 0.05), EXIT_OK, "no worse than before");
}

Test(compare_exit, what_could_not_be_compared)
{
	static const enum compare_verdict open[] = { COMPARE_REFUSED, COMPARE_MISSING,
						     COMPARE_NOT_RUN };

	for (size_t i = 0; i < 3; i++) {
		struct compare_row rows[] = { row_of(COMPARE_SAME, 1, 1), row_of(open[i], 1, 1) };

		rows[1].have_ratio = false;
		cr_assert_eq(code_of(rows, 2, -1), EXIT_OK, "%zu", i);
		cr_assert_eq(code_of(rows, 2, 0.05), EXIT_NO_RUN, "%zu", i);
		cr_assert_eq(code_of(rows + 1, 1, -1), EXIT_NO_RUN, "nothing at all: %zu", i);
	}
	cr_assert_eq(code_of(NULL, 0, -1), EXIT_NO_RUN);
}

Test(compare_exit, skipped_on_both)
{
	struct compare_row rows[] = { row_of(COMPARE_NOT_RUN, 1, 1), row_of(COMPARE_SAME, 1, 1) };

	rows[0].cell[0] = rows[0].cell[1] = &skipped;
	rows[0].have_ratio = false;
	cr_assert_eq(code_of(rows, 1, -1), EXIT_SKIPPED);
	cr_assert_eq(code_of(rows, 2, 0.05), EXIT_OK);
}

Test(compare_exit, failed_to_run)
{
	static struct results_cell failed = { .r = { .status = STATUS_ERROR } };
	struct compare_row rows[] = { row_of(COMPARE_NOT_RUN, 1, 1), row_of(COMPARE_SAME, 1, 1) };

	rows[0].have_ratio = false;
	rows[0].cell[1] = &failed;
	cr_assert_eq(code_of(rows, 2, -1), EXIT_NO_RUN);
}

Test(compare_exit, a_regression_goes_before_all)
{
	struct compare_row rows[] = { row_of(COMPARE_MISSING, 1, 1),
				      row_of(COMPARE_SLOWER, 2, 1.9) };

	rows[0].have_ratio = false;
	cr_assert_eq(code_of(rows, 2, 0.05), EXIT_FOUND);
}

Test(compare_exit, refused_as_a_whole)
{
	struct comparison c = { .refused = "units: ns against insn" };

	cr_assert_eq(compare_exit_code(&c, -1), EXIT_NO_RUN);
	cr_assert_eq(compare_exit_code(&c, 0.05), EXIT_NO_RUN);
}
