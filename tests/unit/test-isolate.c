// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work in a process of its own. Caught here: a message that is cut or made up,
 * an end that is not told, a child or a worker of it that lives on, and a wait
 * that nothing ends.
 */
#include "bench/isolate.h"
#include "bench/interrupt.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LONG 60000 /* ms */

/* interrupted is main's; here the tests set it. */
static struct isolated end;
static struct err e;

static int say_it(void *data, int out)
{
	return file_write_all(out, data, strlen(data));
}

Test(isolate, message_and_status_come_back)
{
	cr_assert_eq(isolate_run(say_it, (void *)"all is well", LONG, "work", &end, &e), 0);
	cr_expect_str_eq(end.said, "all is well");
	cr_expect_eq(end.len, strlen("all is well"));
	cr_expect_eq(end.status, 0);
	free(end.said);
}

static int say_much(void *data, int out)
{
	char line[1000];

	memset(line, 'x', sizeof(line));
	for (int i = 0; i < *(int *)data; i++)
		if (file_write_all(out, line, sizeof(line)))
			return 1;
	return 7;
}

Test(isolate, long_message_comes_whole)
{
	int thousands = 3000;

	cr_assert_eq(isolate_run(say_much, &thousands, LONG, "work", &end, &e), 0);
	cr_expect_eq(end.len, 3000000);
	cr_expect_eq(strspn(end.said, "x"), 3000000);
	cr_expect_eq(end.status, 7);
	free(end.said);
}

Test(isolate, endless_message_is_not_kept, .timeout = 60)
{
	int thousands = 1000000;

	cr_expect_eq(isolate_run(say_much, &thousands, LONG, "work", &end, &e), -ENOMEM);
	cr_expect_null(end.said);
	cr_expect_str_eq(e.object, "work");
}

static int die(void *data, int out)
{
	(void)out;
	signal(*(int *)data, SIG_DFL); /* a sanitizer has handlers of its own */
	raise(*(int *)data);
	return 0;
}

Test(isolate, death_is_told)
{
	int signals[] = { SIGSEGV, SIGBUS, SIGKILL };

	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(isolate_run(die, &signals[i], LONG, "work", &end, &e), 0);
		cr_expect_eq(end.len, 0);
		cr_expect_eq(end.status, 128 + signals[i]);
		free(end.said);
	}
}

/* Starts a worker, tells its pid, and never ends. */
static int hang(void *data, int out)
{
	pid_t pid = fork();

	(void)out;
	if (pid)
		*(pid_t *)data = pid;
	for (;;)
		pause();
	return 0;
}

static pid_t *shared_pid(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(p, MAP_FAILED);
	return p;
}

/* It is nobody's child here: whoever took it over reaps it when it likes, a zombie is dead. */
static bool is_gone(pid_t pid)
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (int tries = 0; tries < 500; tries++) {
		const char *state = file_read_line(path, line, sizeof(line)) ? NULL
									     : strrchr(line, ')');

		if (!state || state[2] == 'Z' || state[2] == 'X')
			return true;
		usleep(10000);
	}
	return false;
}

Test(isolate, hang_is_ended_with_its_workers, .timeout = 30)
{
	pid_t *worker = shared_pid();

	cr_expect_eq(isolate_run(hang, worker, 300, "work", &end, &e), -ETIMEDOUT);
	cr_expect(strstr(e.what, "killed"), "%s", e.what);
	cr_expect_eq(end.status, 128 + SIGKILL);
	cr_assert_gt(*worker, 0);
	cr_expect(is_gone(*worker));
}

/* Told to stop before the child has run at all: it must be reached nevertheless. */
Test(isolate, stop_ends_it_at_once, .timeout = 30)
{
	for (int i = 0; i < 100; i++) {
		pid_t *worker = shared_pid();

		interrupted = SIGINT;
		cr_expect_eq(isolate_run(hang, worker, LONG, "work", &end, &e), -EINTR);
		cr_expect_eq(end.status, 128 + SIGKILL);
		munmap(worker, 4096);
	}
	interrupted = 0;
}

static int leave_worker(void *data, int out)
{
	pid_t pid = fork();

	if (pid) {
		*(pid_t *)data = pid;
		return 0;
	}
	close(out);
	for (;;)
		pause();
}

Test(isolate, worker_that_was_left_goes_too, .timeout = 30)
{
	pid_t *worker = shared_pid();

	cr_assert_eq(isolate_run(leave_worker, worker, LONG, "work", &end, &e), 0);
	cr_expect_eq(end.status, 0);
	cr_expect(is_gone(*worker));
	free(end.said);
}
