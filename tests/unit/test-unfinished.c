// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The run that a guest died in, by what is left of it. Caught is one that is judged by
 * the log of another run, or by half a log while there is a whole one; a run that is
 * lost without a word; and files that lie about without a name.
 */
#include "bench/results/json_get.h"
#include "bench/check/unfinished.h"
#include "tests/unit/recorded-fixture.h"

static struct {
	char trace[80], log[80], half[88], dead[80];
	json_t *cells;
	struct err e;
} left;

static void set_up_left(void)
{
	start_files();
	snprintf(header()->workload, sizeof(header()->workload), "write-4k");
	snprintf(left.trace, sizeof(left.trace), "%s/%016llx.trace", files.dir, RUN);
	snprintf(left.log, sizeof(left.log), "%s/%016llx.oplog", files.dir, RUN);
	snprintf(left.half, sizeof(left.half), "%s.tmp", left.log);
	snprintf(left.dead, sizeof(left.dead), "%s/dead", files.dir);
	put_trace();
	cr_assert_eq(rename(files.trace, left.trace), 0);
	left.cells = json_array();
	left.e = (struct err){ 0 };
}

static void tear_down_left(void)
{
	json_decref(left.cells);
	end_files();
}

TestSuite(unfinished, .init = set_up_left, .fini = tear_down_left);

/* The log as it is now, or the first @len bytes of it. */
static void put_log(const char *path, size_t len)
{
	cr_assert_eq(file_write_atomic(AT_FDCWD, path, f.log, len), 0);
}

static void put_log_of(const char *path, uint64_t other)
{
	header()->run = other;
	put_log(path, LOG_SIZE);
	header()->run = RUN;
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

static int add(void)
{
	return unfinished_add(files.dir, left.dead, left.cells, &left.e);
}

/* A cell, and beside the trace the log that it was made from. */
static void expect_added(void)
{
	const json_t *cell;
	size_t len;
	char *log;

	cr_assert_eq(add(), 0, "%s", left.e.what);
	cr_assert_eq(json_array_size(left.cells), 1);
	cell = json_array_get(left.cells, 0);
	cr_expect_str_eq(text_of(cell, "workload"), "write-4k");
	cr_expect_str_eq(text_of(cell, "run"), "000000001234abcd");
	cr_expect(exists(left.trace));
	cr_assert_eq(file_read(AT_FDCWD, left.log, 1 << 20, &log, &len), 0);
	cr_expect_eq(len, LOG_SIZE);
	cr_expect_eq(memcmp(log, f.log, len), 0, "not the log of this run");
	free(log);
}

static void expect_not_added(int code, const char *why)
{
	cr_expect_eq(add(), code, "%s", left.e.what);
	cr_expect_eq(json_array_size(left.cells), 0);
	cr_expect_str_eq(left.e.object, strrchr(left.trace, '/') + 1);
	cr_expect(strstr(left.e.what, why), "%s", left.e.what);
}

Test(unfinished, qemu_was_killed)
{
	put_log(left.dead, LOG_SIZE);
	expect_added();
	cr_expect_not(exists(left.dead));
	/* It is there now: no second time. */
	cr_expect_eq(add(), 0);
	cr_expect_eq(json_array_size(left.cells), 1);
}

Test(unfinished, qemu_came_to_its_end)
{
	put_log(left.log, LOG_SIZE);
	expect_added();
}

/* The plugin's own is to be had even where the other is of another run. */
Test(unfinished, of_both_the_one_that_is_its_own)
{
	put_log(left.log, LOG_SIZE);
	put_log_of(left.dead, RUN + 1);
	expect_added();
}

Test(unfinished, a_log_that_is_cut_off_does_not_hide_the_whole_one)
{
	put_log(left.log, LOG_SIZE / 2);
	put_log(left.dead, LOG_SIZE);
	expect_added();
}

Test(unfinished, a_log_of_another_run_does_not_hide_its_own)
{
	put_log_of(left.log, RUN + 1);
	put_log(left.dead, LOG_SIZE);
	expect_added();
}

/* It was killed while it kept the log: that half is nobody's any more. */
Test(unfinished, half_a_copy_is_removed)
{
	put_log(left.half, LOG_SIZE / 2);
	put_log(left.dead, LOG_SIZE);
	expect_added();
	cr_expect_not(exists(left.half));
}

/* It died between the START mark and its log: what is there is the log of the run before. */
static void expect_dropped(void)
{
	expect_not_added(-ENODATA, "before this run's first operation: nothing of it is kept");
	cr_expect_not(exists(left.trace));
	cr_expect_not(exists(left.log));
}

Test(unfinished, died_too_early)
{
	put_log_of(left.dead, RUN + 1);
	expect_dropped();
}

Test(unfinished, ended_too_early)
{
	put_log_of(left.log, RUN + 1);
	expect_dropped();
}

/* What cannot be judged is named, and is there to be looked at. */
static void expect_told(const char *why, int code)
{
	expect_not_added(code, "maybe before its first operation");
	cr_expect(strstr(left.e.what, left.log), "%s", left.e.what);
	cr_expect(strstr(left.e.what, why), "%s", left.e.what);
	cr_expect(exists(left.trace));
}

Test(unfinished, both_logs_are_cut_off)
{
	put_log(left.log, LOG_SIZE / 2);
	put_log(left.dead, LOG_SIZE / 4);
	expect_told("the file ends inside", -EBADMSG);
	cr_expect(exists(left.log));
}

Test(unfinished, no_log_was_begun)
{
	memset(f.log, 0, DX_LOG_HEADER);
	put_log(left.dead, LOG_SIZE);
	expect_told("no operation log in it", -EBADMSG);
	cr_expect(exists(left.log));
}

Test(unfinished, no_log_is_there)
{
	expect_told("No such file", -ENOENT);
}
