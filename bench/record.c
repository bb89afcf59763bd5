// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The check lens of one workload: prepare() and run() once, into an operation
 * log, in a process of its own.
 *
 * The log is ready before the first operation and needs nobody to finish it:
 * whatever ends the process, what it did until then can be read. The oracle
 * starts at the BASELINE record, before which all that prepare() made was
 * synced, so that only run() is at risk.
 */
#include "bench/clock.h"
#include "bench/dx.h"
#include "bench/env.h"
#include "bench/interrupt.h"
#include "bench/runner.h"
#include "checker/oplog_write.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <x86intrin.h>

#define DEFAULT_OPS 8
#define TIMEOUT_MS  300000  /* a few operations, but maybe in a slow emulator */
#define RATE_NS	    2000000 /* a rate of the ticks that is good to 0.1 % */

struct recording {
	const struct selection *s;
	struct target *t;
	uint64_t seed, n;
	void *log;
	struct dx *dx;
};

static uint64_t count_ops(const struct dx_workload *w)
{
	uint64_t n = w->check_ops ? w->check_ops : DEFAULT_OPS;

	return w->max_ops && n > w->max_ops ? w->max_ops : n;
}

static int check_target(const struct dx_workload *w, const struct target *t, struct err *e)
{
	if (w->needs & (DX_NEED_DAX | DX_NEED_MAP_SYNC) && !target_is_dax(t)) {
		err_set(e, -EOPNOTSUPP, w->name, "files here are not DAX");
		return err_hint(e, "mount with -o dax=always, or use --emulate");
	}
	if (w->needs & DX_NEED_OWN_FS && !target_is_own(t)) {
		err_set(e, -EOPNOTSUPP, w->name, "others use this file system too");
		return err_hint(e, "give --device, or use --emulate");
	}
	return 0;
}

static int create_log(struct recording *r, uint64_t size, struct err *e)
{
	struct utsname name;
	char params[256];
	struct oplog_about about = {
		.workload = r->s->workload->name,
		.params = select_format_params(r->s, params, sizeof(params)),
		.kernel = name.release,
		.fs = r->t ? target_fs(r->t) : "",
		.seed = r->seed,
		.n = r->n,
	};
	int code;

	uname(&name);
	code = oplog_create(r->log, size, &about);
	return code ? err_sys(e, code, "operation log", "make") : 0;
}

/* A record without arguments but @a0: bookkeeping of ours, not the workload's. */
static void note(struct dx *dx, enum dx_log_op op, uint64_t a0)
{
	struct dx_worker *w = &dx->worker[0];

	dx_log_end(w, dx_log_begin(w, op, 0, a0, 0, 0, 0), 0);
}

/* All that prepare() did is on the medium: what the oracle starts from. */
static int set_baseline(struct dx *dx)
{
	struct dx_worker *w = &dx->worker[0];
	int r = 0;

	if (dx->root >= 0) {
		struct dx_rec *rec = dx_log_begin(w, DX_OP_SYNCFS, 0, 0, 0, 0, 0);

		r = syncfs(dx->root) ? -errno : 0;
		dx_log_end(w, rec, r);
		dx_log_extents(w, 0);
	}
	if (!r)
		note(dx, DX_OP_BASELINE, 0);
	return r;
}

static int record_phases(struct recording *r, struct err *e)
{
	struct dx *dx = r->dx;
	const char *stage = "prepare";
	int code;

	note(dx, DX_OP_PHASE, 0);
	code = dx_prepare(dx, r->n);
	if (!code) {
		stage = "sync before run";
		code = set_baseline(dx);
	}
	if (!code) {
		stage = "run";
		note(dx, DX_OP_PHASE, 1);
		code = dx_run(dx, r->n);
	}
	note(dx, DX_OP_PHASE, 2);
	dx_finish(dx);
	return code ? err_sys(e, code, r->s->workload->name, stage) : 0;
}

/* Before the first operation, so that the log of a run that is killed has it too. */
static void measure_tick_rate(void *log)
{
	uint64_t ticks = __rdtsc(), ns = clock_now(CLOCK_NS), passed;

	do
		passed = clock_now(CLOCK_NS) - ns;
	while (passed < RATE_NS);
	oplog_set_tick_rate(log, (uint64_t)((double)(__rdtsc() - ticks) * 1e9 / (double)passed));
}

