// SPDX-License-Identifier: GPL-2.0-or-later
/* The reference is busybox's cpio, which is not ours. */
#include "emulate/cpio.h"
#include "lib/file.h"
#include "lib/proc.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *make(size_t *len)
{
	struct cpio c;
	char *text;
	FILE *out = open_memstream(&text, len);

	cpio_init(&c, out);
	cr_assert_eq(cpio_data(&c, "/a/b/file", 0644, "hello", 5), 0);
	cr_assert_eq(cpio_dir(&c, "/a/b"), 0, "a directory made before is no error");
	cr_assert_eq(cpio_link(&c, "/a/link", "b/file"), 0);
	cr_assert_eq(cpio_node(&c, "/dev/null", S_IFCHR | 0666, 1, 3), 0);
	cr_assert_eq(cpio_finish(&c, 4096), 0);
	cpio_release(&c);
	fclose(out);
	return text;
}

Test(cpio, same_input_same_bytes)
{
	size_t n, m;
	char *one = make(&n), *two = make(&m);

	cr_assert_eq(n, 4096, "padded as asked");
	cr_assert_eq(n, m);
	cr_assert_eq(memcmp(one, two, n), 0);
	free(one);
	free(two);
}

Test(cpio, another_program_reads_it)
{
	char *argv[] = { (char *)"sh", (char *)"-c",
			 (char *)"busybox cpio -t <build/tests/cpio.test", NULL };
	char out[512];
	size_t n;
	char *text = make(&n);
	struct err e;

	file_mkdirs("build/tests", 0777);
	cr_assert_eq(file_write_atomic(AT_FDCWD, "build/tests/cpio.test", text, n), 0);
	cr_assert_eq(proc_run(argv, out, sizeof(out), 10000, &e), 0, "%s", e.what);
	cr_assert(strstr(out, "a/b/file\n") && strstr(out, "a/link\n") && strstr(out, "dev/null\n"),
		  "%s", out);
	free(text);
}

Test(cpio, a_missing_source_is_an_error)
{
	struct cpio c;
	FILE *out = fopen("/dev/null", "w");

	cpio_init(&c, out);
	cr_assert_eq(cpio_file(&c, "/x", 0644, "/nonexistent"), -ENOENT);
	cpio_release(&c);
	fclose(out);
}

Test(cpio, a_full_disk_is_an_error)
{
	struct cpio c;
	FILE *out = fopen("/dev/full", "w");
	int r;

	cpio_init(&c, out);
	r = cpio_data(&c, "/x", 0644, "hello", 5);
	if (!r)
		r = cpio_finish(&c, 512);
	cr_assert_lt(r, 0);
	cpio_release(&c);
	fclose(out);
}
