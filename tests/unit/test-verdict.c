// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a verdict to a cell. Caught is a pass of what was not judged whole, a violation
 * that does not get to the results, and a workload's own failure that is lost.
 */
#include "bench/check/verdict.h"
#include "bench/results/json_get.h"
#include "tests/unit/recorded-fixture.h"

#include <string.h>

static json_t *cell;

static void begin_cell(void)
{
	start_files();
	cell = json_pack("{s:s, s:s}", "status", "pass", "reason", "");
}

static void end_cell(void)
{
	json_decref(cell);
	end_files();
}

TestSuite(verdict, .init = begin_cell, .fini = end_cell);

static void decide_by(enum persist_mode rules)
{
	struct attribution *a = NULL;
	struct verdict *v;
	struct err e = { 0 };

	cr_assert_eq(judge_run(&v, files.trace, files.log, rules, &e), 0, "%s", e.what);
	cr_assert_eq(attribution_open(&a, files.symbols, 0, NULL, &e), 0, "%s", e.what);
	cr_assert_eq(verdict_to_json(v, a, cell), 0);
	attribution_close(a);
	judge_release(v);
}

static void decide(void)
{
	put_files();
	decide_by(PERSIST_STRICT);
}

static void keep_one(void)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
}

static void lose_one(void)
{
	map_store(64);
	sync_begin(DX_OP_MSYNC);
	fence(DX_TRACE_SFENCE);
	sync_end();
}

/* Nobody knows where the file lies. */
static void misplace_one(void)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	end(0);
	extent(FILE_HANDLE, -EIO, 0, 0, 0, 0);
}

static void patch_header(size_t offset, const void *value, size_t len)
{
	int fd = open(files.trace, O_RDWR);

	cr_assert_eq(pwrite(fd, value, len, (off_t)offset), (ssize_t)len);
	close(fd);
}

static void expect(const char *status, const char *reason, const char *incomplete)
{
	const char *gap = text_of(json_object_get(cell, "check"), "incomplete");

	cr_expect_str_eq(text_of(cell, "status"), status);
	cr_expect(strstr(text_of(cell, "reason"), reason), "%s", text_of(cell, "reason"));
	cr_expect(!!gap[0] == !!incomplete[0] && strstr(gap, incomplete), "%s", gap);
}

static const json_t *violation(size_t i)
{
	const json_t *v = json_array_get(json_object_get(cell, "violations"), i);

	cr_assert(v);
	return v;
}

/* ---- the status ---- */

Test(verdict, nothing_found_passes)
{
	keep_one();
	decide();
	expect("pass", "", "");
	cr_expect_str_eq(text_of(cell, "reason"), "");
	cr_expect_eq(number_of(json_object_get(cell, "check"), "promises"), 1);
	cr_expect_eq(number_of(cell, "seed"), SEED);
}

Test(verdict, what_is_found_fails)
{
	lose_one();
	decide();
	expect("fail", "1 broken promise", "");
	cr_expect_eq(json_array_size(json_object_get(cell, "violations")), 1);
}

Test(verdict, bytes_without_a_place_are_no_pass)
{
	misplace_one();
	decide();
	expect("error", "4096 promised bytes lie nobody knows where", "not checked");
}

Test(verdict, a_trace_that_is_cut_off_is_no_pass)
{
	keep_one();
	files.killed = true;
	decide();
	expect("error", "judged up to where it ends", "killed");
}

Test(verdict, write_backs_that_were_lost_are_no_pass)
{
	uint64_t lost = 3;

	keep_one();
	put_files();
	patch_header(offsetof(struct dx_trace_header, lost), &lost, sizeof(lost));
	decide_by(PERSIST_STRICT);
	expect("error", "3 write-backs at unknown addresses", "3 write-backs");
}

Test(verdict, what_is_found_stands_beside_what_was_not_looked_at)
{
	lose_one();
	misplace_one();
	decide();
	expect("fail", "1 broken promise, 4096 promised bytes", "not checked");
}

