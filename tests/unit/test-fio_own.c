// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a file that is taken for another job, a name that results cannot hold, and a
 * guest that is sent off without what its command line names. */
#include "bench/fio/fio_own.h"
#include "bench/fio/fio_jobs.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char dir[] = "build/tests/fio-own-XXXXXX", path[128];
static const struct dx_workload *w;
static struct err e;

static void set_up(void)
{
	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(dir));
}

static void tear_down(void)
{
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(fio_own, .init = set_up, .fini = tear_down);

static int load(const char *name, const char *text)
{
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	cr_assert_eq(file_write_atomic(AT_FDCWD, path, text, strlen(text)), 0);
	return fio_own_load(path, &w, &e);
}

Test(fio_own, words)
{
	cr_expect_str_eq(fio_own_path("fio:a/b:c.fio"), "a/b:c.fio");
	cr_expect_str_eq(fio_own_path("fio:/b"), "/b");
	cr_expect_null(fio_own_path("fio:a"));
	cr_expect_null(fio_own_path("a/b"));
}

Test(fio_own, a_file_is_a_workload)
{
	const struct dx_workload *again;

	cr_assert_eq(load("my-job.fio", "# ops: 3\n[a]\n"), 0, "%s", e.what);
	cr_expect_str_eq(w->name, "fio:my-job");
	cr_expect_eq(w->max_ops, 3);
	cr_expect_str_eq(w->job->path, path);
	cr_expect_str_eq(w->job->text, "# ops: 3\n[a]\n");
	cr_assert_eq(fio_own_load(path, &again, &e), 0);
	cr_expect_eq(again, w, "the same");
}

Test(fio_own, a_file_that_is_none)
{
	cr_expect_eq(load("two.fio", "[a]\n[b]\n"), -EINVAL);
	cr_expect(strstr(e.what, "2 jobs"));
	cr_expect_eq(load("Capital.fio", "[a]\n"), -EINVAL);
	cr_expect(strstr(e.hint, "rename"));
	cr_expect_eq(load(".fio", "[a]\n"), -EINVAL);
	cr_expect_eq(fio_own_load("build/tests/no-such.fio", &w, &e), -ENOENT);
	cr_expect_str_eq(e.object, "build/tests/no-such.fio");
	snprintf(path, sizeof(path), "%s/plain.fio", dir);
	cr_assert_eq(file_mkdirs(path, 0777), 0);
	cr_expect_eq(fio_own_load(path, &w, &e), -EISDIR);
}

Test(fio_own, too_long_to_be_one)
{
	char *text = malloc(70001);

	memset(text, '#', 70000);
	text[70000] = '\0';
	cr_expect_eq(load("long.fio", text), -EFBIG);
	free(text);
}

static bool has(const struct fio_luggage *l, const char *from, const char *to)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strncmp(l->files[i], from, strlen(from)) && strstr(l->files[i], to))
			return true;
	return false;
}

Test(fio_own, what_a_guest_is_given)
{
	static const struct dx_workload other = { .name = "other" };
	struct selection s[2] = { { .workload = &other } };
	struct fio_luggage luggage;

	cr_assert_eq(fio_luggage_pack(s, 1, &luggage, &e), 0);
	cr_expect_null(luggage.files, "no fio where none is asked for");
	cr_assert_eq(load("mine.fio", "[a]\n"), 0);
	s[1].workload = w;
	cr_assert_eq(fio_luggage_pack(s, 2, &luggage, &e), 0);
	cr_assert(luggage.n >= 1);
	cr_expect_null(luggage.files[luggage.n]);
	cr_expect(has(&luggage, path, ":/job/fio-"));
	cr_expect(luggage.n == 1 || has(&luggage, "/", "/fio:/"), "and fio, where it is installed");
	fio_luggage_release(&luggage);
	cr_expect_null(luggage.files);
}
