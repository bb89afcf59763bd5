// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a verdict on the wrong side of its border, a figure of other work that passes for
 * one of the workload's, and a difference that is no larger than the base's own.
 */
#include "tests/unit/compare-fixture.h"

#include <math.h>

TestSuite(compare_judge, .fini = release_made);

static const struct compare_row *counts(double a, double b)
{
	json_t *x = make_set(COUNTS), *y = make_set(COUNTS);

	add_cell(x, "w", COUNTS, a);
	add_cell(y, "w", COUNTS, b);
	return compare_cells(x, y);
}

/* ---- counts ---- */

Test(compare_judge, counts_that_are_the_same)
{
	const struct compare_row *row = counts(6636.4214, 6636.4214);

	cr_assert_eq(row->verdict, COMPARE_SAME);
	cr_assert_eq(row->difference, 0);
	cr_assert_eq(row->ratio.ratio, 1);
	cr_assert_str_eq(row->why, "");
}

Test(compare_judge, counts_at_the_floor)
{
	cr_assert_eq(counts(1000, 1005)->verdict, COMPARE_EQUIVALENT, "0.5 % is not above it");
	cr_assert_eq(result.rows[0].difference, 5);
	cr_assert_eq(counts(1000, 1005.1)->verdict, COMPARE_MORE);
	cr_assert_eq(counts(1000, 995)->verdict, COMPARE_EQUIVALENT);
	cr_assert_eq(counts(1000, 994.9)->verdict, COMPARE_FEWER);
}

/* Planted: ten instructions are ten, neither 10.0 % nor "some". */
Test(compare_judge, counts_are_exact)
{
	cr_assert_eq(counts(3, 13)->difference, 10);
	cr_assert_eq(result.rows[0].verdict, COMPARE_MORE);
}

Test(compare_judge, counts_of_nothing)
{
	const struct compare_row *row = counts(0, 5);

	cr_assert_eq(row->verdict, COMPARE_MORE);
	cr_assert_not(row->have_ratio);
	cr_assert_eq(counts(0, 0)->verdict, COMPARE_SAME);
}

/* Equal medians of samples that are not: no difference, but not "the same". */
Test(compare_judge, samples_that_differ)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);

	add_cell(a, "w", COUNTS, 10);
	json_object_set_new(add_cell(b, "w", COUNTS, 10), "samples",
			    json_pack("[i, i, i]", 9, 10, 11));
	cr_assert_eq(compare_cells(a, b)->verdict, COMPARE_EQUIVALENT);
}

Test(compare_judge, samples_of_other_lengths)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);

	add_cell(a, "w", COUNTS, 10);
	json_object_set_new(add_cell(b, "w", COUNTS, 10), "ops", json_integer(16));
	cr_assert_eq(compare_cells(a, b)->verdict, COMPARE_EQUIVALENT);
	cr_assert_not_null(strstr(result.rows[0].why, "8 operations against 16"), "%s",
			   result.rows[0].why);
}

static const struct compare_row *with_control(double a, double b, double control)
{
	json_t *x = make_set(COUNTS), *y = make_set(COUNTS), *z = make_set(COUNTS);
	struct compare_side base, other;

	add_cell(x, "w", COUNTS, a);
	add_cell(y, "w", COUNTS, b);
	add_cell(z, "w", COUNTS, control);
	base = side_of("a", x);
	other = side_of("b", y);
	base.control = read_set(z);
	compare(&base, &other);
	return &result.rows[0];
}

Test(compare_judge, counts_within_the_control)
{
	cr_assert_eq(with_control(100, 103, 103)->verdict, COMPARE_UNKNOWN);
	cr_assert_eq(result.rows[0].control, 3);
	cr_assert_eq(with_control(100, 97, 103)->verdict, COMPARE_UNKNOWN, "either way");
	cr_assert_eq(with_control(100, 104, 103)->verdict, COMPARE_MORE);
	cr_assert_eq(with_control(100, 100, 103)->verdict, COMPARE_SAME);
}

