// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Teams of workers. Caught here: a barrier that lets one pass early, that waits
 * for ever for a member that failed, returned or was killed, a failure that
 * gets lost, and a mask or struct dx that is not put back. A hang is a failure:
 * each test has a time limit.
 */
#include <criterion/criterion.h>

#include "daxbench/workload.h"

#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROUNDS 200
#define TEAM   4

/* In memory that processes share, as the harness gives it. */
struct shared {
	struct dx_worker worker[DX_MAX_WORKERS];
	uint32_t count;
	uint32_t seen_early;
	uint32_t ran[DX_MAX_WORKERS];
	int cpu[DX_MAX_WORKERS];
	unsigned char buf[DX_MAX_WORKERS][64];
};

static const struct dx_workload workload = {
	.name = "unit",
	.params = { { "pages", "pages", 1, 1, 9, "" }, { "size", "bytes", 2, 1, 9, "" } },
};

static struct dx dx;
static struct shared *shared;

static void setup(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	cr_assert_neq(shared, MAP_FAILED);
	dx = (struct dx){ .workload = &workload,
			  .n = 42,
			  .values = { 7, 8 },
			  .priv = shared,
			  .root = -1,
			  .workers = 1,
			  .worker = shared->worker };
	for (uint32_t i = 0; i < DX_MAX_WORKERS; i++)
		shared->worker[i] = (struct dx_worker){ .dx = &dx,
							.id = i,
							.buf = shared->buf[i],
							.buf_size = sizeof(shared->buf[i]) };
}

static void teardown(void)
{
	cr_assert_null(dx.team, "the team is left");
	cr_assert_eq(dx.workers, 1);
	munmap(shared, sizeof(*shared));
}

TestSuite(workers, .init = setup, .fini = teardown, .timeout = 20);

Test(workers, param_by_name)
{
	cr_expect_eq(dx_param(&dx, "pages"), 7);
	cr_expect_eq(dx_param(&dx, "size"), 8);
}

Test(workers, param_not_declared, .signal = SIGABRT)
{
	dx_param(&dx, "siz");
}

/* Adds one, meets the others, and must then see what all of them added. */
static int count_rounds(struct dx *d, struct dx_worker *w, uint64_t n)
{
	struct shared *s = dx_priv(d);

	s->ran[w->id] = (uint32_t)n;
	for (uint32_t round = 1; round <= ROUNDS; round++) {
		int r;

		__atomic_add_fetch(&s->count, 1, __ATOMIC_RELAXED);
		r = dx_barrier(w);
		if (r)
			return r;
		if (__atomic_load_n(&s->count, __ATOMIC_RELAXED) < round * TEAM)
			__atomic_add_fetch(&s->seen_early, 1, __ATOMIC_RELAXED);
		r = dx_barrier(w);
		if (r)
			return r;
	}
	return 0;
}

static void all_rounds(enum dx_worker_kind kind)
{
	cr_assert_eq(dx_spawn(&dx, TEAM - 1, kind, count_rounds), 0);
	cr_expect_eq(dx.workers, TEAM);
	cr_expect_eq(count_rounds(&dx, &dx.worker[0], 42), 0);
	cr_expect_eq(dx_join(&dx), 0);
	cr_expect_eq(shared->count, ROUNDS * TEAM);
	cr_expect_eq(shared->seen_early, 0, "%u passed a barrier early", shared->seen_early);
	for (uint32_t i = 0; i < TEAM; i++)
		cr_expect_eq(shared->ran[i], 42, "worker %u was told %u", i, shared->ran[i]);
	cr_expect_eq(shared->ran[TEAM], 0);
}

Test(workers, threads_meet)
{
	all_rounds(DX_THREAD);
}

Test(workers, processes_meet)
{
	all_rounds(DX_PROCESS);
}

Test(workers, team_after_team)
{
	for (int i = 0; i < 20; i++) {
		shared->count = 0;
		all_rounds(i % 2 ? DX_THREAD : DX_PROCESS);
	}
}

static int fail_one(struct dx *d, struct dx_worker *w, uint64_t n)
{
	(void)d;
	(void)n;
	return w->id == 2 ? -EIO : dx_barrier(w);
}

Test(workers, failure_reaches_all)
{
	for (int kind = DX_THREAD; kind <= DX_PROCESS; kind++) {
		cr_assert_eq(dx_spawn(&dx, TEAM - 1, (enum dx_worker_kind)kind, fail_one), 0);
		cr_expect_eq(dx_barrier(&dx.worker[0]), -EIO);
		cr_expect_eq(dx_barrier(&dx.worker[0]), -EIO, "a broken team must stay broken");
		cr_expect_eq(dx_join(&dx), -EIO);
	}
}

