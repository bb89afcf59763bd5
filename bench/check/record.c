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
#include "bench/target/device_map.h"
#include "bench/dx.h"
#include "bench/env.h"
#include "bench/isolate.h"
#include "bench/check/exec.h"
#include "bench/check/oplist_source.h"
#include "bench/runner.h"
#include "checker/log/oplog_write.h"
#include "emulate/guest.h"
#include "lib/build_id.h"
#include "lib/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <x86intrin.h>

#define DEFAULT_OPS 8
#define TIMEOUT_MS  300000  /* a few operations, but maybe in a slow emulator */
#define SPARE_MS    60000   /* for what ends a program that does not end itself */
#define RATE_NS	    2000000 /* a rate of the ticks that is good to 0.1 % */

extern const char __executable_start; /* the linker's */

struct recording {
	const struct selection *s;
	struct target *t;
	uint64_t seed, n, log_size, run;
	void *log;
	struct dx *dx;
	struct oplist list; /* of a workload that runs one */
};

static uint64_t count_ops(const struct dx_workload *w)
{
	uint64_t n = w->check_ops ? w->check_ops : DEFAULT_OPS;

	return w->max_ops && n > w->max_ops ? w->max_ops : n;
}

static int check_needs(const struct dx_workload *w, const struct target *t, struct err *e)
{
	if (w->lacks)
		return err_set(e, -EOPNOTSUPP, w->name, "not in this build: %s", w->lacks);
	if (w->needs & (DX_NEED_DAX | DX_NEED_MAP_SYNC) && !target_is_dax(t)) {
		err_set(e, -EOPNOTSUPP, w->name, "files here are not DAX");
		return err_hint(e, "%s", target_how_to_dax(t));
	}
	if (w->needs & DX_NEED_OWN_FS && !target_is_own(t)) {
		err_set(e, -EOPNOTSUPP, w->name, "others use this file system too");
		return err_hint(e, "give --device, or use --emulate");
	}
	return 0;
}

static int create_log(struct recording *r, struct err *e)
{
	struct utsname name;
	char params[256];
	struct oplog_about about = {
		.workload = r->s->workload->name,
		.params = select_format_params(r->s, params, sizeof(params)),
		.kernel = name.release,
		.fs = r->t ? target_fs(r->t) : "",
		.program = build_id(),
		.seed = r->seed,
		.n = r->n,
		.run = r->run,
		.text = (uintptr_t)&__executable_start,
	};
	int code;

	uname(&name);
	code = oplog_create(r->log, r->log_size, &about);
	return code ? err_sys(e, code, "operation log", "make") : 0;
}

/* A record without arguments but @a0: bookkeeping of ours, not the workload's. */
static void note(struct dx *dx, enum dx_log_op op, uint64_t a0, int result)
{
	struct dx_worker *w = &dx->worker[0];

	dx_log_end(w, dx_log_begin(w, op, 0, a0, 0, 0, 0), result);
}

/* What the workload has in place of files, for who asks what its calls promise. */
static void note_target(struct dx *dx)
{
	const struct dx_device *d = &dx->device;
	struct dx_worker *w = &dx->worker[0];

	if (d->size)
		dx_log_end(w, dx_log_begin(w, DX_OP_TARGET, 0, d->align != 0, d->size, d->align, 0),
			   0);
}

/* Where the bytes of the device lie, for who looks at memory. Not known: nothing is said. */
static void note_device(struct dx *dx, uint64_t device, const char *node)
{
	struct device_segment segment[DEVICE_MAP_MAX];
	struct dx_worker *w = &dx->worker[0];
	size_t n;

	if (!node[0] || device_map(node, segment, &n, NULL))
		return;
	for (size_t i = 0; i < n; i++)
		dx_log_end(w,
			   dx_log_begin(w, DX_OP_DEVICE, 0, device, segment[i].offset,
					segment[i].physical, segment[i].length),
			   0);
}

/*
 * All that prepare() did is on the medium: what the oracle starts from. A device is on
 * no file system that could be synced.
 */
static int set_baseline(struct dx *dx)
{
	struct dx_worker *w = &dx->worker[0];
	int r = 0;

	if (dx->root >= 0 && !dx->device.size) {
		struct dx_rec *rec = dx_log_begin(w, DX_OP_SYNCFS, 0, 0, 0, 0, 0);

		r = syncfs(dx->root) ? -errno : 0;
		dx_log_end(w, rec, r);
		dx_log_extents(w, 0);
	}
	if (!r)
		note(dx, DX_OP_BASELINE, 0, 0);
	return r;
}

/* A program keeps no log: there is only when it began and when it was over. */
static int record_program(struct recording *r, struct err *e)
{
	int code;

	note(r->dx, DX_OP_PHASE, 1, 0);
	code = exec_run(r->s->exec, r->dx->root, e);
	note(r->dx, DX_OP_PHASE, 2, code);
	return code;
}

