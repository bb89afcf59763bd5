// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a half-written file left over, a bound not kept, a link followed. */
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