static int leave(struct dx *d, struct dx_worker *w, uint64_t n)
{
	(void)d;
	(void)w;
	(void)n;
	return 0;
}

Test(workers, return_before_the_barrier)
{
	for (int kind = DX_THREAD; kind <= DX_PROCESS; kind++) {
		cr_assert_eq(dx_spawn(&dx, 1, (enum dx_worker_kind)kind, leave), 0);
		cr_expect_eq(dx_barrier(&dx.worker[0]), -ECANCELED);
		cr_expect_eq(dx_join(&dx), 0);
	}
}

static int die(struct dx *d, struct dx_worker *w, uint64_t n)
{
	(void)d;
	(void)n;
	if (w->id == 1)
		raise(SIGKILL);
	return dx_barrier(w);
}

Test(workers, killed_process)
{
	cr_assert_eq(dx_spawn(&dx, TEAM - 1, DX_PROCESS, die), 0);
	cr_expect_eq(dx_barrier(&dx.worker[0]), -ECANCELED);
	cr_expect_eq(dx_join(&dx), -ECANCELED);
}

/* Passed is passed: worker 0 may look at the barrier only after the other is gone. */
static int pass_and_leave(struct dx *d, struct dx_worker *w, uint64_t n)
{
	(void)d;
	(void)n;
	return dx_barrier(w);
}

Test(workers, passed_then_gone)
{
	for (int i = 0; i < ROUNDS; i++) {
		cr_assert_eq(dx_spawn(&dx, 1, i % 4 ? DX_THREAD : DX_PROCESS, pass_and_leave), 0);
		cr_assert_eq(dx_barrier(&dx.worker[0]), 0);
		cr_assert_eq(dx_join(&dx), 0);
	}
}

Test(workers, worker_0_never_comes)
{
	for (int kind = DX_THREAD; kind <= DX_PROCESS; kind++) {
		cr_assert_eq(dx_spawn(&dx, 2, (enum dx_worker_kind)kind, pass_and_leave), 0);
		cr_expect_eq(dx_join(&dx), -ECANCELED);
	}
}

static int note_cpu(struct dx *d, struct dx_worker *w, uint64_t n)
{
	struct shared *s = dx_priv(d);
	cpu_set_t set;

	(void)n;
	sched_getaffinity(0, sizeof(set), &set);
	s->ran[w->id] = (uint32_t)CPU_COUNT(&set);
	s->cpu[w->id] = sched_getcpu();
	return dx_barrier(w);
}

Test(workers, pinned_and_put_back)
{
	cpu_set_t before, after;

	sched_getaffinity(0, sizeof(before), &before);
	cr_assert_eq(dx_spawn(&dx, 1, DX_THREAD, note_cpu), 0);
	cr_expect_eq(note_cpu(&dx, &dx.worker[0], 0), 0);
	cr_expect_eq(dx_join(&dx), 0);
	cr_expect_eq(shared->ran[0], 1);
	cr_expect_eq(shared->ran[1], 1);
	if (CPU_COUNT(&before) > 1)
		cr_expect_neq(shared->cpu[0], shared->cpu[1]);
	sched_getaffinity(0, sizeof(after), &after);
	cr_expect(CPU_EQUAL(&before, &after));
}

Test(workers, buffers_are_faulted_in)
{
	cr_assert_eq(dx_spawn(&dx, 1, DX_THREAD, leave), 0);
	cr_expect_eq(dx_join(&dx), 0);
	cr_expect_neq(shared->buf[1][0], 0);
	cr_expect_eq(shared->buf[2][0], 0);
}

Test(workers, wrong_use)
{
	cr_expect_eq(dx_spawn(&dx, 0, DX_THREAD, leave), -EINVAL);
	cr_expect_eq(dx_spawn(&dx, DX_MAX_WORKERS, DX_THREAD, leave), -EINVAL);
	cr_expect_eq(dx_barrier(&dx.worker[0]), -EINVAL);
	cr_expect_eq(dx_join(&dx), 0, "nobody to wait for");
	cr_assert_eq(dx_spawn(&dx, DX_MAX_WORKERS - 1, DX_THREAD, pass_and_leave), 0);
	cr_expect_eq(dx_spawn(&dx, 1, DX_THREAD, leave), -EBUSY);
	cr_expect_eq(dx_barrier(&dx.worker[0]), 0);
	cr_expect_eq(dx_join(&dx), 0);
}
