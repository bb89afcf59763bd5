// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a log is replayed onto, and the program that looks at it; what replay.sh cannot reach.
 * Catches a full disk that is not told, a hole that is none, and a write by the check
 * that goes unseen because the clock did not tick.
 */
#include "bench/replay/replay_check.h"
#include "bench/replay/replay_out.h"

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
	struct replay_out o;
	struct replay_check c;
	struct err e;
} f;

static void set_up(void)
{
	int fd;

	snprintf(f.path, sizeof(f.path), "/tmp/test-replay_out-XXXXXX");
	fd = mkstemp(f.path);
	cr_assert(fd >= 0);
	close(fd);
	cr_assert_eq(replay_out_image(&f.o, f.path, "/dev/null", &f.e), 0, "%s", f.e.what);
}

static void tear_down(void)
{
	replay_out_close(&f.o);
	replay_check_release(&f.c);
	unlink(f.path);
}

TestSuite(replay_out, .init = set_up, .fini = tear_down);

static char byte_at(off_t at)
{
	char c = 'x';

	cr_assert_eq(pread(f.o.fd, &c, 1, at), 1);
	return c;
}

Test(replay_out, write_and_discard)
{
	cr_assert_eq(replay_out_write(&f.o, 4096, "abc", 3, &f.e), 0);
	cr_expect_eq(f.o.size, 4099);
	cr_assert_eq(replay_out_discard(&f.o, 4097, 1, &f.e), 0);
	cr_expect_eq(byte_at(4096), 'a');
	cr_expect_eq(byte_at(4097), '\0');
	cr_expect_eq(byte_at(4098), 'c');
	cr_assert_eq(replay_out_discard(&f.o, 4098, 8192, &f.e), 0);
	cr_expect_eq(f.o.size, 4098 + 8192);
	cr_expect_eq(byte_at(4098 + 8191), '\0');
	cr_expect_eq(byte_at(4098), '\0');
}

Test(replay_out, full_disk)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 1 << 20;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_expect_eq(replay_out_write(&f.o, 1 << 20, "abc", 3, &f.e), -EFBIG);
	cr_expect_str_eq(f.e.object, f.path);
	cr_expect_eq(replay_out_discard(&f.o, 1ULL << 60, 1ULL << 61, &f.e), -EFBIG);
	cr_expect_eq(f.o.size, 0, "what failed made nothing longer");
}

Test(replay_out, what_is_no_image)
{
	struct replay_out o;

	cr_expect_eq(replay_out_image(&o, "/dev/null", f.path, &f.e), -EINVAL);
	replay_out_close(&o);
	cr_expect_eq(replay_out_image(&o, f.path, f.path, &f.e), -EINVAL);
	cr_expect(strstr(f.e.what, "the log itself"));
	replay_out_close(&o);
	cr_expect_eq(replay_out_image(&o, "/tmp", f.path, &f.e), -EISDIR);
	replay_out_close(&o);
}

Test(replay_out, a_check_that_reads)
{
	int status = -1;

	cr_assert_eq(replay_check_parse(&f.c, " test  -f ", &f.e), 0);
	cr_expect_eq(f.c.n, 2);
	cr_assert_eq(replay_check_run(&f.c, &f.o, &status, &f.e), 0, "%s", f.e.what);
	cr_expect_eq(status, 0);
}

Test(replay_out, a_check_that_fails)
{
	int status = -1;

	cr_assert_eq(replay_check_parse(&f.c, "test -d", &f.e), 0);
	cr_assert_eq(replay_check_run(&f.c, &f.o, &status, &f.e), 0, "%s", f.e.what);
	cr_expect_eq(status, 1);
}

/* Right behind our own write: the clock may not have ticked. */
Test(replay_out, a_check_that_writes)
{
	int status = -1;

	cr_assert_eq(replay_out_write(&f.o, 0, "0", 1, &f.e), 0);
	cr_assert_eq(replay_check_parse(&f.c, "tee -a", &f.e), 0);
	cr_assert_eq(replay_check_run(&f.c, &f.o, &status, &f.e), 0, "nothing was appended");
	replay_check_release(&f.c);
	cr_assert_eq(replay_check_parse(&f.c, "cp /proc/self/comm", &f.e), 0);
	cr_expect_eq(replay_check_run(&f.c, &f.o, &status, &f.e), -EBUSY);
}

Test(replay_out, a_shell_may_write)
{
	int status = -1;

	cr_assert_eq(replay_check_shell(&f.c, "echo >/dev/null && exit 7", &f.e), 0);
	cr_assert_eq(replay_check_run(&f.c, &f.o, &status, &f.e), 0);
	cr_expect_eq(status, 7);
}

Test(replay_out, no_program)
{
	char many[3 * REPLAY_CHECK_ARGS + 1];
	int status;

	cr_expect_eq(replay_check_parse(&f.c, " \t", &f.e), -EINVAL);
	replay_check_release(&f.c);
	for (size_t i = 0; i < sizeof(many) - 1; i++)
		many[i] = i % 2 ? ' ' : 'a';
	many[sizeof(many) - 1] = '\0';
	cr_expect_eq(replay_check_parse(&f.c, many, &f.e), -EINVAL);
	replay_check_release(&f.c);
	cr_assert_eq(replay_check_parse(&f.c, "no-such-program", &f.e), 0);
	cr_expect_eq(replay_check_run(&f.c, &f.o, &status, &f.e), -ENOENT);
}
