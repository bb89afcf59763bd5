// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of the files that a guest recorded. Caught are the trace of one run that
 * goes over that of another, one that is lost without a word, and one that is kept
 * though there is nothing to see in it.
 */
#include "bench/cmd/cmd_check.h"
#include "bench/results/json_get.h"
#include "tests/unit/recorded-fixture.h"

static struct {
	struct check check;
	struct check_judge judge;
	struct results *results;
	struct recording rec;
} at;

static void open_judge(void)
{
	json_t *command = json_array();
	struct err e = { 0 };

	start_files();
	snprintf(header()->workload, sizeof(header()->workload), "write-4k");
	memset(&at, 0, sizeof(at));
	cr_assert_eq(results_open(&at.results, files.dir, -1, "6.12", command, NULL, SEED, 2, &e),
		     0, "%s", e.what);
	json_decref(command);
	cr_assert_eq(check_judge_open(&at.judge, &at.check, &e), 0, "%s", e.what);
	check_judge_begin(&at.judge, at.results, "6.12");
	at.rec = (struct recording){ .dir = results_path(at.results), .cells = json_array() };
}

static void close_judge(void)
{
	recording_release(&at.rec);
	check_judge_close(&at.judge);
	results_close(at.results);
	end_files();
}

TestSuite(cmd_check_judge, .init = open_judge, .fini = close_judge);

/* The script as a guest leaves it: two files by the name of the run, and a cell. */
static void recorded_as(uint64_t name)
{
	struct recording_files to;
	struct dx_log_header about;
	struct err e = { 0 };
	char text[17];
	json_t *cell;

	snprintf(text, sizeof(text), "%016llx", (unsigned long long)name);
	to = recording_name(at.rec.dir, text);
	files.run = header()->run = name;
	put_files();
	cr_assert_eq(recorded_about(files.log, &about, &e), 0, "%s", e.what);
	cr_assert_eq(recorded_cell(&about, &cell, &e), 0, "%s", e.what);
	json_array_append_new(at.rec.cells, cell);
	cr_assert_eq(rename(files.trace, to.trace), 0);
	cr_assert_eq(rename(files.log, to.log), 0);
}

/* What was said meanwhile on standard error, which the caller frees. */
static char *judge_cells(void)
{
	char path[80], *said;
	int was, fd;
	struct err e = { 0 };

	snprintf(path, sizeof(path), "%s/said", files.dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	cr_assert(fd >= 0);
	fflush(stderr);
	was = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	cr_expect_eq(check_judge_cells(&at.judge, &at.rec, &e), 0);
	fflush(stderr);
	dup2(was, STDERR_FILENO);
	close(was);
	close(fd);
	cr_assert_eq(file_read(AT_FDCWD, path, 1 << 16, &said, NULL), 0);
	return said;
}

static bool is_there(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", at.rec.dir, name);
	return !access(path, F_OK);
}

static void expect_said(const char *text)
{
	char *said = judge_cells();

	if (text)
		cr_expect(strstr(said, text), "%s", said);
	else
		cr_expect_str_eq(said, "");
	free(said);
}

/* Of one check with --for there are thousands: no part of the run's name is enough. */
Test(cmd_check_judge, runs_that_are_nearly_alike)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	at.check.keep = true;
	recorded_as(0x7e02c128a158881dULL);
	recorded_as(0x7e02c128a158881fULL);
	expect_said(NULL);
	cr_expect(is_there("write-4k-ext4-7e02c128a158881d.trace"));
	cr_expect(is_there("write-4k-ext4-7e02c128a158881d.oplog"));
	cr_expect(is_there("write-4k-ext4-7e02c128a158881f.trace"));
	cr_expect(is_there("write-4k-ext4-7e02c128a158881f.oplog"));
	cr_expect_not(is_there("7e02c128a158881d.trace"));
}

Test(cmd_check_judge, what_passed_is_not_kept)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	recorded_as(0x7e02c128a158881dULL);
	expect_said(NULL);
	cr_expect_not(is_there("write-4k-ext4-7e02c128a158881d.trace"));
	cr_expect_not(is_there("7e02c128a158881d.trace"));
	cr_expect_not(is_there("7e02c128a158881d.oplog"));
}

/* It stays where it was, and the user learns where that is. */
Test(cmd_check_judge, a_name_that_cannot_be_had)
{
	char path[PATH_MAX];

	map_store(0);
	good_sync(DX_OP_FSYNC);
	at.check.keep = true;
	recorded_as(0x7e02c128a158881dULL);
	snprintf(path, sizeof(path), "%s/write-4k-ext4-7e02c128a158881d.trace", at.rec.dir);
	cr_assert_eq(mkdir(path, 0700), 0);
	expect_said("/7e02c128a158881d.trace: rename to ");
	cr_expect(is_there("7e02c128a158881d.trace"));
	cr_expect(is_there("write-4k-ext4-7e02c128a158881d.oplog"));
}

/* The disk was full: the verdict says so, and says it once. */
Test(cmd_check_judge, a_log_that_is_not_there)
{
	char path[PATH_MAX];

	map_store(0);
	good_sync(DX_OP_FSYNC);
	recorded_as(0x7e02c128a158881dULL);
	snprintf(path, sizeof(path), "%s/7e02c128a158881d.oplog", at.rec.dir);
	cr_assert_eq(unlink(path), 0);
	expect_said(NULL);
	cr_expect_str_eq(text_of(json_array_get(at.rec.cells, 0), "status"), "error");
	cr_expect(is_there("write-4k-ext4-7e02c128a158881d.trace"));
}
