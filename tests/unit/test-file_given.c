// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a reader that waits for a pipe, or takes a device for a file. */
#include "lib/file.h"
#include "lib/file_given.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char dir[] = "build/tests/file-given-XXXXXX";

static void set_up(void)
{
	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(dir));
}

static void tear_down(void)
{
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(file_given, .init = set_up, .fini = tear_down);

static const char *in_dir(const char *name)
{
	static char path[80];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* It would wait for ever for somebody to write. */
Test(file_given, what_is_no_file_is_refused, .timeout = 5)
{
	char *data = NULL;
	struct err e = { 0 };
	size_t len;

	cr_assert_eq(mkfifo(in_dir("pipe"), 0600), 0);
	cr_expect_eq(file_read_given(in_dir("pipe"), "read", 100, &data, &len, &e), -EBADMSG);
	cr_expect_eq(file_read_given(dir, "read", 100, &data, &len, &e), -EBADMSG);
	cr_expect_eq(file_read_given("/dev/zero", "read", 100, &data, &len, &e), -EBADMSG);
	cr_expect_eq(file_read_given("/nonexistent", "read", 100, &data, &len, &e), -ENOENT);
	cr_expect_null(data);
}

Test(file_given, a_file_is_read_up_to_its_bound)
{
	struct err e = { 0 };
	char *data = NULL;
	size_t len;

	cr_assert_eq(file_write_atomic(AT_FDCWD, in_dir("a"), "hello", 5), 0);
	cr_expect_eq(file_read_given(in_dir("a"), "look at it", 4, &data, &len, &e), -EFBIG);
	cr_expect(strstr(e.what, "look at it"));
	cr_assert_eq(file_read_given(in_dir("a"), "read", 5, &data, &len, &e), 0);
	cr_expect_eq(len, 5);
	cr_expect_str_eq(data, "hello");
	free(data);
}
