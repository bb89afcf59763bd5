// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which file a word means, and what goes along with it. Caught is a program that is missing, and
 * said to be so only by a guest.
 */
#include "bench/check/exec.h"

#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/test-exec-XXXXXX", path[PATH_MAX];
static char *found;
static struct oplist_luggage luggage;
static struct err e;

static void make_dir(void)
{
	cr_assert(mkdtemp(dir));
}

static void drop(void)
{
	free(found);
	oplist_luggage_release(&luggage);
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(exec, .init = make_dir, .fini = drop);

static const char *put(const char *name, const char *content, mode_t mode)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	cr_assert_eq(file_write_atomic(fd, name, content, strlen(content)), 0);
	cr_assert_eq(chmod(path, mode), 0);
	close(fd);
	return path;
}

static bool has(const char *file)
{
	for (size_t i = 0; i < luggage.n; i++)
		if (!strcmp(luggage.files[i], file))
			return true;
	return false;
}

Test(exec, a_name_is_looked_for)
{
	cr_assert_eq(exec_find("ls", &found, &e), 0, "%s", e.what);
	cr_expect_eq(found[0], '/');
	cr_expect(strstr(found, "bin/ls"));
}

Test(exec, a_path_becomes_absolute)
{
	char typed[PATH_MAX];

	put("program", "#!/bin/sh\n", 0755);
	cr_assert_eq(chdir(dir), 0);
	cr_assert_eq(exec_find("./program", &found, &e), 0, "%s", e.what);
	cr_expect_str_eq(found, path);
	free(found);
	snprintf(typed, sizeof(typed), "../%s/./program", strrchr(dir, '/') + 1);
	cr_assert_eq(exec_find(typed, &found, &e), 0, "%s", e.what);
	cr_expect_str_eq(found, path);
}

Test(exec, a_link_keeps_its_name)
{
	snprintf(path, sizeof(path), "%s/other", dir);
	cr_assert_eq(symlink("/bin/sh", path), 0);
	cr_assert_eq(exec_find(path, &found, &e), 0, "%s", e.what);
	cr_expect_str_eq(found, path);
}

static void refuse(const char *word, const char *why)
{
	e = (struct err){ 0 };
	cr_expect_eq(exec_find(word, &found, &e), -EINVAL, "%s", word);
	cr_expect(strstr(e.what, why), "%s: %s", word, e.what);
}

Test(exec, what_cannot_be_run_is_refused)
{
	refuse("", "no name");
	refuse("no-such-program-at-all", "not found");
	refuse("/not/there", "no such program");
	refuse("/etc/not-there", "no such file");
	refuse("/etc/passwd", "cannot be executed");
	refuse(dir, "not a file");
	refuse("/dev/null", "not a file");
	refuse(put("a:b", "#!/bin/sh\n", 0755), "cannot have that name");
}

Test(exec, the_program_goes_along)
{
	cr_assert_eq(exec_pack("/bin/true", NULL, &luggage, &e), 0, "%s", e.what);
	cr_expect_eq(luggage.n, 1);
	cr_expect(has("/bin/true:/bin/true"));
}

Test(exec, a_script_brings_its_interpreter)
{
	cr_assert_eq(exec_pack(put("script", "#!/bin/sh -e\ntrue\n", 0755), NULL, &luggage, &e), 0);
	cr_expect_eq(luggage.n, 2);
	cr_expect(has("/bin/sh:/bin/sh"));
}

Test(exec, so_does_one_of_env)
{
	cr_assert_eq(exec_pack(put("script", "#!/usr/bin/env sh\n", 0755), NULL, &luggage, &e), 0);
	cr_expect_eq(luggage.n, 3);
	cr_expect(has("/usr/bin/env:/usr/bin/env"));
}

Test(exec, an_interpreter_that_is_missing_is_told)
{
	cr_expect_eq(exec_pack(put("script", "#!/not/there\n", 0755), NULL, &luggage, &e), -EINVAL);
	cr_expect(strstr(e.what, "/not/there"));
}

Test(exec, what_else_it_needs_goes_along)
{
	char *bring[] = { path, (char *)"ls", NULL };

	put("data", "1", 0644);
	cr_assert_eq(exec_pack("/bin/true", bring, &luggage, &e), 0, "%s", e.what);
	cr_expect_eq(luggage.n, 3);
	bring[0] = (char *)"/not/there";
	cr_expect_eq(exec_pack("/bin/true", bring, &luggage, &e), -EINVAL);
}

Test(exec, it_is_known_by_its_name)
{
	cr_expect(exec_is_meant(exec_workload.name));
	cr_expect(!exec_is_meant("ops"));
}
