// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a lost status, a child that outlives a time limit, an inherited environment. */
#include "lib/proc.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int sh(const char *script, char *out, size_t len, unsigned int ms, struct err *e)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)script, NULL };

	return proc_run(argv, out, len, ms, e);
}

Test(proc, output_is_kept)
{
	char out[64];
	struct err e;

	cr_assert_eq(sh("echo one; echo two >&2", out, sizeof(out), 0, &e), 0);
	cr_assert(strstr(out, "one") && strstr(out, "two"));
	cr_assert_eq(sh("echo 0123456789", out, 5, 0, &e), 0);
	cr_assert_str_eq(out, "0123");
}

Test(proc, status_is_told_with_the_last_words)
{
	struct err e;

	cr_assert_eq(sh("echo first; echo last; exit 3", NULL, 0, 0, &e), -EIO);
	cr_assert(strstr(e.what, "exit status 3") && strstr(e.what, "last"), "%s", e.what);
	cr_assert_eq(sh("kill -SEGV $$", NULL, 0, 0, &e), -EIO);
	cr_assert(strstr(e.what, "139"), "%s", e.what);
}

Test(proc, time_limit)
{
	struct err e;

	cr_assert_eq(sh("while :; do :; done", NULL, 0, 200, &e), -ETIMEDOUT);
}

Test(proc, long_output_keeps_its_end)
{
	struct err e;

	cr_assert_eq(sh("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; exit 1",
			NULL, 0, 0, &e),
		     -EIO);
	cr_assert(strstr(e.what, "line 2999"), "%s", e.what);
}

Test(proc, environment_is_small)
{
	char out[1024];
	struct err e;

	setenv("DAXBENCH_SECRET", "x", 1);
	cr_assert_eq(sh("env", out, sizeof(out), 0, &e), 0);
	cr_assert_not(strstr(out, "DAXBENCH_SECRET"));
	cr_assert(strstr(out, "LC_ALL=C"));
}

Test(proc, missing_programs_name_their_package)
{
	char path[64];
	struct err e;

	cr_assert_eq(proc_find("sh", path, sizeof(path), &e), 0);
	cr_assert_eq(proc_find("no-such-program", path, sizeof(path), &e), -ENOENT);
	cr_assert_str_empty(path);
}
