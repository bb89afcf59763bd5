// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A cell in a process of its own: what a workload does to itself (SIGBUS, a
 * hang, a leak) ends there. The child sends its result as JSON through a pipe;
 * no result, for whatever reason, is an error of this cell and of no other.
 */
#include "bench/runner.h"
#include "bench/dx.h"
#include "bench/env.h"
#include "bench/fio/fio.h"
#include "bench/isolate.h"
#include "bench/sample.h"
#include "lib/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void runner_defaults(struct runner_options *o)
{
	*o = (struct runner_options){
		.seed = 1,
		.unit = CLOCK_NS,
		.min_samples = 30,
		.precision = 0.02,
		.cell_ms = 1000,
		.sample_ns = 2000000,
		.timeout_ms = 120000,
	};
}

/* Why @s cannot be run on @t, or false. */
static bool must_skip(const struct selection *s, struct target *t, const struct runner_options *o,
		      char *why, size_t len)
{
	unsigned int needs = s->workload->needs;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	why[0] = '\0';
	if (s->workload->lacks)
		snprintf(why, len, "not in this build: %s", s->workload->lacks);
	else if (needs & (DX_NEED_DAX | DX_NEED_MAP_SYNC) && !target_is_dax(t))
		snprintf(why, len, "files here are not DAX: %s", target_how_to_dax(t));
	else if (needs & DX_NEED_OWN_FS && !target_is_own(t))
		snprintf(why, len, "others use this file system too: give --device");
	else if (needs & DX_NEED_THREADS && o->deterministic)
		snprintf(why, len, "threads share one vCPU under --deterministic");
	else if (needs & DX_NEED_THREADS && cpus < 2)
		snprintf(why, len, "one CPU only: threads would wait for each other");
	return why[0];
}

/* In the child. Fills @c; what went wrong is its status and reason. */
static void measure(const struct selection *s, struct target *t, const struct runner_options *o,
		    struct cell_result *c)
{
	struct err e = { 0 };
	struct dx *dx = NULL;
	bool far = false;
	int r = 0;

	if (!(s->workload->needs & DX_NEED_THREADS))
		r = env_pin(t ? target_numa_node(t) : -1, &c->cpu, &far, &e);
	if (far)
		snprintf(c->reason, sizeof(c->reason),
			 "the device is on NUMA node %d, none of whose CPUs we may use",
			 target_numa_node(t));
	if (!r)
		r = dx_setup(&dx, s, t, s->workload->name, o->seed, &e);
	if (!r)
		r = s->workload->job ? fio_cell(dx, o, c, &e) : sample_cell(dx, o, c, &e);
	dx_teardown(dx);
	if (r == -EOPNOTSUPP) {
		c->status = STATUS_SKIP;
		snprintf(c->reason, sizeof(c->reason), "not supported here: %s%s%s", e.what,
			 e.hint[0] ? "; " : "", e.hint);
	} else if (r) {
		c->status = STATUS_ERROR;
		snprintf(c->reason, sizeof(c->reason), "%s%s%s", e.what, e.hint[0] ? "; " : "",
			 e.hint);
	}
}

/* What the child is handed. */
struct work {
	const struct selection *s;
	struct target *t;
	const struct runner_options *o;
	struct cell_result *c;
};

static int measure_and_tell(void *data, int out)
{
	struct work *w = data;
	json_t *j;
	char *text;

	measure(w->s, w->t, w->o, w->c);
	j = cell_result_to_json(w->c);
	text = j ? json_dumps(j, JSON_REAL_PRECISION(17)) : NULL;
	return text && !file_write_all(out, text, strlen(text)) ? 0 : 1;
}

static void set_error(struct cell_result *c, const char *fmt, const char *detail)
{
	c->status = STATUS_ERROR;
	snprintf(c->reason, sizeof(c->reason), fmt, detail);
}

/* What the child's message and end mean. */
static void take_result(struct cell_result *c, const char *text, int status)
{
	struct cell_result got;
	struct err e;
	json_t *j;

	if (status > 128) {
		set_error(c, "the workload's process died: %s", strsignal(status - 128));
		return;
	}
	j = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (!j || cell_result_from_json(j, &got, &e)) {
		set_error(c, "%s", "the workload's process ended without a result");
	} else {
		got.workload = c->workload;
		got.selection = c->selection;
		got.target = c->target;
		*c = got;
	}
	json_decref(j);
}

static void describe_cell(const struct selection *s, struct target *t,
			  const struct runner_options *o, struct cell_result *c)
{
	memset(c, 0, sizeof(*c));
	c->workload = s->workload;
	c->selection = *s;
	c->unit = clock_unit_name(o->unit);
	c->cpu = -1;
	snprintf(c->fs, sizeof(c->fs), "%s", t ? target_fs(t) : "");
	snprintf(c->driver, sizeof(c->driver), "%s", t ? target_driver(t) : "");
	snprintf(c->mode, sizeof(c->mode), "%s", target_mode(t));
	c->target = t ? target_describe(t) : NULL;
}

int runner_cell(const struct selection *s, struct target *t, const struct runner_options *o,
		struct cell_result *ret, struct err *e)
{
	struct work work = { .s = s, .t = t, .o = o, .c = ret };
	struct isolated end;
	struct err why = { 0 };
	int r;

	describe_cell(s, t, o, ret);
	if (must_skip(s, t, o, ret->reason, sizeof(ret->reason))) {
		ret->status = STATUS_SKIP;
		return 0;
	}
	r = isolate_run(measure_and_tell, &work, o->timeout_ms, s->workload->name, &end, &why);
	if (t)
		target_cell_done(t, s->workload->name);
	if (r == -EINTR) {
		*e = why;
		return r;
	}
	if (r)
		set_error(ret, "%s", why.what);
	else
		take_result(ret, end.said, end.status);
	free(end.said);
	return 0;
}