static int record_run(struct recording *r, struct err *e)
{
	int code;

	if (r->s->exec)
		return record_program(r, e);
	note(r->dx, DX_OP_PHASE, 1, 0);
	code = dx_run(r->dx, r->n);
	note(r->dx, DX_OP_PHASE, 2, code);
	dx_finish(r->dx);
	return code ? dx_run_failed(r->dx, code, "run", e) : 0;
}

static int record_phases(struct recording *r, struct err *e)
{
	const char *stage = "prepare";
	int code;

	note_target(r->dx);
	if (r->t) {
		note_device(r->dx, 0, target_device(r->t));
		note_device(r->dx, 1, target_rt_device(r->t));
	}
	note(r->dx, DX_OP_PHASE, 0, 0);
	code = dx_prepare(r->dx, r->n);
	if (!code) {
		stage = "sync before run";
		code = set_baseline(r->dx);
	}
	if (!code)
		return record_run(r, e);
	note(r->dx, DX_OP_PHASE, 2, code);
	dx_finish(r->dx);
	return dx_prepare_failed(r->dx, code, stage, e);
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

static int record_workload(struct recording *r, struct err *e)
{
	int code = oplist_source_make(r->s, r->t, r->dx->root, r->seed, &r->list, e);

	if (code)
		return code;
	r->dx->list = r->list.op;
	r->dx->n_list = r->list.n;
	code = oplog_attach(r->log, r->dx);
	if (code) {
		err_sys(e, code, "operation log", "attach");
	} else {
		measure_tick_rate(r->log);
		code = record_phases(r, e);
		oplog_detach(r->dx);
	}
	oplist_release(&r->list);
	return code;
}

static int record(struct recording *r, struct err *e)
{
	int code = create_log(r, e);

	if (!code && !(r->s->workload->needs & DX_NEED_THREADS))
		code = env_pin(r->t ? target_numa_node(r->t) : -1, NULL, NULL, e);
	if (!code)
		code = dx_setup(&r->dx, r->s, r->t, r->s->workload->name, r->seed, e);
	if (code)
		return code;
	code = record_workload(r, e);
	dx_teardown(r->dx);
	return code;
}

/* Sends an error, or nothing where there was none. */
static int record_and_tell(void *data, int out)
{
	struct recording *r = data;
	struct err e = { 0 };

	return record(r, &e) && file_write_all(out, &e, sizeof(e));
}

/* What the child's word and its end mean. */
static int conclude(const char *name, const struct isolated *end, struct err *e)
{
	if (end->len == sizeof(*e)) {
		memcpy(e, end->said, sizeof(*e));
		return e->code;
	}
	if (end->status > 128)
		return err_set(e, -ECANCELED, name, "the workload's process died: %s",
			       strsignal(end->status - 128));
	if (end->status || end->len)
		return err_set(e, -ECANCELED, name, "the workload's process ended with status %d",
			       end->status);
	return 0;
}

static int run_child(struct recording *r, struct err *e)
{
	const char *name = r->s->workload->name;
	struct isolated end;
	uint64_t timeout = r->s->exec ? r->s->exec->timeout_ms + SPARE_MS : TIMEOUT_MS;
	int code = isolate_run(record_and_tell, r, timeout, name, &end, e);

	if (r->t)
		target_cell_done(r->t, name);
	if (!code)
		code = conclude(name, &end, e);
	free(end.said);
	return code;
}

/*
 * Unlike that of any other run on this machine; under a deterministic emulator,
 * whose counter repeats, the same each time. Never 0.
 */
static uint64_t name_run(const struct recording *r)
{
	uint64_t name = __rdtsc();

	for (const char *p = r->s->workload->name; *p; p++)
		name = dx_pattern_key(name ^ (uint64_t)(unsigned char)*p);
	return dx_pattern_key(name ^ r->seed) | 1;
}

/*
 * A store trace begins with what the medium holds, as if all of it were durable:
 * so everything of ours is written back before.
 */
static void start_trace(const struct recording *r)
{
	if (guest_is_ours())
		sync();
	dx_mark(0, r->run, DX_MARK_START);
}

int runner_record(const struct selection *s, struct target *t, uint64_t seed,
		  const struct log_device *where, uint64_t *ret_run, struct err *e)
{
	struct recording r = {
		.s = s, .t = t, .seed = seed, .n = count_ops(s->workload), .log_size = where->size
	};
	int code = t || s->workload->lacks ? check_needs(s->workload, t, e) : 0;

	if (!code)
		code = oplist_source_count(s, &r.n, e);
	if (code)
		return code;
	r.log = mmap(NULL, where->size, PROT_READ | PROT_WRITE, MAP_SHARED, where->fd, 0);
	if (r.log == MAP_FAILED)
		return err_sys(e, -errno, "operation log", "mmap");
	r.run = name_run(&r);
	if (ret_run)
		*ret_run = r.run;
	start_trace(&r);
	code = run_child(&r, e);
	dx_mark(0, 0, DX_MARK_STOP);
	munmap(r.log, where->size);
	return code;
}
