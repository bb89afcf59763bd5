// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a half-written file left over, a bound not kept, a link followed. */
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "build/tests/file-XXXXXX";
static int dirfd_;

static void set_up(void)
{
	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(dir));
	dirfd_ = open(dir, O_RDONLY | O_DIRECTORY);
}

static void tear_down(void)
{
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(file, .init = set_up, .fini = tear_down);

Test(file, written_and_read)
{
	char *data;
	size_t len;

	cr_assert_eq(file_write_atomic(dirfd_, "a", "hello", 5), 0);
	cr_assert_eq(file_write_atomic(dirfd_, "a", "again", 5), 0);
	cr_assert_eq(file_read(dirfd_, "a", 100, &data, &len), 0);
	cr_assert_eq(len, 5);
	cr_assert_str_eq(data, "again");
	free(data);
	cr_assert_eq(faccessat(dirfd_, "a.tmp", F_OK, 0), -1);
}

Test(file, bounds_and_absence)
{
	char *data = NULL, line[4];

	cr_assert_eq(file_write_atomic(dirfd_, "a", "hello", 5), 0);
	cr_assert_eq(file_read(dirfd_, "a", 4, &data, NULL), -EFBIG);
	cr_assert_eq(file_read(dirfd_, "b", 4, &data, NULL), -ENOENT);
	cr_assert_null(data);
	cr_assert_eq(file_read_line("/nonexistent", line, sizeof(line)), -ENOENT);
	cr_assert_str_empty(line);
}

Test(file, no_temporary_stays_where_rename_fails)
{
	cr_assert_eq(mkdirat(dirfd_, "d", 0777), 0);
	cr_assert_eq(mkdirat(dirfd_, "d/e", 0777), 0);
	cr_assert_lt(file_write_atomic(dirfd_, "d", "x", 1), 0);
	cr_assert_eq(faccessat(dirfd_, "d.tmp", F_OK, 0), -1);
}

Test(file, full_disk_is_an_error)
{
	int full = open("/dev/full", O_WRONLY);

	cr_assert_eq(file_write_all(full, "x", 1), -ENOSPC);
	close(full);
}

Test(file, trees_go_and_links_are_not_followed)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/x/y/z", dir);
	cr_assert_eq(file_mkdirs(path, 0777), 0);
	cr_assert_eq(file_mkdirs(path, 0777), 0, "again is no error");
	cr_assert_eq(file_write_atomic(dirfd_, "keep", "k", 1), 0);
	cr_assert_eq(symlinkat("../keep", dirfd_, "x/link"), 0);
	cr_assert_eq(file_remove_tree(dirfd_, "x"), 0);
	cr_assert_eq(faccessat(dirfd_, "x", F_OK, 0), -1);
	cr_assert_eq(faccessat(dirfd_, "keep", F_OK, 0), 0);
	cr_assert_eq(file_remove_tree(dirfd_, "x"), -ENOENT);
}

Test(file, sparse_copy_keeps_and_makes_holes)
{
	static const char zeros[4 << 20];
	char from[64], to[64], back[6] = "";
	struct stat st;
	int fd;

	snprintf(from, sizeof(from), "%s/from", dir);
	snprintf(to, sizeof(to), "%s/to", dir);
	fd = open(from, O_RDWR | O_CREAT, 0600);
	cr_assert_eq(ftruncate(fd, 64 << 20), 0);
	/* What was written is no hole, but zeros all the same. */
	cr_assert_eq(pwrite(fd, zeros, sizeof(zeros), 0), sizeof(zeros));
	cr_assert_eq(pwrite(fd, "hello", 5, 33 << 20), 5);
	close(fd);
	cr_assert_eq(file_copy_sparse(from, to), 0);
	fd = open(to, O_RDONLY);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_assert_eq(st.st_size, 64 << 20);
	cr_assert_lt(st.st_blocks, 4096, "%ld sectors", (long)st.st_blocks);
	cr_assert_eq(pread(fd, back, 5, 33 << 20), 5);
	cr_assert_str_eq(back, "hello");
	close(fd);
}

/* ---- a copy that is whole or not there ---- */

#define PAGE  4096ULL
#define PAGES 64ULL

static struct {
	char from[64], to[64], temporary[80];
} copy;

static void put_page(uint64_t page, const char *text)
{
	int fd = open(copy.from, O_WRONLY);

	cr_assert(fd >= 0);
	cr_assert_gt(pwrite(fd, text, strlen(text) + 1, (off_t)(page * PAGE + 100)), 0);
	close(fd);
}

static void make_sparse(void)
{
	int fd;

	snprintf(copy.from, sizeof(copy.from), "%s/from", dir);
	snprintf(copy.to, sizeof(copy.to), "%s/kept", dir);
	snprintf(copy.temporary, sizeof(copy.temporary), "%s.tmp", copy.to);
	fd = open(copy.from, O_RDWR | O_CREAT, 0600);
	cr_assert(fd >= 0);
	cr_assert_eq(ftruncate(fd, PAGES * PAGE), 0);
	close(fd);
	put_page(3, "third");
	put_page(7, ""); /* zeros, and no hole */
	put_page(PAGES - 1, "last");
}

static void expect_copy(const char *first)
{
	size_t len;
	char *data;

	cr_assert_eq(file_read(AT_FDCWD, copy.to, 1 << 20, &data, &len), 0);
	cr_expect_eq(len, PAGES * PAGE);
	cr_expect_str_eq(data + 3 * PAGE + 100, first);
	cr_expect_str_eq(data + (PAGES - 1) * PAGE + 100, "last");
	cr_expect_eq(access(copy.temporary, F_OK), -1, "its temporary file is left");
	free(data);
}

Test(file, copied_whole)
{
	struct stat st;

	make_sparse();
	cr_assert_eq(file_copy_atomic(copy.from, copy.to), 0);
	expect_copy("third");
	cr_assert_eq(stat(copy.to, &st), 0);
	cr_expect_lt(st.st_blocks * 512, (off_t)(PAGES * PAGE / 2), "it is not sparse");
	put_page(3, "THIRD");
	cr_assert_eq(file_copy_atomic(copy.from, copy.to), 0);
	expect_copy("THIRD");
}

/* Its last page does not fit: the name is that of what was there before, or of nothing. */
static void fail_to_copy(void)
{
	struct rlimit limit, all;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &all);
	limit = all;
	limit.rlim_cur = PAGES * PAGE / 2;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_expect_eq(file_copy_atomic(copy.from, copy.to), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &all);
	cr_expect_eq(access(copy.temporary, F_OK), -1, "its temporary file is left");
}

Test(file, half_a_copy_has_no_name)
{
	make_sparse();
	fail_to_copy();
	cr_expect_eq(access(copy.to, F_OK), -1);
}

Test(file, half_a_copy_replaces_nothing)
{
	make_sparse();
	cr_assert_eq(file_copy_atomic(copy.from, copy.to), 0);
	put_page(3, "THIRD");
	fail_to_copy();
	expect_copy("third");
}

Test(file, what_cannot_be_copied)
{
	make_sparse();
	cr_expect_eq(file_copy_atomic("/nonexistent", copy.to), -ENOENT);
	cr_expect_eq(file_copy_atomic(copy.from, "/nonexistent/kept"), -ENOENT);
}
