// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/monotonic.h"
#include "lib/proc.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* Programs that we call, and the Debian package that brings each. */
static const struct {
	const char *program, *package;
} packages[] = {
	{ "mkfs.ext4", "e2fsprogs" },
	{ "mkfs.xfs", "xfsprogs" },
	{ "ndctl", "ndctl" },
	{ "daxctl", "daxctl" },
	{ "busybox", "busybox-static" },
	{ "fio", "fio" },
	{ "depmod", "kmod" },
	{ "gnuplot", "gnuplot-nox" },
	{ "qemu-system-x86_64", "qemu-system-x86" },
};

static const char *package_of(const char *program)
{
	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (!strcmp(packages[i].program, program))
			return packages[i].package;
	return NULL;
}

int proc_find(const char *name, char *buf, size_t len, struct err *e)
{
	const char *dir = PROC_PATH;

	while (*dir) {
		int part = (int)strcspn(dir, ":");

		if (snprintf(buf, len, "%.*s/%s", part, dir, name) < (int)len && !access(buf, X_OK))
			return 0;
		dir += part + (dir[part] == ':');
	}
	buf[0] = '\0';
	err_set(e, -ENOENT, name, "program not found in " PROC_PATH);
	if (package_of(name))
		err_hint(e, "install the package %s", package_of(name));
	return -ENOENT;
}

/* In the child: never returns. Async-signal-safe calls only. */
static void __attribute__((noreturn))
become(const char *path, char *const argv[], const char *variable, const int fds[3], pid_t parent)
{
	char *const environment[] = { (char *)"PATH=" PROC_PATH, (char *)"LC_ALL=C",
				      (char *)"TZ=UTC0", (char *)variable, NULL };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	/* The parent may be gone already: then the death signal would never come. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent || null < 0)
		_exit(127);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 0; i < 3; i++)
		if (dup2(fds[i] < 0 ? null : fds[i], i) < 0)
			_exit(127);
	if (null > 2)
		close(null);
	execve(path, argv, environment);
	_exit(127);
}

int proc_start(char *const argv[], int in_fd, int out_fd, int err_fd, pid_t *ret, struct err *e)
{
	return proc_start_with(argv, NULL, in_fd, out_fd, err_fd, ret, e);
}

int proc_start_with(char *const argv[], const char *variable, int in_fd, int out_fd, int err_fd,
		    pid_t *ret, struct err *e)
{
	const int fds[3] = { in_fd, out_fd, err_fd };
	char path[PATH_MAX];
	pid_t parent = getpid(), pid;

	if (strchr(argv[0], '/'))
		snprintf(path, sizeof(path), "%s", argv[0]);
	else if (proc_find(argv[0], path, sizeof(path), e))
		return -ENOENT;
	if (access(path, X_OK))
		return err_sys(e, -errno, path, "execute");
	pid = fork();
	if (pid < 0)
		return err_sys(e, -errno, path, "fork");
	if (!pid)
		become(path, argv, variable, fds, parent);
	*ret = pid;
	return 0;
}

int proc_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/*
 * Reads until the writer is gone. Keeps the first @len - 1 bytes, and in
 * @tail the last of what came. Returns 0 or -ETIMEDOUT.
 */
static int collect(int fd, char *out, size_t len, char *tail, size_t tail_len,
		   unsigned int timeout_ms)
{
	long long deadline = (long long)monotonic_ms() + timeout_ms;
	size_t used = 0, kept = 0;
	char chunk[4096];

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		long long left = timeout_ms ? deadline - (long long)monotonic_ms() : -1;
		ssize_t got;

		if (timeout_ms && left <= 0)
			return -ETIMEDOUT;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		got = read(fd, chunk, sizeof(chunk));
		if (got <= 0)
			break;
		if (out && used < len - 1) {
			size_t take = (size_t)got < len - 1 - used ? (size_t)got : len - 1 - used;

			memcpy(out + used, chunk, take);
			used += take;
		}
		if ((size_t)got >= tail_len) {
			kept = tail_len - 1;
			memcpy(tail, chunk + got - kept, kept);
		} else {
			size_t drop = kept + (size_t)got > tail_len - 1
					      ? kept + (size_t)got - (tail_len - 1)
					      : 0;

			memmove(tail, tail + drop, kept - drop);
			memcpy(tail + kept - drop, chunk, (size_t)got);
			kept += (size_t)got - drop;
		}
	}
	if (out)
		out[used] = '\0';
	tail[kept] = '\0';
	return 0;
}

/* One line out of what a program said last: newlines become " | ". */
static void flatten(char *text)
{
	size_t len = strlen(text);

	while (len && (text[len - 1] == '\n' || text[len - 1] == ' '))
		text[--len] = '\0';
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = *p == '\n' ? '|' : ' ';
}

int proc_run(char *const argv[], char *out, size_t len, unsigned int timeout_ms, struct err *e)
{
	AUTO_CLOSE int read_end = -1, write_end = -1;
	char tail[512] = "";
	int ends[2], r, status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return err_sys(e, -errno, argv[0], "pipe");
	read_end = ends[0];
	write_end = ends[1];
	r = proc_start(argv, -1, write_end, write_end, &pid, e);
	if (r)
		return r;
	close(steal_fd(write_end));
	r = collect(read_end, out, len, tail, sizeof(tail), timeout_ms);
	if (r)
		kill(pid, SIGKILL);
	status = proc_wait(pid);
	if (r)
		return err_set(e, r, argv[0], "no end after %u ms: killed", timeout_ms);
	if (!status)
		return 0;
	flatten(tail);
	return err_set(e, -EIO, argv[0], "exit status %d: %s", status, tail);
}
