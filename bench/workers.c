// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Workers beside worker 0: threads or processes that meet at barriers.
 *
 * A team lives in memory that processes share. Its barrier is one word, a count
 * of the barriers passed and a bit BROKEN, so that a waiter sleeps on both at
 * once (futex). A barrier needs every member; so when one is gone, whether it
 * returned, failed or was killed, none can ever be passed again: the word is
 * marked BROKEN, and who waits, or comes later, gets the first failure of any
 * member, -ECANCELED if there was none. A barrier that was passed before counts
 * as passed, however late its sleepers look.
 *
 * Coming and going costs more than many a workload: a process that ends takes
 * its address space down, on the CPU that worker 0 waits for. So who has
 * returned sleeps until a second bit, LEAVE, is set by dx_workers_join(), which
 * is not timed; and the watcher is up before dx_workers_spawn() returns.
 *
 * A thread or process that returns breaks the team itself. For one that dies,
 * a watcher thread sleeps on the pidfds of the processes: it runs only when one
 * ends and costs the timed part nothing. A thread that dies takes the process
 * with it, which the runner sees.
 *
 * Where several CPUs are allowed each worker is pinned to one of its own, from
 * the highest downwards (interrupts favour the lowest); dx_workers_join() gives
 * worker 0 its old mask back. The runner pins to one CPU what does not need more.
 */
#include "daxbench/workload.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BROKEN 1U
#define LEAVE  2U
#define PASSED 4U /* one barrier in the count */

#define NOT_RETURNED INT_MIN

struct member {
	struct dx_team *team;
	struct dx_worker *worker;
	pthread_t thread;
	pid_t pid;
	int pidfd;
	int result; /* of fn, or NOT_RETURNED */
};

struct dx_team {
	uint32_t word;	  /* barriers passed, LEAVE, BROKEN */
	uint32_t arrived; /* at the current barrier */
	int failure;	  /* first that a member returned, 0 while none did */
	uint32_t members; /* worker 0 included */
	uint32_t started; /* of member[], beside worker 0 */
	enum dx_worker_kind kind;
	dx_worker_fn fn;
	uint64_t n;
	pthread_t watcher;
	bool watched;
	uint32_t watching; /* the watcher is up */
	cpu_set_t cpus;	   /* of worker 0 before */
	struct member member[DX_MAX_WORKERS];
};

uint64_t dx_param(const struct dx *dx, const char *name)
{
	const struct dx_param *p = dx->workload->params;

	for (size_t i = 0; i < DX_MAX_PARAMS && p[i].name; i++)
		if (!strcmp(p[i].name, name))
			return dx->values[i];
	abort(); /* the workload asks for what it does not declare: no value would be right */
}

