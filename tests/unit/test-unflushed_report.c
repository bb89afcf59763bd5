// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What no flush followed, in a cell and as text. Caught is a place that stands there twice, a
 * status that it changes, and a list that grows without end.
 */
#include "bench/check/unflushed_report.h"
#include "bench/results/json_get.h"
#include "tests/unit/recorded-fixture.h"

static json_t *cell;
static char *printed;

static void start(void)
{
	start_files();
	cell = json_pack("{s:s, s:s, s:s, s:{}}", "status", "pass", "fs", "ext4", "workload",
			 "exec", "check");
}

static void finish(void)
{
	json_decref(cell);
	free(printed);
	end_files();
}

TestSuite(unflushed_report, .init = start, .fini = finish);

static void user_store(uint64_t line, uint64_t ip)
{
	store(BASE + line * DX_TRACE_LINE, "12345678", 8);
	run.rec[run.n - 1].flags = DX_TRACE_USER;
	run.rec[run.n - 1].ip = ip;
}

/* As one that lies at 0x1000 of a file that is not here. */
static const json_t *report(void)
{
	char maps[80];
	static const char list[] = "5 1000-2000 r-xp 00000000 00:02 1 /not/there\n";
	struct attribution *a = NULL;
	struct oplog *log = NULL;
	struct err e = { 0 };

	put_files();
	snprintf(maps, sizeof(maps), "%s/maps", files.dir);
	cr_assert_eq(file_write_atomic(AT_FDCWD, maps, list, strlen(list)), 0);
	cr_assert_eq(attribution_open(&a, NULL, 0, maps, &e), 0, "%s", e.what);
	cr_assert_eq(oplog_open(&log, files.log, &e), 0, "%s", e.what);
	cr_assert_eq(unflushed_report_add(files.trace, log, PERSIST_STRICT, a, cell, &e), 0, "%s",
		     e.what);
	oplog_close(log);
	attribution_close(a);
	cr_expect_str_eq(text_of(cell, "status"), "pass");
	return json_object_get(json_object_get(cell, "check"), "unflushed");
}

static const char *print(bool verbose)
{
	json_t *results = json_pack("[O]", cell);
	size_t len;
	FILE *out = open_memstream(&printed, &len);

	unflushed_print(out, results, verbose);
	fclose(out);
	json_decref(results);
	return printed;
}

Test(unflushed_report, nothing_is_an_empty_list)
{
	cr_expect_eq(json_array_size(report()), 0);
	cr_expect_str_eq(print(true), "");
}

Test(unflushed_report, places_are_named)
{
	const json_t *list, *one;

	user_store(0, 0x1010);
	user_store(2, 0x10);
	list = report();
	cr_assert_eq(json_array_size(list), 2);
	one = json_array_get(list, 0);
	cr_expect_str_eq(text_of(one, "where"), "there+0x10");
	cr_expect_str_eq(text_of(one, "class"), "never flushed");
	cr_expect_str_eq(text_of(one, "missing"), "write-back");
	cr_expect_eq(number_of(one, "lines"), 1);
	cr_expect_eq(number_of(one, "bytes"), 8);
	cr_expect_str_eq(text_of(json_array_get(list, 1), "where"), "0x10");
}

Test(unflushed_report, a_fence_that_lacks_is_another)
{
	user_store(0, 0x1010);
	write_back(BASE, 1, DX_TRACE_CLWB);
	user_store(1, 0x1010);
	cr_assert_eq(json_array_size(report()), 2);
	cr_expect(strstr(print(false), "fence       there+0x10"), "%s", printed);
	cr_expect(strstr(printed, "write-back  there+0x10"), "%s", printed);
}

Test(unflushed_report, the_worst_come_first_and_not_all_are_shown)
{
	for (unsigned int i = 0; i < UNFLUSHED_SHOWN + 2; i++)
		user_store(2 * i, 0x1010 + i);
	user_store(50, 0x1005);
	user_store(52, 0x1005);
	report();
	cr_expect(strstr(print(false), "BY\n        2        16  write-back  there+0x5\n"), "%s",
		  printed);
	cr_expect(strstr(printed, "3 places more"), "%s", printed);
	free(printed);
	cr_expect_null(strstr(print(true), "places more"));
}
