// SPDX-License-Identifier: GPL-2.0-or-later
/* Libraries of a program. The references: this test, which is linked with libcriterion. */
#include "emulate/closure.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned int n;
static char all[8192];
static struct err e;

static int take(void *data, const char *path)
{
	(void)data;
	cr_assert_eq(path[0], '/', "%s", path);
	cr_assert_eq(access(path, R_OK), 0, "%s", path);
	snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s\n", path);
	n++;
	return 0;
}

static int refuse(void *data, const char *path)
{
	(void)data;
	(void)path;
	n++;
	return -ENOSPC;
}

Test(closure, libraries_and_the_loader)
{
	char self[64];

	/* As image.c asks about daxbench: by the process, so that a new build on disk is no matter.
	 */
	snprintf(self, sizeof(self), "/proc/%d/exe", (int)getpid());
	cr_assert_eq(closure_of(self, take, NULL, &e), 0, "%s", e.what);
	cr_assert(strstr(all, "/libcriterion.so"), "%s", all);
	cr_assert(strstr(all, "/libc.so.6"), "%s", all);
	cr_assert(strstr(all, "/ld-linux-x86-64.so.2"), "%s", all);
}

Test(closure, static_and_foreign_files_need_nothing)
{
	cr_assert_eq(closure_of("/bin/busybox", take, NULL, &e), 0, "%s", e.what);
	cr_assert_eq(closure_of("/etc/passwd", take, NULL, &e), 0, "%s", e.what);
	cr_assert_eq(n, 0, "%s", all);
}

Test(closure, a_refusal_stops_it)
{
	cr_assert_eq(closure_of("/usr/bin/env", refuse, NULL, &e), -ENOSPC);
	cr_assert_eq(n, 1);
}
