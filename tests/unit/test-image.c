// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The initramfs, read back with a small reader of its own: two newc archives
 * one behind the other. Caught: an owner or a time of this machine in it, a
 * binary without its libraries, a job that moves what lies behind it, a cache
 * that outlives its input.
 */
#include "emulate/image.h"
#include "emulate/guest.h"
#include "lib/file.h"
#include "lib/proc.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN "0123456789abcdef0123456789abcdef"

static char home[] = "/tmp/daxbench-image-XXXXXX";
static const struct kernel kernel = { .name = "test", .image = "/nowhere", .release = "9.9" };
static char *const command[] = { (char *)"daxbench", (char *)"run", (char *)"a b", NULL };
static struct emulate_job job = { .kernel = "test", .argv = command };
static struct err e;

struct entry {
	const char *name, *data;
	unsigned int inode, mode, uid, gid, mtime, len, major, minor;
};

struct archive {
	char *bytes;
	size_t len;
	struct entry entry[600];
	size_t n;
};

/* image.c looks for its parts from where daxbench runs: a directory with just those. */
static void set_up(void)
{
	cr_assert_not_null(mkdtemp(home));
	cr_assert_eq(chdir(home), 0);
	cr_assert_eq(file_mkdirs("build", 0777), 0);
	cr_assert_eq(file_copy_sparse("/bin/busybox", "build/daxbench-init"), 0);
}

static void tear_down(void)
{
	cr_assert_eq(chdir("/"), 0);
	file_remove_tree(AT_FDCWD, home);
}

TestSuite(image, .init = set_up, .fini = tear_down, .timeout = 120);

static unsigned int field(const char *head, unsigned int index)
{
	char digits[9];

	memcpy(digits, head + 6 + 8 * (size_t)index, 8);
	digits[8] = '\0';
	return (unsigned int)strtoul(digits, NULL, 16);
}

static size_t up(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static void parse(struct archive *a)
{
	size_t at = 0;

	while (at + 110 < a->len) {
		const char *head = a->bytes + at;
		struct entry *t = &a->entry[a->n];

		if (!*head) { /* between and behind the archives */
			at += 4;
			continue;
		}
		cr_assert_eq(memcmp(head, "070701", 6), 0, "at %zu", at);
		*t = (struct entry){ .name = head + 110,
				     .inode = field(head, 0),
				     .mode = field(head, 1),
				     .uid = field(head, 2),
				     .gid = field(head, 3),
				     .mtime = field(head, 5),
				     .len = field(head, 6),
				     .major = field(head, 9),
				     .minor = field(head, 10) };
		cr_assert_eq(strlen(t->name) + 1, field(head, 11));
		at = up(at + 110 + field(head, 11));
		t->data = a->bytes + at;
		at = up(at + t->len);
		cr_assert_leq(at, a->len);
		cr_assert_lt(++a->n, 600);
	}
}

static struct archive *make(const char *path, const char *token)
{
	struct archive *a = calloc(1, sizeof(*a));

	cr_assert_eq(image_write(&job, &kernel, token, "{}", path, &e), 0, "%s: %s", e.object,
		     e.what);
	cr_assert_eq(file_read(AT_FDCWD, path, 512 << 20, &a->bytes, &a->len), 0);
	parse(a);
	return a;
}

static void drop(struct archive *a)
{
	free(a->bytes);
	free(a);
}

/* The last of a name: it is the one that the kernel leaves. */
static const struct entry *find(const struct archive *a, const char *name)
{
	for (size_t i = a->n; i-- > 0;)
		if (!strcmp(a->entry[i].name, name))
			return &a->entry[i];
	return NULL;
}

static bool is_text(const struct entry *t, const char *text, size_t len)
{
	return t && t->len == len && !memcmp(t->data, text, len);
}

Test(image, nothing_of_this_machine)
{
	struct archive *a = make("one", TOKEN);
	unsigned int trailers = 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct entry *t = &a->entry[i];

		cr_assert(!t->uid && !t->gid && !t->mtime, "%s", t->name);
		trailers += !strcmp(t->name, "TRAILER!!!");
	}
	cr_assert_eq(trailers, 2);
	cr_assert_eq(find(a, "dev/console")->mode, S_IFCHR | 0600);
	cr_assert_eq(find(a, "dev/console")->major, 5);
	cr_assert_eq(find(a, "dev/console")->minor, 1);
	drop(a);
}

Test(image, daxbench_has_its_libraries)
{
	struct archive *a = make("one", TOKEN);
	bool found = false;

	cr_assert_not_null(find(a, "init"));
	cr_assert_gt(find(a, "bin/daxbench")->len, 10000);
	/* "daxbench" is this program here: linked with Criterion, which no other one is. */
	for (size_t i = 0; i < a->n; i++)
		found |= strstr(a->entry[i].name, "/libcriterion.so") != NULL;
	cr_assert(found);
	cr_assert_null(find(a, "bin/mkfs.ext2"), "busybox has another");
	cr_assert(is_text(find(a, "bin/sh"), "busybox", 7));
	drop(a);
}

