// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/replay/replay_check.h"
#include "bench/interrupt.h"
#include "lib/cleanup.h"
#include "lib/proc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define LOOK_MS 100

int replay_check_parse(struct replay_check *c, const char *command, struct err *e)
{
	static const char blanks[] = " \t\n";
	char *p;

	*c = (struct replay_check){ .text = strdup(command) };
	if (!c->text)
		return err_sys(e, -ENOMEM, command, "split");
	for (p = c->text + strspn(c->text, blanks); *p; p += strspn(p, blanks)) {
		if (c->n == REPLAY_CHECK_ARGS - 1)
			return err_set(e, -EINVAL, "--check", "more than %d words",
				       REPLAY_CHECK_ARGS - 1);
		c->argv[c->n++] = p;
		p += strcspn(p, blanks);
		if (*p)
			*p++ = '\0';
	}
	return c->n ? 0 : err_set(e, -EINVAL, "--check", "want a program");
}

int replay_check_shell(struct replay_check *c, const char *command, struct err *e)
{
	*c = (struct replay_check){ .argv = { (char *)"/bin/sh", (char *)"-c" },
				    .n = 3,
				    .shell = true };
	c->text = strdup(command);
	c->argv[2] = c->text;
	return c->text ? 0 : err_sys(e, -ENOMEM, command, "copy");
}

void replay_check_release(struct replay_check *c)
{
	free(c->text);
	c->text = NULL;
}

/* Waits, and ends it if we are to end. */
static int wait_for(pid_t pid)
{
	AUTO_CLOSE int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	siginfo_t info;

	while (fd >= 0 && !interrupted && poll(&p, 1, LOOK_MS) <= 0)
		;
	/* Where there is no such descriptor: a signal ends this wait too. */
	while (fd < 0 && !interrupted && waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) &&
	       errno == EINTR)
		;
	if (interrupted)
		kill(pid, SIGTERM);
	return proc_wait(pid);
}

int replay_check_run(struct replay_check *c, struct replay_out *o, int *ret_status, struct err *e)
{
	AUTO_FREE char *variable = NULL;
	pid_t pid;
	int r = c->shell ? replay_out_sync(o, e) : replay_out_show(o, e);

	if (r)
		return r;
	if (asprintf(&variable, "DAXBENCH_IMAGE=%s", o->path) < 0) {
		variable = NULL;
		return err_sys(e, -ENOMEM, o->path, "check");
	}
	c->argv[c->n] = c->shell ? NULL : (char *)o->path;
	c->argv[c->n + 1] = NULL;
	r = proc_start_with(c->argv, variable, -1, STDERR_FILENO, STDERR_FILENO, &pid, e);
	if (r)
		return r;
	*ret_status = wait_for(pid);
	if (interrupted)
		return err_set(e, -EINTR, c->argv[0], "interrupted");
	if (*ret_status < 0)
		return err_sys(e, *ret_status, c->argv[0], "wait");
	return c->shell ? 0 : replay_out_seen(o, e);
}
