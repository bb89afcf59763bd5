// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs run as in a guest. Caught is an end that is told wrongly, output that is lost, a
 * process that is left, and a device that the program could see. Needs root, as there.
 */
#include "bench/check/exec.h"

#include "lib/file.h"
#include "lib/proc.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct exec_job job = { .timeout_ms = 20000 };
static int dir;
static char sh[PATH_MAX], text[1 << 21];
static struct err e;

/* What exec_run() may do here: a namespace of mounts, and trace. */
static bool may(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(unshare(CLONE_NEWNS) != 0);
	return !proc_wait(pid);
}

static void start(void)
{
	if (geteuid() || !may())
		cr_skip_test("needs root");
	cr_assert_eq(proc_find("sh", sh, sizeof(sh), &e), 0);
	job.out = memfd_create("out", MFD_CLOEXEC);
	job.err = memfd_create("err", MFD_CLOEXEC);
	job.maps = memfd_create("maps", MFD_CLOEXEC);
	dir = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

TestSuite(exec_run, .init = start, .timeout = 60);

static int run_shell(const char *script)
{
	char *argv[] = { sh, (char *)"-c", (char *)script, NULL };

	job.argv = argv;
	return exec_run(&job, dir, &e);
}

static const char *read_back(int fd)
{
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	cr_assert(n >= 0);
	text[n] = '\0';
	return text;
}

Test(exec_run, one_that_ends_well)
{
	cr_assert_eq(run_shell("pwd; echo wrong >&2"), 0, "%s", e.what);
	cr_expect_str_eq(read_back(job.out), "/\n");
	cr_expect_str_eq(read_back(job.err), "wrong\n");
	cr_expect(strstr(read_back(job.maps), "/sh") || strstr(text, "/dash"), "%s", text);
}

Test(exec_run, one_that_does_not)
{
	cr_assert_eq(run_shell("echo a >&2; echo b >&2; echo c >&2; echo d >&2; exit 3"),
		     -ECANCELED);
	cr_expect_str_eq(e.what, "exit status 3: b c d");
}

Test(exec_run, one_that_a_signal_ends)
{
	cr_assert_eq(run_shell("kill -9 $$"), -ECANCELED);
	cr_expect(strstr(e.what, "signal 9"), "%s", e.what);
}

Test(exec_run, a_signal_that_it_handles_reaches_it)
{
	cr_expect_eq(run_shell("trap 'exit 0' TERM; kill -TERM $$; exit 1"), 0, "%s", e.what);
}

Test(exec_run, one_that_does_not_end)
{
	job.timeout_ms = 300;
	cr_assert_eq(run_shell("echo before; while :; do :; done"), -ETIMEDOUT);
	cr_expect(strstr(e.what, "no end"), "%s", e.what);
	cr_expect_str_eq(read_back(job.out), "before\n");
}

Test(exec_run, what_it_leaves_is_ended)
{
	char line[64] = "", path[64];

	cr_assert_eq(run_shell("setsid sleep 1000 & echo $!"), 0, "%s", e.what);
	snprintf(path, sizeof(path), "/proc/%ld/stat", strtol(read_back(job.out), NULL, 10));
	/* Who inherits it may not have waited for it yet. */
	cr_expect(file_read_line(path, line, sizeof(line)) || strstr(line, ") Z "), "%s", line);
}

Test(exec_run, it_sees_no_device_but_the_usual)
{
	cr_assert_eq(run_shell("echo /dev/*; echo x >/dev/null"), 0, "%s", e.what);
	cr_expect_str_eq(read_back(job.out),
			 "/dev/fd /dev/full /dev/null /dev/random /dev/shm /dev/urandom "
			 "/dev/zero\n");
}

Test(exec_run, of_much_output_the_beginning_is_kept)
{
	cr_assert_eq(run_shell("head -c 3000000 /dev/zero | tr '\\0' x"), 0, "%s", e.what);
	read_back(job.out);
	cr_expect_eq(strspn(text, "x"), 1U << 20);
	cr_expect(strstr(text, "not kept"));
}

Test(exec_run, what_is_no_program_is_told)
{
	char *argv[] = { (char *)"/etc/passwd", NULL };

	job.argv = argv;
	cr_expect_eq(exec_run(&job, dir, &e), -EACCES);
	cr_expect(strstr(e.what, "execute"), "%s", e.what);
}
