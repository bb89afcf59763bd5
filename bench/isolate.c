// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The child leads a process group, so that one kill() reaches the workers too.
 * Both sides make the group: whichever comes first, the group is there before
 * the parent can want to kill it.
 */
#include "bench/isolate.h"
#include "bench/interrupt.h"
#include "lib/cleanup.h"
#include "lib/monotonic.h"
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define MAX_MESSAGE (16U << 20)

static void __attribute__((noreturn)) child(isolate_fn fn, void *data, int out, pid_t parent)
{
	signal(SIGINT, SIG_IGN); /* the parent ends us */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(1);
	setpgid(0, 0);
	_exit(fn(data, out));
}

/* Room for at least one byte more, and a NUL. */
static int make_room(char **text, size_t len, size_t *room)
{
	size_t want = *room ? *room * 2 : 65536;
	char *bigger;

	if (len < *room)
		return 0;
	bigger = want <= MAX_MESSAGE ? realloc(*text, want + 1) : NULL;
	if (!bigger)
		return -ENOMEM;
	*text = bigger;
	*room = want;
	return 0;
}

/* 1: there is something to read; 0: not yet. */
static int wait_for_more(int fd, uint64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (interrupted)
		return -EINTR;
	if (monotonic_ms() >= deadline)
		return -ETIMEDOUT;
	return poll(&p, 1, 100) > 0;
}

/* Reads what the child says until it closes the pipe. */
static int listen_to(int fd, uint64_t timeout_ms, struct isolated *ret)
{
	uint64_t deadline = monotonic_ms() + timeout_ms;
	AUTO_FREE char *text = NULL;
	size_t len = 0, room = 0;
	ssize_t got = 1;

	while (got) {
		int r = make_room(&text, len, &room);

		if (!r)
			r = wait_for_more(fd, deadline);
		if (r < 0)
			return r;
		if (!r)
			continue;
		got = read(fd, text + len, room - len);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got > 0)
			len += (size_t)got;
	}
	text[len] = '\0';
	ret->said = steal_ptr(text);
	ret->len = len;
	return 0;
}

static int describe(int r, uint64_t timeout_ms, const char *name, struct err *e)
{
	if (r == -EINTR)
		return err_set(e, r, name, "interrupted");
	if (r == -ETIMEDOUT)
		return err_set(e, r, name, "no end within %llu s: killed",
			       (unsigned long long)timeout_ms / 1000);
	return err_sys(e, r, name, "listen to its process");
}

int isolate_run(isolate_fn fn, void *data, uint64_t timeout_ms, const char *name,
		struct isolated *ret, struct err *e)
{
	AUTO_CLOSE int in = -1;
	pid_t parent = getpid(), pid;
	int ends[2], r;

	*ret = (struct isolated){ 0 };
	if (pipe2(ends, O_CLOEXEC))
		return err_sys(e, -errno, name, "pipe");
	in = ends[0];
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(fn, data, ends[1], parent);
	close(ends[1]);
	if (pid < 0)
		return err_sys(e, -errno, name, "fork");
	setpgid(pid, pid);
	r = listen_to(in, timeout_ms, ret);
	if (r)
		kill(-pid, SIGKILL);
	ret->status = proc_wait(pid);
	kill(-pid, SIGKILL); /* workers that it left */
	return r ? describe(r, timeout_ms, name, e) : 0;
}
