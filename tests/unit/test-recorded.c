// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a trace and a log to a cell: caught is a cell that tells of another run than
 * its files, one that passes although not all was judged, and a line or function
 * that is named by the wrong program or kernel.
 */
#define DX_LENS_CHECK
#include "bench/check/recorded.h"
#include "bench/results/result.h"
#include "lib/build_id.h"
#include "tests/unit/recorded-fixture.h"

DX_WORKLOAD(ours)
= { .name = "ours",
    .op = "store",
    .params = { { "pages", "pages", 1, 1, 10, "of it" },
		{ "size", "bytes", 4096, 4096, 1 << 20, "of each" } } };

TestSuite(recorded, .init = start_files, .fini = end_files);

static const char *text_at(const json_t *cell, const char *member)
{
	return json_string_value(json_object_get(cell, member));
}

static json_t *cell_of_log(void)
{
	struct dx_log_header about;
	struct cell_result c;
	struct err e = { 0 };
	json_t *cell;

	cr_assert_eq(recorded_about(files.log, &about, &e), 0, "%s", e.what);
	cr_assert_eq(recorded_cell(&about, &cell, &e), 0, "%s", e.what);
	cr_assert_eq(cell_result_from_json(cell, &c, &e), 0, "%s", e.what);
	cell_result_release(&c);
	return cell;
}

static json_t *judge_with(bool removals)
{
	const struct recorded r = { .trace = files.trace,
				    .log = files.log,
				    .symbols = files.symbols,
				    .removals = removals };
	json_t *known = json_array(), *cell = cell_of_log();

	recorded_judge(&r, known, cell);
	json_decref(known);
	return cell;
}

static json_t *judged(void)
{
	return judge_with(false);
}

static void lose_one(void)
{
	map_store(0);
	run.rec[run.n - 2].ip = 0xffffffff81000010ULL;
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	sync_end();
}

Test(recorded, what_the_log_says)
{
	json_t *cell;

	snprintf(header()->workload, sizeof(header()->workload), "no-such-workload");
	snprintf(header()->params, sizeof(header()->params), "pages=3");
	snprintf(header()->kernel, sizeof(header()->kernel), "6.12.1\033[31m-\xff");
	put_files();
	cell = cell_of_log();
	cr_expect_str_eq(text_at(cell, "workload"), "no-such-workload");
	cr_expect_str_eq(text_at(cell, "kernel"), "6.12.1?[31m-?");
	cr_expect_str_eq(text_at(cell, "fs"), "ext4");
	cr_expect_str_eq(text_at(cell, "run"), "000000001234abcd");
	cr_expect_str_eq(text_at(cell, "lens"), "check");
	json_decref(cell);
}

Test(recorded, what_it_ran_on)
{
	static const char *const modes[][2] = { { "xfs-rt", "dax" },	{ "", "none" },
						{ "raw", "raw" },	{ "raw-dax", "raw-dax" },
						{ "devdax", "devdax" }, { "devdax-4k", "devdax" } };

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		json_t *cell;

		snprintf(header()->workload, sizeof(header()->workload), "ours");
		snprintf(header()->params, sizeof(header()->params), "pages=3,size=8K");
		snprintf(header()->fs, sizeof(header()->fs), "%s", modes[i][0]);
		put_files();
		cell = cell_of_log();
		cr_expect_str_eq(text_at(cell, "mode"), modes[i][1], "of %s", modes[i][0]);
		json_decref(cell);
	}
}

Test(recorded, parameters)
{
	json_t *cell, *params;

	snprintf(header()->workload, sizeof(header()->workload), "ours");
	snprintf(header()->params, sizeof(header()->params), "pages=3,size=8K");
	put_files();
	cell = cell_of_log();
	params = json_object_get(cell, "params");
	cr_expect_eq(json_integer_value(json_object_get(params, "pages")), 3);
	cr_expect_eq(json_integer_value(json_object_get(params, "size")), 8192);
	cr_expect_str_eq(text_at(cell, "op"), "store");
	json_decref(cell);
}

/* Of a workload that has changed since: not its defaults, which were not what ran. */
Test(recorded, parameters_of_another_time)
{
	json_t *cell;

	snprintf(header()->workload, sizeof(header()->workload), "ours");
	snprintf(header()->params, sizeof(header()->params), "pages=3,threads=8");
	put_files();
	cell = cell_of_log();
	cr_expect_eq(json_object_size(json_object_get(cell, "params")), 0);
	json_decref(cell);
}

