// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a walk finds, in a directory of this machine. Caught: content that is lost, a walk
 * that follows links or does not end, a file that leaves no room for the rest.
 */
#include "bench/recover/walk.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

static char home[] = "/tmp/daxbench-walk-XXXXXX";
static struct dump *d;
static struct err e;

static void set_up(void)
{
	cr_assert_not_null(mkdtemp(home));
	cr_assert_eq(chdir(home), 0);
	cr_assert_eq(mkdir("dir", 0755), 0);
}

static void tear_down(void)
{
	cr_assert_eq(chdir("/"), 0);
	file_remove_tree(AT_FDCWD, home);
	dump_free(d);
}

TestSuite(walk, .init = set_up, .fini = tear_down, .timeout = 60);

static void make(const char *path, off_t at, const char *text, off_t size)
{
	int fd = open(path, O_RDWR | O_CREAT, 0640);

	cr_assert_geq(fd, 0);
	cr_assert_eq(pwrite(fd, text, strlen(text), at), (ssize_t)strlen(text));
	cr_assert_eq(ftruncate(fd, size), 0);
	close(fd);
}

static void walk(const char *path, size_t room)
{
	void *memory = malloc(room);
	struct dump_out out;
	size_t len;

	dump_out_begin(&out, memory, room);
	walk_tree(path, &out);
	len = dump_out_end(&out);
	cr_assert_gt(len, 0);
	cr_assert_eq(dump_parse(&d, memory, len, &e), 0, "%s", e.what);
}

Test(walk, what_files_hold)
{
	const struct dump_entry *f;

	make("dir/f", 5 * 4096 + 100, "here", 7 * 4096 + 1);
	make("dir/end", 4096, "x", 4097);
	make("dir/empty", 0, "", 0);
	make("dir/zeros", 0, "", 1 << 20);
	walk("dir", 1 << 20);
	f = dump_find(d, "f");
	cr_assert_not_null(f);
	cr_expect_eq(f->size, 7 * 4096 + 1);
	cr_expect_eq(f->mode, S_IFREG | 0640);
	cr_assert_eq(f->n_pages, 1);
	cr_expect_eq(f->page[0].index, 5);
	cr_expect_eq(memcmp(f->page[0].data + 100, "here", 5), 0);
	f = dump_find(d, "end");
	cr_assert_eq(f->n_pages, 1);
	cr_expect_eq(f->page[0].index, 1);
	cr_expect_eq(dump_find(d, "empty")->n_pages, 0);
	cr_expect_eq(dump_find(d, "zeros")->n_pages, 0);
	cr_expect_eq(dump_step(d, DUMP_WALK)->result, 0);
}

Test(walk, directories_and_links)
{
	cr_assert_eq(mkdir("dir/a", 0700), 0);
	cr_assert_eq(symlink("/", "dir/a/link"), 0);
	make("dir/a/b", 0, "b", 1);
	make("other", 0, "b", 1);
	walk("dir", 1 << 20);
	cr_expect_str_eq(dump_find(d, "a/link")->target, "/");
	cr_expect(S_ISDIR(dump_find(d, ".")->mode));
	cr_expect(S_ISDIR(dump_find(d, "a")->mode));
	cr_expect_eq(dump_find(d, "a/b")->n_pages, 1);
	cr_expect_null(dump_find(d, "other"));
}

/* False: this machine's files have none. */
static bool set(const char *path, const char *name, size_t size)
{
	static const unsigned char value[65536] = { 1, 0, 3 };

	return !setxattr(path, name, value, size, 0);
}

Test(walk, extended_attributes)
{
	const struct dump_entry *f;

	make("dir/f", 0, "text", 4);
	make("dir/none", 0, "", 0);
	cr_assert_eq(mkdir("dir/a", 0700), 0);
	if (!set("dir/f", "user.second", 3))
		cr_skip_test("files here have no user attributes");
	cr_assert(set("dir/f", "user.first", 0));
	cr_assert(set("dir/a", "user.of-directory", 1000));
	cr_assert(set("dir", "user.of-top", 1));
	walk("dir", 1 << 20);
	f = dump_find(d, "f");
	cr_assert_eq(f->n_xattrs, 2);
	cr_expect_str_eq(f->xattr[0].name, "user.first");
	cr_expect_eq(f->xattr[0].size, 0);
	cr_expect_str_eq(f->xattr[1].name, "user.second");
	cr_expect(f->xattr[1].size == 3 && !memcmp(f->xattr[1].value, "\1\0\3", 3));
	cr_expect_eq(f->n_pages, 1);
	cr_expect_eq(dump_find(d, "none")->n_xattrs, 0);
	cr_expect_eq(dump_find(d, "a")->xattr->size, 1000);
	cr_expect_str_eq(dump_find(d, ".")->xattr->name, "user.of-top");
}

Test(walk, attributes_that_leave_no_room)
{
	make("dir/f", 0, "", 0);
	make("dir/g", 0, "", 0);
	if (!set("dir/f", "user.large", 3000))
		cr_skip_test("files here have no user attributes");
	walk("dir", 3400);
	cr_expect_eq(dump_find(d, "f")->error, EFBIG);
	cr_expect_eq(dump_find(d, "f")->n_xattrs, 0);
	cr_assert_not_null(dump_find(d, "g"));
}

Test(walk, a_directory_that_is_not_there)
{
	const struct dump_entry *entries;

	walk("none", 4096);
	cr_expect_eq(dump_step(d, DUMP_WALK)->result, 0);
	cr_expect_eq(dump_entries(d, &entries), 0);
	dump_free(d);
	make("file", 0, "b", 1);
	walk("file", 4096);
	cr_expect_eq(dump_step(d, DUMP_WALK)->result, ENOTDIR);
}

Test(walk, a_file_that_is_too_large_for_the_dump)
{
	static char many[64 * 4096 + 1];

	memset(many, 'm', sizeof(many) - 1);
	make("dir/large", 0, many, 1LL << 40);
	make("dir/small", 0, "s", 1);
	walk("dir", 32 * 4096);
	cr_expect_eq(dump_find(d, "large")->error, EFBIG);
	cr_expect_eq(dump_find(d, "large")->n_pages, 0);
	cr_expect_eq(dump_find(d, "large")->size, 1ULL << 40);
	cr_expect_eq(dump_find(d, "small")->error, 0);
	cr_expect_eq(dump_find(d, "small")->n_pages, 1);
}

Test(walk, too_deep)
{
	char path[600] = "dir";

	for (int i = 0; i < 80; i++) {
		size_t used = strlen(path);

		snprintf(path + used, sizeof(path) - used, "/d");
		cr_assert_eq(mkdir(path, 0700), 0);
	}
	walk("dir", 1 << 20);
	path[3 + 2 * 64] = '\0';
	cr_assert_not_null(dump_find(d, path + 4));
	cr_expect_eq(dump_find(d, path + 4)->error, ELOOP);
}
