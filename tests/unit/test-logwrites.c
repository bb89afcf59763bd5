// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The writer of log-writes' format; what test-logwrites_export.c cannot reach.
 * Catches a mark that runs out of its sector, a log that claims entries which a
 * full disk never took, and what touches a file that is none.
 */
#include "checker/blocks/logwrites.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static struct {
	char path[40];
	struct logwrites *w;
	char *data;
	size_t len;
	struct err e;
} f;

static void set_up(void)
{
	int fd;

	snprintf(f.path, sizeof(f.path), "/tmp/test-logwrites-XXXXXX");
	fd = mkstemp(f.path);
	cr_assert(fd >= 0);
	cr_assert_eq(write(fd, "what was there before", 21), 21);
	close(fd);
	cr_assert_eq(logwrites_create(&f.w, f.path, &f.e), 0, "%s", f.e.what);
}

static void tear_down(void)
{
	free(f.data);
	unlink(f.path);
}

TestSuite(logwrites, .init = set_up, .fini = tear_down);

static uint64_t entries(void)
{
	const struct logwrites_super *super;

	cr_assert_eq(file_read(AT_FDCWD, f.path, 64 << 20, &f.data, &f.len), 0);
	super = (const void *)f.data;
	cr_assert(f.len >= LOGWRITES_SECTOR);
	cr_assert_eq(super->magic, LOGWRITES_MAGIC);
	return super->nr_entries;
}

Test(logwrites, longest_mark)
{
	const struct logwrites_entry *entry;
	char text[LOGWRITES_SECTOR + 1];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	logwrites_mark(f.w, text);
	cr_assert_eq(logwrites_close(f.w, &f.e), 0);
	cr_assert_eq(entries(), 1);
	cr_assert_eq(f.len, 2 * LOGWRITES_SECTOR);
	entry = (const void *)(f.data + LOGWRITES_SECTOR);
	cr_expect_eq(entry->data_len, LOGWRITES_SECTOR - 32 - 1);
	cr_expect_eq(f.data[f.len - 2], 'x');
	cr_expect_eq(f.data[f.len - 1], '\0', "tools read it as text that ends");
}

Test(logwrites, abandoned)
{
	logwrites_flush(f.w);
	logwrites_abandon(f.w);
	logwrites_abandon(NULL);
	cr_expect_eq(entries(), 0);
}

Test(logwrites, full_disk)
{
	static const char sectors[64 * LOGWRITES_SECTOR];
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 1 << 20;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (uint64_t i = 0; i < 64; i++)
		logwrites_write(f.w, i, sectors, 64);
	cr_expect_eq(logwrites_close(f.w, &f.e), -EFBIG);
	cr_expect(strstr(f.e.what, "File too large"), "%s", f.e.what);
	cr_expect_eq(entries(), 0);
}

Test(logwrites, what_is_no_file)
{
	struct logwrites *w;

	logwrites_abandon(f.w);
	cr_expect_eq(logwrites_create(&w, "/nonexistent/log", &f.e), -ENOENT);
	cr_expect_eq(logwrites_create(&w, "/tmp", &f.e), -EISDIR);
	cr_expect_eq(logwrites_create(&w, "/dev/null", &f.e), -EINVAL);
}