Test(recorded, a_name_that_cannot_be)
{
	static const char *const names[] = { "", "*", "a b", "../etc", "A" };
	struct dx_log_header about = { 0 };
	struct err e;
	json_t *cell;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(about.workload, sizeof(about.workload), "%s", names[i]);
		cr_expect_eq(recorded_cell(&about, &cell, &e), -EBADMSG, "%s", names[i]);
	}
}

Test(recorded, passes)
{
	json_t *cell;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	put_files();
	cell = judged();
	cr_expect_str_eq(text_at(cell, "status"), "pass");
	cr_expect_eq(json_array_size(json_object_get(cell, "violations")), 0);
	json_decref(cell);
}

Test(recorded, fails)
{
	json_t *cell, *v;

	lose_one();
	put_files();
	file_write_atomic(AT_FDCWD, files.symbols, "ffffffff81000000 T some_function\n", 33);
	cell = judged();
	cr_expect_str_eq(text_at(cell, "status"), "fail");
	v = json_array_get(json_object_get(cell, "violations"), 0);
	cr_expect_str_eq(text_at(v, "fault"), "not written back");
	cr_expect_str_eq(text_at(json_object_get(v, "store"), "where"), "some_function+0x10");
	json_decref(cell);
}

static void expect_judged(const char *status, const char *reason)
{
	json_t *cell = judged();

	cr_expect_str_eq(text_at(cell, "status"), status);
	cr_expect(strstr(text_at(cell, "reason"), reason), "%s", text_at(cell, "reason"));
	json_decref(cell);
}

Test(recorded, cannot_be_judged)
{
	lose_one();
	files.run++;
	put_files();
	expect_judged("error", "do not belong together");
}

/* Nothing was found in what is there, and that is no pass. */
Test(recorded, cut_off)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	files.killed = true;
	put_files();
	expect_judged("error", "judged up to where it ends");
}

/* What was found stands, and it is said that there may be more. */
Test(recorded, cut_off_behind_a_violation)
{
	int fd;

	lose_one();
	put_files();
	fd = open(files.trace, O_RDWR);
	cr_assert_eq(pwrite(fd, "\0\0\0\0", 4, offsetof(struct dx_trace_header, ended)), 4);
	close(fd);
	expect_judged("fail", "1 broken promise, judged up to where it ends");
}

/* ---- how the run itself ended, by its log ---- */

Test(recorded, a_run_that_failed_is_no_pass)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	end_of_run(true, -ENOSPC);
	put_files();
	expect_judged("error", "run: No space left on device");
}

Test(recorded, a_run_that_was_not_prepared_is_no_pass)
{
	end_of_run(false, -EIO);
	put_files();
	expect_judged("error", "prepare: Input/output error");
}

/* Only prepare() can ask for that. */
Test(recorded, a_run_that_was_skipped_is_no_pass)
{
	end_of_run(false, -EOPNOTSUPP);
	put_files();
	expect_judged("skip", "prepare: Operation not supported");
}

Test(recorded, a_run_that_is_not_supported_is_not_skipped)
{
	end_of_run(true, -EOPNOTSUPP);
	put_files();
	expect_judged("error", "run: Operation not supported");
}

Test(recorded, a_run_without_an_end_is_no_pass)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	files.ended = true;
	put_files();
	expect_judged("error", "run: did not end");
}

Test(recorded, a_run_that_failed_has_lost_what_it_has_lost)
{
	lose_one();
	end_of_run(true, -ENOSPC);
	put_files();
	expect_judged("fail", "1 broken promise, the workload failed: run: No space left");
}

/* Whether it would have been seen is asked where nothing is wrong. */
static bool were_left_out(void)
{
	json_t *cell = judge_with(true);
	bool tried = json_is_object(json_object_get(json_object_get(cell, "check"), "removals"));

	json_decref(cell);
	return tried;
}

Test(recorded, records_are_left_out_of_what_passes)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	put_files();
	cr_expect(were_left_out());
}

Test(recorded, records_are_not_left_out_of_what_failed)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	end_of_run(true, -ENOSPC);
	put_files();
	cr_expect_not(were_left_out());
}

Test(recorded, by_which_program)
{
	struct dx_log_header about = { 0 };

	cr_assert_neq(build_id()[0], '\0');
	cr_expect_not(recorded_by_this_program(&about));
	snprintf(about.program, sizeof(about.program), "%s", build_id());
	cr_expect(recorded_by_this_program(&about));
	about.program[3] ^= 1;
	cr_expect_not(recorded_by_this_program(&about));
}
