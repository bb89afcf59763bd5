// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of ace was run, by logs: the cases that are in them and no others, of each
 * file system by itself. Caught is a case counted twice or not at all, and a log of
 * another workload that counts.
 */
#include "tests/unit/oplog-fixture.h"
#include "bench/check/ace_report.h"
#include "bench/results/json_get.h"

TestSuite(ace_report, .init = set_up, .fini = tear_down);

static struct ace_report report;

static void phase(uint64_t which)
{
	dx_log_end(&f.worker[0], dx_log_begin(&f.worker[0], DX_OP_PHASE, 0, which, 0, 0, 0), 0);
}

static void say_that_it_is(const char *workload, const char *params)
{
	snprintf(header()->workload, sizeof(header()->workload), "%s", workload);
	snprintf(header()->params, sizeof(header()->params), "%s", params);
}

/* The names of a list's cases are all that counts: no operation has to succeed. */
static void log_cases(const char *const names[], size_t n)
{
	struct dx_worker *w = &f.worker[0];

	phase(0);
	phase(1);
	for (size_t i = 0; i < n; i++)
		dx_unlink(w, names[i]);
	phase(2);
}

static int add(void)
{
	struct oplog *log = read_log();
	int r = ace_report_add(&report, log);

	oplog_close(log);
	return r;
}

Test(ace_report, counts_what_is_there)
{
	/* Of these 2 and 186 are cases: 1 has nothing that makes it durable. */
	const char *const names[] = {
		"c2-foo", "c2-foo", "c186-foo", "c1-foo", "other", "c99999-a"
	};
	json_t *rows, *row;

	say_that_it_is("ace", "length=1,shard=1,of=4,case=0");
	log_cases(names, 6);
	cr_assert_eq(add(), 0);
	cr_assert_eq(add(), 0);
	rows = ace_report_to_json(&report);
	cr_assert_eq(json_array_size(rows), 1);
	row = json_array_get(rows, 0);
	cr_expect_str_eq(text_of(row, "fs"), "ext4");
	cr_expect_eq(number_of(row, "length"), 1);
	cr_expect_eq(number_of(row, "lists"), 2);
	cr_expect_eq(number_of(row, "cases"), 4);
	cr_expect_eq(number_of(row, "operations"), 12);
	cr_expect_eq(number_of(row, "pairs_seen"), 0);
	json_decref(rows);
	ace_report_release(&report);
}

Test(ace_report, each_length_and_file_system_is_a_row)
{
	const char *const names[] = { "c3-foo" };
	json_t *rows;

	log_cases(names, 1);
	say_that_it_is("ace", "length=1,shard=1,of=4,case=0");
	cr_assert_eq(add(), 0);
	say_that_it_is("ace", "length=2,shard=1,of=4,case=0");
	cr_assert_eq(add(), 0);
	snprintf(header()->fs, sizeof(header()->fs), "xfs");
	cr_assert_eq(add(), 0);
	rows = ace_report_to_json(&report);
	cr_assert_eq(json_array_size(rows), 3);
	cr_expect_gt(number_of(json_array_get(rows, 1), "pairs_possible"), 1000);
	cr_expect_gt(number_of(json_array_get(rows, 1), "pairs_seen"), 10);
	cr_expect_str_eq(text_of(json_array_get(rows, 2), "fs"), "xfs");
	json_decref(rows);
	ace_report_release(&report);
}

Test(ace_report, other_logs_count_for_nothing)
{
	const char *const names[] = { "c3-foo" };

	log_cases(names, 1);
	cr_assert_eq(add(), 0);
	say_that_it_is("ace", "length=3,shard=1,of=4,case=0");
	cr_assert_eq(add(), 0);
	say_that_it_is("soup", "length=1,shard=1,of=4,case=0");
	cr_assert_eq(add(), 0);
	cr_expect_eq(report.n, 0);
	cr_expect_null(ace_report_to_json(&report));
}