/* Boots of one kernel that do not agree have nothing to say of another. */
Test(compare_judge, counts_that_do_not_repeat)
{
	json_t *x = make_set(COUNTS), *again = make_set(COUNTS), *y = make_set(COUNTS);
	struct compare_side base, other;

	add_cell(x, "w", COUNTS, 10);
	add_cell(again, "w", COUNTS, 11);
	add_cell(y, "w", COUNTS, 20);
	base = side_of("a", x);
	read_set(again);
	base.n_sets = 2;
	other = side_of("b", y);
	compare(&base, &other);
	cr_assert_eq(result.rows[0].verdict, COMPARE_UNKNOWN);
	cr_assert_str_eq(result.rows[0].why, "A does not repeat: 10 in one boot, 11 in boot 2");
	cr_assert_not(result.rows[0].have_ratio);
}

/* ---- what the kernels did ---- */

static const struct compare_row *faults(int of_a, int a, int of_b, int b)
{
	json_t *x = make_set(COUNTS), *y = make_set(COUNTS);

	set_counts(add_cell(x, "w", COUNTS, 1), of_a, a, 0);
	set_counts(add_cell(y, "w", COUNTS, 1), of_b, b, 0);
	return compare_cells(x, y);
}

Test(compare_judge, counts_of_faults)
{
	cr_assert_eq(faults(64, 64, 64, 64)->n_differs, 0);
	cr_assert_eq(faults(64, 64, 128, 128)->n_differs, 0, "one each");
	cr_assert_eq(faults(1, 1000, 1, 0)->n_differs, 1);
	cr_assert_str_eq(result.rows[0].differs[0].name, "pte_faults");
	cr_assert_eq(result.rows[0].differs[0].n[0], 1000);
	cr_assert_eq(result.rows[0].differs[0].n[1], 0);
}

Test(compare_judge, other_work_is_marked)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);
	const struct compare_row *row;

	add_cell(a, "w", COUNTS, 10);
	set_status(add_cell(b, "w", COUNTS, 10), "fail", "of 8 operations: 9 PTE faults");
	row = compare_cells(a, b);
	cr_assert_eq(row->verdict, COMPARE_OTHER_WORK);
	cr_assert(row->other_work[1] && !row->other_work[0]);
	cr_assert_str_eq(row->why, "B: fail: of 8 operations: 9 PTE faults");
	cr_assert_not(row->have_ratio);
}

/* Also where only one of several boots did it. */
Test(compare_judge, other_work_of_one_boot)
{
	json_t *first = make_set(TIMES), *second = make_set(TIMES), *b = make_set(TIMES);
	struct compare_side base, other;

	add_cell(first, "w", TIMES, 10);
	set_status(add_cell(second, "w", TIMES, 10), "fail", "x");
	add_cell(b, "w", TIMES, 10);
	base = side_of("a", first);
	read_set(second);
	base.n_sets = 2;
	other = side_of("b", b);
	compare(&base, &other);
	cr_assert_eq(result.rows[0].verdict, COMPARE_OTHER_WORK);
	cr_assert(result.rows[0].other_work[0]);
}

Test(compare_judge, skipped_on_a_side)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);
	json_t *cell = add_cell(b, "w", COUNTS, 1);

	add_cell(a, "w", COUNTS, 10);
	set_status(cell, "skip", "no DAX");
	json_object_set_new(cell, "samples", json_array());
	cr_assert_eq(compare_cells(a, b)->verdict, COMPARE_NOT_RUN);
	cr_assert_str_eq(result.rows[0].why, "B: skip: no DAX");
	cr_assert(result.rows[0].known[0] && !result.rows[0].known[1]);
}

Test(compare_judge, no_figure_though_it_passed)
{
	json_t *a = make_set(COUNTS), *b = make_set(COUNTS);

	add_cell(a, "w", COUNTS, 10);
	json_object_set_new(add_cell(b, "w", COUNTS, 1), "samples", json_array());
	cr_assert_eq(compare_cells(a, b)->verdict, COMPARE_NOT_RUN);
}

/* ---- times ---- */