Test(image, parents_come_before_children)
{
	struct archive *a = make("one", TOKEN);

	for (size_t i = 0; i < a->n; i++) {
		char parent[256];
		char *slash;
		size_t j;

		snprintf(parent, sizeof(parent), "%s", a->entry[i].name);
		slash = strrchr(parent, '/');
		if (!slash)
			continue;
		*slash = '\0';
		for (j = 0; j < i && strcmp(a->entry[j].name, parent) != 0; j++)
			;
		cr_assert_lt(j, i, "%s", a->entry[i].name);
	}
	drop(a);
}

Test(image, the_job)
{
	struct archive *a = make("one", TOKEN);

	cr_assert(is_text(find(a, GUEST_ARGV + 1), "daxbench\0run\0a b", 17));
	cr_assert(is_text(find(a, GUEST_TOKEN + 1), TOKEN, 32));
	cr_assert(is_text(find(a, GUEST_FACTS + 1), "{}", 2));
	cr_assert_null(find(a, GUEST_DETERMINISTIC + 1));
	cr_assert_null(find(a, GUEST_INTERACTIVE + 1));
	drop(a);
}

Test(image, a_guest_that_plays_a_host_has_no_token)
{
	struct archive *a = make("one", NULL);

	cr_assert_null(find(a, GUEST_TOKEN + 1));
	drop(a);
}

Test(image, same_input_same_bytes_and_another_job_the_same_size)
{
	static char *const other[] = { (char *)"daxbench", NULL };
	struct archive *one = make("one", TOKEN), *two = make("two", TOKEN), *three;

	cr_assert_eq(one->len, two->len);
	cr_assert_eq(memcmp(one->bytes, two->bytes, one->len), 0);
	job.argv = other;
	job.deterministic = true;
	three = make("three", NULL);
	cr_assert_eq(one->len, three->len);
	cr_assert_not_null(find(three, GUEST_DETERMINISTIC + 1));
	drop(one);
	drop(two);
	drop(three);
}

Test(image, files_brought_along)
{
	static const char *const files[] = { "build/note:/x/y/note", "/usr/bin/env:/bin/env",
					     NULL };
	const struct entry *note;
	struct archive *a;

	cr_assert_eq(file_write_atomic(AT_FDCWD, "build/note", "hello", 5), 0);
	job.files = files;
	a = make("one", TOKEN);
	note = find(a, "x/y/note");
	cr_assert(is_text(note, "hello", 5));
	cr_assert_not_null(find(a, "x/y"));
	cr_assert_gt(find(a, "bin/env")->len, 10000, "what is brought replaces what is there");
	drop(a);
}

Test(image, files_that_cannot_be_brought)
{
	static const char *const none[] = { "/nonexistent:/x", NULL };
	static const char *const relative[] = { "/etc/passwd:x", NULL };

	job.files = none;
	cr_assert_eq(image_write(&job, &kernel, TOKEN, "{}", "one", &e), -ENOENT);
	cr_assert_str_eq(e.object, "/nonexistent");
	unlink("one");
	job.files = relative;
	cr_assert_eq(image_write(&job, &kernel, TOKEN, "{}", "one", &e), -EINVAL);
}

static unsigned int cached(char *name, size_t len)
{
	unsigned int n = 0;
	glob_t found;

	if (!glob("build/guest/initrd-test-*.cpio", 0, NULL, &found)) {
		n = (unsigned int)found.gl_pathc;
		snprintf(name, len, "%s", found.gl_pathv[0]);
	}
	globfree(&found);
	return n;
}

Test(image, the_cache_is_used_and_given_up_with_its_input)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = 1000 } };
	char first[256], second[256];
	struct stat before, after;

	drop(make("one", TOKEN));
	cr_assert_eq(cached(first, sizeof(first)), 1);
	cr_assert_eq(stat(first, &before), 0);
	drop(make("two", TOKEN));
	cr_assert_eq(cached(second, sizeof(second)), 1);
	cr_assert_eq(stat(second, &after), 0);
	cr_assert_eq(before.st_ino, after.st_ino, "written again");
	cr_assert_eq(utimensat(AT_FDCWD, "build/daxbench-init", times, 0), 0);
	drop(make("three", TOKEN));
	cr_assert_eq(cached(second, sizeof(second)), 1, "the old one is removed");
	cr_assert_str_neq(first, second);
}

Test(image, a_missing_part_is_named)
{
	cr_assert_eq(unlink("build/daxbench-init"), 0);
	cr_assert_eq(image_write(&job, &kernel, TOKEN, "{}", "one", &e), -ENOENT);
	cr_assert_str_eq(e.object, "build/daxbench-init");
	cr_assert_eq(cached((char[256]){ 0 }, 256), 0, "nothing that looks whole is left");
	cr_assert_neq(access("one.base", F_OK), 0);
}
