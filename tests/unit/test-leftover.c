// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a cleaner that takes what belongs to a living run or to somebody else. */
#include "bench/target/leftover.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static struct err e;

/* A process that is gone, and waited for: its number is free. */
static void dead_name(char *buf, size_t len)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	snprintf(buf, len, "daxbench-%d", (int)pid);
}

Test(leftover, only_what_the_dead_made)
{
	char name[32];

	dead_name(name, sizeof(name));
	cr_assert(leftover_is_stale(name));
	snprintf(name, sizeof(name), "daxbench-%d", (int)getpid());
	cr_assert_not(leftover_is_stale(name));
	cr_assert_not(leftover_is_stale("daxbench-1"), "init lives, and is not ours to signal");
}

Test(leftover, never_another_name)
{
	static const char *const names[] = { "daxbench-",
					     "daxbench-0",
					     "daxbench--1",
					     "daxbench-1x",
					     "daxbench-999999999999999999999",
					     "daxbench",
					     "trace-cmd-12345",
					     "",
					     "xdaxbench-12",
					     "daxbench-4294967297" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cr_assert_not(leftover_is_stale(names[i]), "%s", names[i]);
}

static void count(void *data, const char *what)
{
	(void)what;
	++*(int *)data;
}

Test(leftover, this_machine_has_none)
{
	int n = 0;

	cr_assert_eq(leftover_each(false, count, &n, &e), 0, "%s", e.what);
	cr_assert_eq(n, 0);
}
