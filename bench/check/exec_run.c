// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program runs under ptrace(2), which stops it when it forks and when it ends, and
 * nowhere else: at its end, while its memory is still there, what it had mapped is noted, for
 * the addresses of a trace to be found by. So it runs at full speed, and what it starts is
 * seen, too; but it cannot be traced by anybody else.
 */
#include "bench/check/exec.h"
#include "bench/check/exec_view.h"
#include "checker/names/mapped.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/grow.h"
#include "lib/monotonic.h"
#include "lib/proc.h"
#include "lib/tame.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_KEPT (1U << 20) /* bytes of each stream: the rest is dropped, and that is said */
#define POLL_MS	 1000

#define OPTIONS                                                                                    \
	(PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXIT |     \
	 PTRACE_O_EXITKILL)

/* Where its standard output or error goes. */
struct stream {
	int from, to; /* from: -1: nobody can write to it any more */
	size_t kept;
	bool cut;	/* there was more than is kept */
	char tail[400]; /* the end of what came, NUL-ended */
};

/* Why it could not be started. */
struct failure {
	int code;
	char what[40];
};

struct run {
	const struct exec_job *job;
	pid_t program;
	int status; /* as of wait(2); once it ended */
	bool ended;
	pid_t *traced; /* it, and all that it started: also their threads */
	size_t n, room;
	struct stream out, err;
	int signals, failed;
	char *maps; /* as mapped.h has them */
	size_t maps_len;
};

/* ---- in the child ---- */

static void __attribute__((noreturn)) fail(int to, const char *what)
{
	struct failure f = { .code = -errno };

	snprintf(f.what, sizeof(f.what), "%s", what);
	if (file_write_all(to, &f, sizeof(f)))
		_exit(126);
	_exit(127);
}

