// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a point on another's line, a cell that failed drawn as a figure, an axis that hides it.
 */
#include "bench/report/plot.h"
#include "tests/unit/run-fixture.h"

#include <errno.h>

#define SIZE(n, median)	   RUN_CELL("a", "ext4", "\"size\":" n, "insn", median, median, median)
#define XFS(pages, median) RUN_CELL("a", "xfs", "\"pages\":" pages, "insn", median, median, median)
#define TWO(a, b, median)                                                                          \
	RUN_CELL("a", "ext4", "\"size\":" a ",\"pages\":" b, "insn", median, median, median)

static struct err e;
static struct results_file files[2];
static size_t n_files;
static struct plot p;

static void tear_down(void)
{
	plot_release(&p);
	for (size_t i = 0; i < 2; i++)
		results_file_release(&files[i]);
}

TestSuite(plot, .fini = tear_down);

static void load(const char *text)
{
	json_error_t where;
	json_t *j = json_loads(text, 0, &where);

	cr_assert_not_null(j, "%s", where.text);
	cr_assert_eq(results_read_document(j, "run", &files[n_files], &e), 0, "%s", e.what);
	snprintf(files[n_files].path, sizeof(files[0].path), "results/set-%zu/run.json", n_files);
	n_files++;
	json_decref(j);
}

static int make(void)
{
	return plot_make(files, n_files, "a", &p, &e);
}

Test(plot, a_line_for_each_file_system_in_order_of_x)
{
	load(RUN(
		RUN_COUNT("a", "100", "300") "," XFS("1", "5") "," RUN_COUNT("a", "1", "3") "," RUN_COUNT(
			"a", "10",
			"30") "," XFS("10",
				      "50") "," XFS("100",
						    "500") "," RUN_COUNT("b", "7",
									 "1") "," RUN_COUNT("a",
											    "10",
											    "31")));
	cr_assert_eq(make(), 0, "%s", e.what);
	cr_assert_str_eq(p.x, "pages");
	cr_assert_str_eq(p.unit, "insn");
	cr_assert_str_eq(p.op, "store");
	cr_assert_eq(p.n_lines, 2);
	cr_assert_str_eq(p.lines[0].name, "ext4");
	cr_assert_str_eq(p.lines[1].name, "xfs");
	cr_assert_eq(p.lines[0].n, 3, "each value once");
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(p.lines[0].points[i].x, i == 0 ? 1 : i == 1 ? 10 : 100);
		cr_assert_eq(p.lines[0].points[i].y, 3 * p.lines[0].points[i].x);
	}
	cr_assert(p.log_x && p.log_y);
}

Test(plot, intervals)
{
	load(RUN(RUN_CELL("a", "ext4", "\"pages\":1", "ns", "9", "10",
			  "12") "," RUN_CELL("a", "ext4", "\"pages\":2", "ns", "19", "20", "23")));
	cr_assert_eq(make(), 0);
	cr_assert_eq(p.lines[0].points[1].low, 19);
	cr_assert_eq(p.lines[0].points[1].high, 23);
	cr_assert_not(p.log_x, "two values are no steps");
	cr_assert_not(p.log_y);
}

Test(plot, axes_are_logarithmic_where_steps_multiply)
{
	load(RUN(SIZE("4", "1") "," SIZE("6", "2") "," SIZE("8", "3")));
	cr_assert_eq(make(), 0);
	cr_assert_not(p.log_x);
	plot_release(&p);
	load(RUN(SIZE("0", "1") "," SIZE("1", "2") "," SIZE("2", "3") "," SIZE("4", "0")));
	n_files = 2;
	cr_assert_eq(plot_make(&files[1], 1, "a", &p, &e), 0);
	cr_assert_not(p.log_x, "0 has no place on a log axis");
	cr_assert_not(p.log_y);
}