static int record(struct recording *r, uint64_t log_size, struct err *e)
{
	int code = create_log(r, log_size, e);

	if (!code && !(r->s->workload->needs & DX_NEED_THREADS))
		code = env_pin(r->t ? target_numa_node(r->t) : -1, NULL, NULL, e);
	if (!code)
		code = dx_setup(&r->dx, r->s, r->t, r->s->workload->name, r->seed, e);
	if (code)
		return code;
	code = oplog_attach(r->log, r->dx);
	if (code) {
		err_sys(e, code, "operation log", "attach");
	} else {
		measure_tick_rate(r->log);
		code = record_phases(r, e);
		oplog_detach(r->dx);
	}
	dx_teardown(r->dx);
	return code;
}

/* Sends an error, or nothing where there was none. */
static void __attribute__((noreturn))
child(struct recording *r, uint64_t log_size, int out, pid_t parent)
{
	struct err e = { 0 };
	int code;

	signal(SIGINT, SIG_IGN); /* the parent ends us */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(1);
	/* Workers of the workload go with it. */
	setpgid(0, 0);
	code = record(r, log_size, &e);
	if (code && file_write_all(out, &e, sizeof(e)))
		_exit(1);
	_exit(0);
}

static uint64_t now_ms(void)
{
	return clock_now(CLOCK_NS) / 1000000;
}

/*
 * Waits for the child's word: 1 an error came, which is in @ret, 0 it closed
 * the pipe without one; -ETIMEDOUT, or -EINTR where we were told to stop.
 */
static int listen_to(int fd, struct err *ret)
{
	uint64_t deadline = now_ms() + TIMEOUT_MS;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t got = 0;

	while (got < sizeof(*ret)) {
		ssize_t n;

		if (interrupted)
			return -EINTR;
		if (now_ms() >= deadline)
			return -ETIMEDOUT;
		if (poll(&p, 1, 100) <= 0)
			continue;
		n = read(fd, (char *)ret + got, sizeof(*ret) - got);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n)
			return 0;
		if (n > 0)
			got += (size_t)n;
	}
	return 1;
}

/* What the child's word and its end mean. */
static int conclude(const char *name, int heard, int status, const struct err *said, struct err *e)
{
	if (heard == -EINTR)
		return err_set(e, -EINTR, name, "interrupted");
	if (heard == -ETIMEDOUT)
		return err_set(e, -ETIMEDOUT, name, "no end within %u s: killed",
			       TIMEOUT_MS / 1000);
	if (heard < 0)
		return err_sys(e, heard, name, "listen to the workload's process");
	if (heard) {
		*e = *said;
		return e->code;
	}
	if (status > 128)
		return err_set(e, -ECANCELED, name, "the workload's process died: %s",
			       strsignal(status - 128));
	if (status)
		return err_set(e, -ECANCELED, name, "the workload's process ended with status %d",
			       status);
	return 0;
}

static int run_child(struct recording *r, uint64_t log_size, struct err *e)
{
	const char *name = r->s->workload->name;
	AUTO_CLOSE int in = -1;
	pid_t parent = getpid(), pid;
	struct err said = { 0 };
	int ends[2], heard, status;

	if (pipe2(ends, O_CLOEXEC))
		return err_sys(e, -errno, name, "pipe");
	in = ends[0];
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(r, log_size, ends[1], parent);
	close(ends[1]);
	if (pid < 0)
		return err_sys(e, -errno, name, "fork");
	heard = listen_to(in, &said);
	if (heard < 0)
		kill(-pid, SIGKILL);
	status = proc_wait(pid);
	kill(-pid, SIGKILL); /* workers that it left */
	if (r->t)
		target_cell_done(r->t, name);
	return conclude(name, heard, status, &said, e);
}

int runner_record(const struct selection *s, struct target *t, uint64_t seed, int log_fd,
		  uint64_t log_offset, uint64_t log_size, struct err *e)
{
	struct recording r = { .s = s, .t = t, .seed = seed, .n = count_ops(s->workload) };
	int code = t ? check_target(s->workload, t, e) : 0;

	if (code)
		return code;
	r.log = mmap(NULL, log_size, PROT_READ | PROT_WRITE, MAP_SHARED, log_fd, (off_t)log_offset);
	if (r.log == MAP_FAILED)
		return err_sys(e, -errno, "operation log", "mmap");
	code = run_child(&r, log_size, e);
	munmap(r.log, log_size);
	return code;
}