static void __attribute__((noreturn))
become(const struct exec_job *job, int dir, const int fds[3], int go, int failed)
{
	static char *const environment[] = { (char *)"PATH=" PROC_PATH, (char *)"HOME=/tmp",
					     (char *)"LC_ALL=C", (char *)"TZ=UTC0", NULL };
	const struct rlimit none = { 0 };
	sigset_t all;
	char byte;

	if (read(go, &byte, 1) != 1)
		_exit(126);
	if (fchdir(dir) || exec_view_enter(job->argv[0]))
		fail(failed, "make its view of the guest");
	for (int i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			fail(failed, "dup2");
	setrlimit(RLIMIT_CORE, &none);
	sigemptyset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	signal(SIGINT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	execve(job->argv[0], job->argv, environment);
	fail(failed, "execute");
}

/* ---- what it prints ---- */

static void add_tail(struct stream *s, const char *text, size_t len)
{
	size_t room = sizeof(s->tail) - 1, used = strlen(s->tail);
	size_t take = len < room ? len : room;

	if (used + take > room) {
		memmove(s->tail, s->tail + (used + take - room), room - take + 1);
		used = room - take;
	}
	memcpy(s->tail + used, text + (len - take), take);
	s->tail[used + take] = '\0';
	for (size_t i = used; i < used + take; i++)
		if (!s->tail[i])
			s->tail[i] = '?';
}

static void keep(struct stream *s, const char *text, size_t len)
{
	static const char cut[] = "\n[daxbench: the rest is not kept]\n";
	size_t take = len < MAX_KEPT - s->kept ? len : MAX_KEPT - s->kept;

	add_tail(s, text, len);
	if (s->cut)
		return;
	s->kept += take;
	s->cut = take < len;
	/* No room for what it says is no failure of the program's. */
	if (file_write_all(s->to, text, take) ||
	    (s->cut && file_write_all(s->to, cut, strlen(cut))))
		s->cut = true;
}

/* All that is there now. */
static void pump(struct stream *s)
{
	char text[4096];
	ssize_t got;

	while (s->from >= 0 && (got = read(s->from, text, sizeof(text))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return;
		keep(s, text, (size_t)got);
	}
	if (s->from >= 0)
		close(s->from);
	s->from = -1;
}

/* ---- what it had mapped ---- */

static void add_map(struct run *r, const char *line)
{
	size_t len = strlen(line);
	char *longer;

	if ((r->maps && strstr(r->maps, line)) || r->maps_len + len + 1 > MAPPED_MAX_BYTES)
		return;
	longer = realloc(r->maps, r->maps_len + len + 1);
	if (!longer)
		return; /* a name less */
	memcpy(longer + r->maps_len, line, len + 1);
	r->maps = longer;
	r->maps_len += len;
}

static void note_map(struct run *r, pid_t pid, const char *line)
{
	const char *mode = strchr(line, ' '), *path = strchr(line, '/');
	char seen[PATH_MAX + 40];
	AUTO_FREE char *whole = NULL;
	struct stat st;

	if (!mode || strlen(mode) < 4 || mode[3] != 'x' || !path)
		return;
	/* As it sees the file. */
	snprintf(seen, sizeof(seen), "/proc/%d/root%.*s", (int)pid, (int)strcspn(path, "\n"), path);
	if (stat(seen, &st) || asprintf(&whole, "%" PRIu64 " %s", (uint64_t)st.st_size, line) < 0)
		return;
	add_map(r, whole);
}

static void note_maps(struct run *r, pid_t pid)
{
	AUTO_FREE char *line = NULL;
	AUTO_FCLOSE FILE *f = NULL;
	char path[64];
	size_t room = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	f = fopen(path, "re");
	while (f && getline(&line, &room, f) > 0)
		note_map(r, pid, line);
}

/* ---- tracing ---- */

static int add_traced(struct run *r, pid_t pid)
{
	pid_t *more;

	for (size_t i = 0; i < r->n; i++)
		if (r->traced[i] == pid)
			return 0;
	more = grow(r->traced, r->n, &r->room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	r->traced = more;
	r->traced[r->n++] = pid;
	return 0;
}

static void drop_traced(struct run *r, pid_t pid)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->traced[i] == pid)
			r->traced[i] = r->traced[--r->n];
}

/* A signal is handed on; a process that is stopped by one stays stopped. */
static void go_on(pid_t pid, int status)
{
	int event = status >> 16, sig = WSTOPSIG(status);

	if (event == PTRACE_EVENT_STOP && sig != SIGTRAP)
		ptrace(PTRACE_LISTEN, pid, NULL, NULL);
	else
		ptrace(PTRACE_CONT, pid, NULL, (void *)(intptr_t)(event ? 0 : sig));
}

static int take_change(struct run *r, pid_t pid, int status)
{
	int code;

	if (!WIFSTOPPED(status)) {
		drop_traced(r, pid);
		if (pid == r->program) {
			r->status = status;
			r->ended = true;
		}
		return 0;
	}
	code = add_traced(r, pid);
	if (status >> 16 == PTRACE_EVENT_EXIT)
		note_maps(r, pid);
	go_on(pid, status);
	return code;
}

static int take_changes(struct run *r)
{
	struct signalfd_siginfo info;
	int status, code = 0;
	pid_t pid;

	while (read(r->signals, &info, sizeof(info)) > 0)
		;
	while (!code && (pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
		code = take_change(r, pid, status);
	return code;
}

/* It, if it must not go on, and what it left. */
static void end_all(struct run *r)
{
	int status;
	pid_t pid;

	do {
		for (size_t i = 0; i < r->n; i++)
			kill(r->traced[i], SIGKILL);
		pid = waitpid(-1, &status, __WALL);
		if (pid > 0 && take_change(r, pid, status))
			return; /* with us it ends, too */
	} while (r->n && (pid > 0 || errno == EINTR));
}

static int watch(struct run *r)
{
	uint64_t deadline = monotonic_ms() + r->job->timeout_ms;
	int code = 0;

	while (!code && !r->ended) {
		struct pollfd p[] = { { .fd = r->signals, .events = POLLIN },
				      { .fd = r->out.from, .events = POLLIN },
				      { .fd = r->err.from, .events = POLLIN } };

		poll(p, sizeof(p) / sizeof(p[0]), POLL_MS);
		pump(&r->out);
		pump(&r->err);
		code = take_changes(r);
		if (!code && !r->ended && monotonic_ms() >= deadline)
			code = -ETIMEDOUT;
	}
	return code;
}

/* ---- begin and end ---- */

static int open_pipe(int *ret_read, int *ret_write, int flags)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	if (flags && fcntl(ends[0], F_SETFL, flags)) {
		close(ends[0]);
		close(ends[1]);
		return -errno;
	}
	*ret_read = ends[0];
	*ret_write = ends[1];
	return 0;
}

static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The child waits until it is traced: no fork of its is missed. */
static int let_go(struct run *r, int go)
{
	int code = add_traced(r, r->program);

	if (!code && ptrace(PTRACE_SEIZE, r->program, NULL, (void *)(uintptr_t)OPTIONS))
		code = -errno;
	if (!code)
		code = file_write_all(go, "", 1);
	return code;
}

static int start(struct run *r, int dir)
{
	AUTO_CLOSE int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	AUTO_CLOSE int out = -1, err = -1, go = -1, wait = -1, failed = -1;
	int code = in < 0 ? -errno : 0;

	if (!code)
		code = open_pipe(&r->out.from, &out, O_NONBLOCK);
	if (!code)
		code = open_pipe(&r->err.from, &err, O_NONBLOCK);
	if (!code)
		code = open_pipe(&r->failed, &failed, O_NONBLOCK);
	if (!code)
		code = open_pipe(&wait, &go, 0);
	r->signals = code ? -1 : watch_signals();
	if (!code && r->signals < 0)
		code = -errno;
	if (code)
		return code;
	fflush(NULL);
	r->program = fork();
	if (!r->program) {
		close(go);
		become(r->job, dir, (const int[]){ in, out, err }, wait, failed);
	}
	return r->program < 0 ? -errno : let_go(r, go);
}

/* The last lines of what it said, on one. */
static void last_lines(const char *text, char *buf, size_t len)
{
	size_t end = strlen(text), from, lines = 0;

	while (end && strchr("\n\r ", text[end - 1]))
		end--;
	for (from = end; from && (text[from - 1] != '\n' || ++lines < 3); from--)
		;
	snprintf(buf, len, "%s%.*s", end ? ": " : "", (int)(end - from), text + from);
	tame_line(buf);
	tame_ascii(buf);
}

static const char *name_of(const struct exec_job *job)
{
	return strrchr(job->argv[0], '/') + 1;
}

static int conclude(struct run *r, int code, struct err *e)
{
	const char *name = name_of(r->job);
	struct failure f;
	char said[400];

	last_lines(r->err.tail, said, sizeof(said));
	if (read(r->failed, &f, sizeof(f)) == sizeof(f)) {
		f.what[sizeof(f.what) - 1] = '\0';
		return err_sys(e, f.code < 0 ? f.code : -EIO, name, f.what);
	}
	if (code == -ETIMEDOUT)
		return err_set(e, code, name, "no end within %" PRIu64 " s: killed%s",
			       r->job->timeout_ms / 1000, said);
	if (code)
		return err_sys(e, code, name, "run");
	if (WIFSIGNALED(r->status))
		return err_set(e, -ECANCELED, name, "killed by signal %d (%s)%s",
			       WTERMSIG(r->status), strsignal(WTERMSIG(r->status)), said);
	if (WEXITSTATUS(r->status))
		return err_set(e, -ECANCELED, name, "exit status %d%s", WEXITSTATUS(r->status),
			       said);
	return 0;
}

static void release(struct run *r)
{
	const int fds[] = { r->out.from, r->err.from, r->signals, r->failed };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(r->traced);
	free(r->maps);
}

int exec_run(const struct exec_job *job, int dir, struct err *e)
{
	struct run r = { .job = job,
			 .out = { .from = -1, .to = job->out },
			 .err = { .from = -1, .to = job->err },
			 .signals = -1,
			 .failed = -1 };
	int code;

	/* Else every program lies at the same addresses, and a trace does not tell whose one is. */
	file_poke("/proc/sys/kernel/randomize_va_space", "2");
	code = start(&r, dir);
	if (!code)
		code = watch(&r);
	end_all(&r);
	pump(&r.out);
	pump(&r.err);
	/* Without it addresses stay numbers: no reason to fail. */
	if (r.maps)
		file_write_all(job->maps, r.maps, r.maps_len);
	code = conclude(&r, code, e);
	release(&r);
	return code;
}