static const struct compare_row *times(size_t n, const double *a, size_t m, const double *b)
{
	static struct compare_side sides[2];

	sides[0] = boots_of("a", n, a);
	sides[1] = boots_of("b", m, b);
	compare(&sides[0], &sides[1]);
	return &result.rows[0];
}

static const double calm[] = { 100, 100.02, 99.98, 100.01, 99.99, 100 };

Test(compare_judge, times_far_apart)
{
	const double slow[] = { 120, 120.1, 119.9, 120, 120.2, 119.8 };

	cr_assert_eq(times(6, calm, 6, slow)->verdict, COMPARE_SLOWER);
	cr_assert_float_eq(result.rows[0].ratio.ratio, 1.2, 0.001);
	cr_assert(result.rows[0].ratio.low > 1.19 && result.rows[0].ratio.high < 1.21);
	cr_assert_eq(times(6, slow, 6, calm)->verdict, COMPARE_FASTER);
}

Test(compare_judge, times_within_the_floor)
{
	const double near[] = { 100.3, 100.31, 100.29, 100.3, 100.28, 100.32 };

	cr_assert_eq(times(6, calm, 6, near)->verdict, COMPARE_EQUIVALENT,
		     "surely above, and surely too little to matter");
	standard.floor = 0.002;
	cr_assert_eq(times(6, calm, 6, near)->verdict, COMPARE_SLOWER);
	standard.floor = 0.005;
}

Test(compare_judge, times_that_scatter)
{
	const double a[] = { 90, 110, 95, 105, 100, 99 }, b[] = { 92, 112, 94, 108, 101, 98 };

	cr_assert_eq(times(6, a, 6, b)->verdict, COMPARE_UNKNOWN);
	cr_assert(result.rows[0].ratio.interval, "and that is an interval");
	cr_assert_not(compare_is_open(&result.rows[0]));
}

Test(compare_judge, times_of_too_few_boots)
{
	const double a[] = { 100, 101, 102 }, b[] = { 200, 201, 202 };

	cr_assert_eq(times(3, a, 3, b)->verdict, COMPARE_UNKNOWN);
	cr_assert_not_null(strstr(result.rows[0].why, "3 boots against 3"), "%s",
			   result.rows[0].why);
	cr_assert(compare_is_open(&result.rows[0]));
	cr_assert_eq(times(1, a, 1, b)->verdict, COMPARE_UNKNOWN);
	cr_assert_not(result.rows[0].have_control);
	cr_assert_eq(times(4, (const double[]){ 100, 101, 102, 103 }, 4,
			   (const double[]){ 200, 201, 202, 203 })
			     ->verdict,
		     COMPARE_SLOWER, "four are enough");
}

/* A base whose every other boot is slow: what B is above it, it is above itself. */
Test(compare_judge, times_within_the_control)
{
	const double a[] = { 100, 120, 101, 121, 99, 119 };
	const double b[] = { 121.5, 122, 121.6, 121.8, 122.1, 121.7 };

	cr_assert_eq(times(6, a, 6, b)->verdict, COMPARE_UNKNOWN);
	cr_assert(result.rows[0].ratio.low > 1, "the interval alone would have said slower");
	cr_assert_float_eq(result.rows[0].control, 1.2, 0.02);
	cr_assert_not_null(strstr(result.rows[0].why, "from itself"), "%s", result.rows[0].why);
}

Test(compare_judge, a_time_of_nothing)
{
	const double a[] = { 0, 0, 0, 0 }, b[] = { 1, 1, 1, 1 };

	cr_assert_eq(times(4, a, 4, b)->verdict, COMPARE_UNKNOWN);
	cr_assert_not(result.rows[0].have_ratio);
}

/* A figure of 1e308 and its negative: nothing overflows into a verdict. */
Test(compare_judge, figures_that_no_machine_gives)
{
	cr_assert_eq(counts(-1e308, 1e308)->verdict, COMPARE_MORE);
	cr_assert(isinf(result.rows[0].difference));
	cr_assert_not(result.rows[0].have_ratio);
}