static void wake_all(struct dx_team *t)
{
	syscall(SYS_futex, &t->word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void sleep_on(struct dx_team *t, uint32_t seen)
{
	syscall(SYS_futex, &t->word, FUTEX_WAIT, seen, NULL, NULL, 0);
}

static void set_bits(struct dx_team *t, uint32_t bits)
{
	__atomic_fetch_or(&t->word, bits, __ATOMIC_ACQ_REL);
	wake_all(t);
}

/* What a barrier of a broken team returns. */
static int why_broken(const struct dx_team *t)
{
	int failure = __atomic_load_n(&t->failure, __ATOMIC_ACQUIRE);

	return failure ? failure : -ECANCELED;
}

int dx_workers_barrier(struct dx_worker *w)
{
	struct dx_team *t = w->dx->team;
	uint32_t before, now;

	if (!t)
		return -EINVAL;
	before = __atomic_load_n(&t->word, __ATOMIC_ACQUIRE);
	if (before & BROKEN)
		return why_broken(t);
	if (__atomic_add_fetch(&t->arrived, 1, __ATOMIC_ACQ_REL) == t->members) {
		__atomic_store_n(&t->arrived, 0, __ATOMIC_RELAXED);
		__atomic_fetch_add(&t->word, PASSED, __ATOMIC_ACQ_REL);
		wake_all(t);
		return 0;
	}
	for (;;) {
		now = __atomic_load_n(&t->word, __ATOMIC_ACQUIRE);
		if ((now & ~(BROKEN | LEAVE)) != before)
			return 0;
		if (now & BROKEN)
			return why_broken(t);
		sleep_on(t, now);
	}
}

/* ---- one worker ---- */

/* CPU number @which from the top of @set, counted round. */
static int pick_cpu(const cpu_set_t *set, uint32_t which)
{
	uint32_t skip = which % (uint32_t)CPU_COUNT(set);
	int cpu = CPU_SETSIZE - 1;

	for (;; cpu--)
		if (CPU_ISSET((size_t)cpu, set) && !skip--)
			return cpu;
}

/* Pins the caller, where there is a choice. A refusal costs only steadiness. */
static void pin(const struct dx_team *t, uint32_t which)
{
	cpu_set_t one;

	if (CPU_COUNT(&t->cpus) < 2)
		return;
	CPU_ZERO(&one);
	CPU_SET((size_t)pick_cpu(&t->cpus, which), &one);
	sched_setaffinity(0, sizeof(one), &one);
}

/*
 * Pages of memory that is shared are in nobody's page table after fork(): a
 * worker in a process of its own faults them in here, and not in a timed call.
 */
static void touch_own(const struct dx_worker *w)
{
	const struct dx *dx = w->dx;
	const volatile unsigned char *priv = dx->priv;

	if (w->buf)
		memset(w->buf, 0x5a, w->buf_size);
	for (size_t off = 0; priv && off < dx->workload->priv_size; off += DX_PAGE)
		(void)priv[off];
}

static void work(struct member *m)
{
	struct dx_team *t = m->team;
	uint32_t now;
	int none = 0;

	pin(t, m->worker->id);
	touch_own(m->worker);
	m->result = t->fn(m->worker->dx, m->worker, t->n);
	if (m->result)
		__atomic_compare_exchange_n(&t->failure, &none, m->result, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED);
	set_bits(t, BROKEN);
	while (!((now = __atomic_load_n(&t->word, __ATOMIC_ACQUIRE)) & LEAVE))
		sleep_on(t, now);
}

static void *thread_main(void *arg)
{
	work(arg);
	return NULL;
}

static int start_thread(struct member *m)
{
	return -pthread_create(&m->thread, NULL, thread_main, m);
}

static int start_process(struct member *m)
{
	pid_t parent = getpid();
	int r;

	m->pid = fork();
	if (m->pid < 0)
		return -errno;
	if (!m->pid) {
		if (!prctl(PR_SET_PDEATHSIG, SIGKILL) && getppid() == parent)
			work(m);
		_exit(0);
	}
	m->pidfd = pidfd_open(m->pid, 0);
	if (m->pidfd >= 0)
		return 0;
	r = -errno;
	kill(m->pid, SIGKILL);
	waitpid(m->pid, NULL, 0);
	return r;
}

/* ---- the team ---- */

/* Sleeps until each process has ended; the first end breaks the team. */
static void *watch(void *arg)
{
	struct dx_team *t = arg;
	struct pollfd p[DX_MAX_WORKERS];
	uint32_t left = t->started;

	for (uint32_t i = 0; i < t->started; i++)
		p[i] = (struct pollfd){ .fd = t->member[i].pidfd, .events = POLLIN };
	__atomic_store_n(&t->watching, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &t->watching, FUTEX_WAKE, 1, NULL, NULL, 0);
	while (left) {
		if (poll(p, t->started, -1) < 0 && errno != EINTR)
			break;
		for (uint32_t i = 0; i < t->started; i++) {
			if (p[i].fd < 0 || !p[i].revents)
				continue;
			set_bits(t, BROKEN);
			p[i].fd = -1; /* poll() passes over it */
			left--;
		}
	}
	return NULL;
}

/* Returns once the watcher runs: the start of a thread must not fall into a timed part. */
static int start_watcher(struct dx_team *t)
{
	int r = -pthread_create(&t->watcher, NULL, watch, t);

	t->watched = !r;
	while (!r && !__atomic_load_n(&t->watching, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, &t->watching, FUTEX_WAIT, 0, NULL, NULL, 0);
	return r;
}

static struct dx_team *new_team(struct dx *dx, uint32_t count, enum dx_worker_kind kind,
				dx_worker_fn fn)
{
	struct dx_team *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (t == MAP_FAILED)
		return NULL;
	t->members = count + 1;
	t->kind = kind;
	t->fn = fn;
	t->n = dx->n;
	if (sched_getaffinity(0, sizeof(t->cpus), &t->cpus))
		CPU_ZERO(&t->cpus); /* more CPUs than a cpu_set_t holds: nobody is pinned */
	for (uint32_t i = 0; i < count; i++)
		t->member[i] = (struct member){
			.team = t, .worker = &dx->worker[i + 1], .pidfd = -1, .result = NOT_RETURNED
		};
	return t;
}

int dx_workers_spawn(struct dx *dx, uint32_t count, enum dx_worker_kind kind, dx_worker_fn fn)
{
	struct dx_team *t;
	int r = 0;

	if (!count || count >= DX_MAX_WORKERS)
		return -EINVAL;
	if (dx->team)
		return -EBUSY;
	t = new_team(dx, count, kind, fn);
	if (!t)
		return -ENOMEM;
	dx->team = t;
	dx->workers = count + 1;
	for (uint32_t i = 0; !r && i < count; i++) {
		r = kind == DX_THREAD ? start_thread(&t->member[i]) : start_process(&t->member[i]);
		t->started += !r;
	}
	if (!r && kind == DX_PROCESS)
		r = start_watcher(t);
	if (r)
		dx_workers_join(dx);
	else
		pin(t, 0);
	return r;
}

/* Waits for the end of @m. Returns what it returned, -ECANCELED where it could not. */
static int end_of(struct dx_team *t, struct member *m)
{
	if (t->kind == DX_THREAD) {
		pthread_join(m->thread, NULL);
	} else {
		waitpid(m->pid, NULL, 0);
		close(m->pidfd);
	}
	return m->result == NOT_RETURNED ? -ECANCELED : m->result;
}

int dx_workers_join(struct dx *dx)
{
	struct dx_team *t = dx->team;
	int first;

	if (!t)
		return 0;
	/* Worker 0 is gone from the barriers: who still waits there would wait for ever. */
	set_bits(t, BROKEN | LEAVE);
	if (t->watched)
		pthread_join(t->watcher, NULL);
	first = 0;
	for (uint32_t i = 0; i < t->started; i++) {
		int r = end_of(t, &t->member[i]);

		first = first ? first : r;
	}
	if (t->failure)
		first = t->failure; /* in time, not by number */
	if (CPU_COUNT(&t->cpus) > 1)
		sched_setaffinity(0, sizeof(t->cpus), &t->cpus);
	dx->team = NULL;
	dx->workers = 1;
	munmap(t, sizeof(*t));
	return first;
}
