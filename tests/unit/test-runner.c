// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of a workload that does not do what it should: caught here is a
 * refusal in run() that passes for a skip, a death or a hang that is not told,
 * and a log of the check lens that does not say how far the run came.
 */
#include "bench/runner.h"
#include "checker/log/oplog.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LOG_SIZE (DX_LOG_HEADER + DX_LOG_WORKERS * 2 * DX_PAGE)

static struct err e;

static int refuse(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)dx;
	(void)w;
	(void)n;
	return -EOPNOTSUPP;
}

static int refuse_saying_why(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)w;
	(void)n;
	return dx_refuse(dx, dx_param(dx, "not-here") ? -EOPNOTSUPP : -EINVAL, "the moon is full");
}

static int find_no_room(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)dx;
	(void)w;
	(void)n;
	return -ENOSPC;
}

static int succeed(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	(void)dx;
	(void)w;
	(void)n;
	return 0;
}

static int die(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	signal(SIGBUS, SIG_DFL); /* a sanitizer has handlers of its own */
	raise(SIGBUS);
	return succeed(dx, w, n);
}

static int hang(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	for (;;)
		pause();
	return succeed(dx, w, n);
}

static const struct dx_workload refused_early = {
	.name = "w", .op = "o", .prepare = refuse, .run = succeed
};
static const struct dx_workload refused_saying_why = {
	.name = "w",
	.op = "o",
	.prepare = refuse_saying_why,
	.run = succeed,
	.params = { { "not-here", "kind", 0, 0, 1, "what it is refused with" } },
};
static const struct dx_workload refused_late = { .name = "w", .op = "o", .run = refuse };
static const struct dx_workload too_large = {
	.name = "w", .op = "o", .prepare = find_no_room, .run = succeed
};
static const struct dx_workload grown_too_large = { .name = "w", .op = "o", .run = find_no_room };
static const struct dx_workload lacking = {
	.name = "w", .op = "o", .lacks = "a library", .run = die
};
static const struct dx_workload dying = { .name = "w", .op = "o", .run = die };
static const struct dx_workload hanging = { .name = "w", .op = "o", .run = hang };
static const struct dx_workload fine = { .name = "w", .op = "o", .run = succeed };

static void expect_selection(struct selection s, enum status status, const char *says)
{
	const struct dx_workload *w = s.workload;
	struct runner_options o;
	struct cell_result c;

	runner_defaults(&o);
	o.cell_ms = 10;
	o.timeout_ms = w == &hanging ? 300 : 30000;
	cr_assert_eq(runner_cell(&s, NULL, &o, &c, &e), 0);
	cr_expect_eq(c.status, status, "%s: status %d: %s", says, c.status, c.reason);
	cr_expect(strstr(c.reason, says), "\"%s\", want: %s", c.reason, says);
	cell_result_release(&c);
}

static void expect_cell(const struct dx_workload *w, enum status status, const char *says)
{
	expect_selection((struct selection){ .workload = w }, status, says);
}

Test(runner, refusal_in_prepare_is_a_skip)
{
	expect_cell(&refused_early, STATUS_SKIP, "prepare");
}

Test(runner, a_refusal_has_the_reason_that_the_workload_gives)
{
	struct selection s = { .workload = &refused_saying_why };

	expect_selection(s, STATUS_ERROR, "the moon is full");
	s.values[0] = 1;
	expect_selection(s, STATUS_SKIP, "not supported here: the moon is full");
}

Test(runner, no_room_in_prepare_is_a_skip_that_says_what_to_do)
{
	expect_cell(&too_large, STATUS_SKIP, "too small for these parameters; --nvdimm-size");
}

Test(runner, no_room_in_run_is_an_error)
{
	expect_cell(&grown_too_large, STATUS_ERROR, "run: No space left");
}

Test(runner, refusal_in_run_is_an_error)
{
	expect_cell(&refused_late, STATUS_ERROR, "run");
}

Test(runner, what_the_build_lacks_is_a_skip)
{
	expect_cell(&lacking, STATUS_SKIP, "not in this build: a library");
}

Test(runner, death_is_an_error)
{
	expect_cell(&dying, STATUS_ERROR, "Bus error");
}

Test(runner, hang_is_an_error, .timeout = 30)
{
	expect_cell(&hanging, STATUS_ERROR, "killed");
}

Test(runner, what_does_its_work_passes)
{
	expect_cell(&fine, STATUS_PASS, "");
}

/* Records @w: the code, and what the phase that ended in finish() came to. */
static int record_it(const struct dx_workload *w, int64_t *ret_result)
{
	struct selection s = { .workload = w };
	struct log_device where = { .fd = memfd_create("log", MFD_CLOEXEC), .size = LOG_SIZE };
	int r;
	const struct oplog_op *last;
	struct oplog *log;
	void *base;

	cr_assert(where.fd >= 0 && !ftruncate(where.fd, LOG_SIZE));
	r = runner_record(&s, NULL, 1, &where, NULL, &e);
	base = mmap(NULL, LOG_SIZE, PROT_READ, MAP_SHARED, where.fd, 0);
	cr_assert_neq(base, MAP_FAILED);
	cr_assert_eq(oplog_parse(&log, base, LOG_SIZE, "log", &(struct err){ 0 }), 0);
	cr_assert_gt(oplog_count(log), 0);
	last = oplog_at(log, oplog_count(log) - 1);
	cr_expect_eq(last->rec->op, DX_OP_PHASE);
	*ret_result = last->rec->result;
	oplog_close(log);
	munmap(base, LOG_SIZE);
	close(where.fd);
	return r;
}

Test(runner, record_says_which_phase_was_refused)
{
	int64_t result = 1;

	cr_expect_eq(record_it(&refused_early, &result), -EOPNOTSUPP);
	cr_expect_eq(result, -EOPNOTSUPP);
	cr_expect(strstr(e.what, "prepare"), "%s", e.what);
	cr_expect_eq(record_it(&refused_saying_why, &result), -EINVAL);
	cr_expect(strstr(e.what, "the moon is full"), "%s", e.what);
	cr_expect_eq(record_it(&refused_late, &result), -EIO);
	cr_expect_eq(result, -EOPNOTSUPP);
	cr_expect(strstr(e.what, "run"), "%s", e.what);
	cr_expect_eq(record_it(&fine, &result), 0);
	cr_expect_eq(result, 0);
}

Test(runner, record_of_what_the_build_lacks_is_a_skip)
{
	struct selection s = { .workload = &lacking };
	struct log_device where = { .fd = -1 };

	cr_expect_eq(runner_record(&s, NULL, 1, &where, NULL, &e), -EOPNOTSUPP);
	cr_expect(strstr(e.what, "a library"), "%s", e.what);
}

/* The log outlives the process: it ends where the workload did. */
Test(runner, record_of_a_death_is_kept)
{
	int64_t result = 1;

	cr_expect_eq(record_it(&dying, &result), -ECANCELED);
	cr_expect(strstr(e.what, "Bus error"), "%s", e.what);
}