Test(plot, the_parameter_with_most_values_is_x)
{
	load(RUN(TWO("1", "1", "1") "," TWO("1", "2", "2") "," TWO("1", "4", "3") "," TWO(
		"8", "1", "1") "," TWO("8", "2", "2") "," TWO("4096", "4", "3")));
	cr_assert_eq(make(), 0);
	cr_assert_str_eq(p.x, "size", "of as many the first");
	plot_release(&p);
	results_file_release(&files[0]);
	n_files = 0;
	load(RUN(TWO("1", "1", "1") "," TWO("1", "2", "2") "," TWO("1", "4", "3") "," TWO(
		"4096", "1", "1") "," TWO("4096", "2", "2")));
	cr_assert_eq(make(), 0);
	cr_assert_str_eq(p.x, "pages");
	cr_assert_eq(p.n_lines, 2);
	cr_assert_str_eq(p.lines[0].name, "ext4 size=1");
	cr_assert_str_eq(p.lines[1].name, "ext4 size=4K");
}

Test(plot, several_results)
{
	load(RUN(RUN_COUNT("a", "1", "3") "," RUN_COUNT("a", "10", "30")));
	load(RUN(RUN_COUNT("a", "1", "4") "," RUN_COUNT("a", "10", "40")));
	cr_assert_eq(make(), 0);
	cr_assert_eq(p.n_lines, 2);
	cr_assert_str_eq(p.lines[0].name, "ext4 set-0");
	cr_assert_str_eq(p.lines[1].name, "ext4 set-1");
	plot_release(&p);
	results_file_release(&files[1]);
	n_files = 1;
	load(RUN_OF("daxbench-result-1", RUN_ENVIRONMENT("6.1", "10.0"),
		    "[" RUN_COUNT("a", "1", "4") "," RUN_COUNT("a", "10", "40") "]"));
	cr_assert_eq(make(), 0);
	cr_assert_str_eq(p.lines[0].name, "ext4 6.12.1");
	cr_assert_str_eq(p.lines[1].name, "ext4 6.1");
	plot_release(&p);
	results_file_release(&files[1]);
	n_files = 1;
	load(RUN(RUN_CELL("a", "ext4", "\"pages\":1", "ns", "9", "10", "12")));
	cr_assert_eq(make(), -EINVAL);
	cr_assert_str_eq(e.what, "insn and ns cannot be drawn together");
}

Test(plot, what_did_not_pass_has_no_point)
{
	load(RUN(RUN_COUNT("a", "1", "3") "," RUN_COUNT("a", "10", "30") "," RUN_COUNT("a", "100",
										       "1")));
	files[0].cells[2].r.status = STATUS_FAIL;
	cr_assert_eq(make(), 0);
	cr_assert_eq(p.left_out, 1);
	cr_assert_eq(p.lines[0].n, 2);
	plot_release(&p);
	for (size_t i = 0; i < 2; i++)
		files[0].cells[i].r.status = STATUS_SKIP;
	cr_assert_eq(make(), -ENODATA);
	cr_assert_eq(p.n_lines, 0);
}

Test(plot, no_sweep)
{
	load(RUN(RUN_COUNT("a", "1", "3") "," XFS("1", "30") "," RUN_COUNT("b", "2", "3")));
	cr_assert_eq(make(), -ENODATA);
	cr_assert(strstr(e.what, "several values"));
	cr_assert_eq(plot_make(files, 1, "c", &p, &e), -ENODATA);
	cr_assert(strstr(e.what, "not measured"));
	cr_assert_eq(plot_make(files, 0, "a", &p, &e), -ENODATA);
}

Test(plot, more_lines_than_can_be_told_apart)
{
	json_t *j = json_loads(RUN(TWO("1", "1", "1")), 0, NULL);
	json_t *list = json_object_get(j, "results");

	for (int i = 0; i < 17 * 18; i++) {
		json_t *cell = json_deep_copy(json_array_get(list, 0));
		json_t *params = json_object_get(cell, "params");

		json_object_set_new(params, "size", json_integer(i % 17));
		json_object_set_new(params, "pages", json_integer(i / 17));
		json_array_append_new(list, cell);
	}
	cr_assert_eq(results_read_document(j, "run", &files[0], &e), 0);
	n_files = 1;
	cr_assert_eq(make(), -EINVAL);
	cr_assert(strstr(e.what, "16 lines"), "%s", e.what);
	json_decref(j);
}