Test(verdict, more_than_is_kept_is_said)
{
	uint64_t generation = next_generation();

	begin(DX_OP_FILL, MAP_HANDLE, 0, DX_PAGE, 0, generation);
	for (uint64_t at = 0; at < DX_PAGE; at += 8) {
		uint64_t value = dx_pattern64(SEED, FILE_HANDLE, at, generation);

		store(AT(at), &value, 8);
		run.rec[run.n - 1].ip = at << 12; /* too far apart for one run of stores */
	}
	end(0);
	for (int i = 0; i < 9; i++) {
		sync_begin(DX_OP_FSYNC);
		sync_end();
	}
	decide();
	expect("fail", "4096 broken promises, 512 violations more", "512 violations more");
	cr_expect_eq(number_of(json_object_get(cell, "check"), "violations_left_out"), 512);
}

/* ---- a workload that failed by itself ---- */

static void failed_before(const char *status)
{
	json_object_set_new(cell, "status", json_string(status));
	json_object_set_new(cell, "reason", json_string("no room"));
}

Test(verdict, a_failed_workload_stays_one)
{
	keep_one();
	failed_before("error");
	decide();
	expect("error", "no room", "the workload failed: no room");
	cr_expect_str_eq(text_of(cell, "reason"), "no room");
}

Test(verdict, a_skipped_one_stays_one)
{
	failed_before("skip");
	decide();
	expect("skip", "no room", "no room");
}

Test(verdict, what_it_has_lost_is_said_first)
{
	lose_one();
	failed_before("error");
	decide();
	expect("fail", "1 broken promise, the workload failed: no room", "no room");
}

/* ---- a violation ---- */

Test(verdict, what_hardware_loses_is_told_from_what_only_the_contract_has)
{
	lose_one();
	map_store(128);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(64), 2, DX_TRACE_CLWB);
	fence(DX_TRACE_LOCK);
	sync_end();
	decide();
	cr_expect_str_eq(text_of(violation(0), "class"), "loses data on hardware");
	cr_expect_eq(json_array_size(json_object_get(violation(0), "modes")), 2);
	cr_expect_str_eq(text_of(violation(1), "class"), "contract");
	cr_expect_eq(json_array_size(json_object_get(violation(1), "modes")), 1);
}

Test(verdict, it_says_where_and_by_whose_promise)
{
	lose_one();
	decide();
	cr_expect_str_eq(text_of(violation(0), "fault"), "not written back");
	cr_expect_str_eq(text_of(violation(0), "file"), "file");
	cr_expect_eq(number_of(violation(0), "offset"), 64);
	cr_expect_eq(number_of(violation(0), "bytes"), 8);
	cr_expect_str_eq(text_of(json_object_get(violation(0), "promise"), "op"), "msync");
	cr_expect_str_eq(text_of(violation(0), "found_is"), "zeros");
	cr_expect(strstr(text_of(violation(0), "expected_is"), "generation 1 of worker 0"));
}

/* A name is any bytes: the violation must not get lost with it. */
Test(verdict, a_name_that_is_no_text_does_not_hide_a_loss)
{
	open_file(3, "f\xff\xfele", O_RDWR | O_CREAT);
	begin(DX_OP_WRITE, 3, 0, 8, 0, next_generation());
	end(8);
	begin(DX_OP_FSYNC, 3, 0, 0, 0, 0);
	end(0);
	extent(3, 0, 0, BLOCK, DX_PAGE, 0);
	decide();
	expect("fail", "1 broken promise", "");
	cr_expect_str_eq(text_of(violation(0), "file"), "f??le");
}

/* ---- removals ---- */

Test(verdict, a_checker_that_is_wrong_is_an_error)
{
	struct removal_counts counts[REMOVAL_KINDS] = { 0 };

	keep_one();
	decide();
	cr_assert_eq(verdict_add_removals(counts, cell), 0);
	expect("pass", "", "");
	counts[REMOVAL_FENCE].wrong = 1;
	counts[REMOVAL_FENCE].first_wrong = 17;
	cr_assert_eq(verdict_add_removals(counts, cell), 0);
	expect("error", "record 17", "");
}
