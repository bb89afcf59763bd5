// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a crash could have left of the device that was logged: crash states, recovered by guests.
 * A stranger's image is mounted there and nowhere else.
 */
#include "bench/check/states.h"
#include "bench/cmd/cmd_replay.h"
#include "bench/cmd/say.h"
#include "bench/interrupt.h"
#include "bench/recover/blank.h"
#include "checker/states/explore_log.h"
#include "emulate/qemu.h"
#include "lib/monotonic.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define SCHEMA "daxbench-log-states-1"

struct states {
	const struct replay_options *o;
	struct emulate_job job;
	struct states_options how;
	void *head;
	struct explore_log *x;
	struct states_spent spent;
};

/* ---- the size of the device ---- */

/* As it is given; else all that is written to, which a file system may well be larger than. */
static int find_size(struct states *s, uint64_t *ret, struct err *e)
{
	struct logwrites_item item;
	struct logwrites_reader *l;
	int r;

	*ret = s->o->limits.device;
	if (*ret)
		return 0;
	r = logwrites_open(&l, s->o->log, &s->o->limits, e);
	if (r)
		return r;
	while ((r = logwrites_next(l, &item, e)) > 0)
		if (item.offset + item.length > *ret)
			*ret = item.offset + item.length;
	logwrites_reader_close(l);
	return r;
}

/* The guest's NVDIMM: the device behind the namespace's info block, in whole steps. */
static int size_nvdimm(struct states *s, struct err *e)
{
	uint64_t bytes;
	int r = find_size(s, &bytes, e);

	if (r)
		return r;
	bytes = (bytes + BLANK_BYTES + EMULATE_NVDIMM_STEP - 1) & ~(EMULATE_NVDIMM_STEP - 1);
	if (bytes < EMULATE_MIN_NVDIMM)
		bytes = EMULATE_MIN_NVDIMM;
	if (bytes > EMULATE_MAX_NVDIMM)
		return err_set(e, -EFBIG, s->o->log,
			       "is of a device of %" PRIu64 " MiB: a guest has room for %llu",
			       bytes >> 20, EMULATE_MAX_NVDIMM >> 20);
	s->job.nvdimm_bytes[EMULATE_DATA] = bytes;
	return 0;
}

/* ---- guests ---- */

static void on_point(void *data, uint64_t point, uint64_t points)
{
	(void)data;
	say_progress_steps(point, points, "crash points");
}

static int open_guests(struct states *s, struct err *e)
{
	const struct replay_options *o = s->o;
	char fs[32];
	int r = size_nvdimm(s, e);

	s->job.kernel = o->kernel;
	if (!r && !o->kernel)
		r = emulate_default_kernel(&s->job.kernel, e);
	if (!r)
		r = blank_make(&s->job, &s->head, e);
	s->job.reads = o->states.prune;
	if (!r)
		r = recover_pool_open(&s->how.pool, &s->job, states_guests(o->states.guests), e);
	/* Of a log nobody knows whether DAX was on, and recovery does not ask. */
	snprintf(fs, sizeof(fs), "%s-nodax", o->fs);
	return r ? r : recover_pool_set(s->how.pool, fs, ".", e);
}

static int explore(struct states *s, const struct replay_job *range, struct err *e)
{
	const struct replay_options *o = s->o;
	struct explore_log_options how = {
		.limits = o->limits,
		.from = range->from,
		.to = range->to,
		.atomic = (uint32_t)o->states.atomic,
		.budget = o->states.budget,
		.total = o->states.total,
		.seed = 1,
		.ranges = 2,
		.offset = BLANK_BYTES,
		.head = s->head,
		.recovery = recover_pool_recovery(s->how.pool),
		.on_point = on_point,
	};
	int r;

	states_spend(&s->how, &s->spent);
	for (unsigned int i = 0; i < how.ranges; i++)
		how.range[i] =
			(struct dx_trace_range){ qemu_nvdimm_base(&s->job, EMULATE_DATA + i),
						 qemu_nvdimm_bytes(&s->job, EMULATE_DATA + i) };
	r = explore_log_run(&s->x, o->log, &how, e);
	say_progress_done();
	states_spent(&s->how, &s->spent);
	return r;
}

/* ---- the result ---- */

static json_t *describe(const struct states *s, size_t *ret_found)
{
	const struct explore_log_counts *n = explore_log_entries(s->x);
	const struct explore_violation *list;

	*ret_found = explore_log_violations(s->x, &list);
	return json_pack(
		"{s:s, s:s, s:s, s:{}, s:o, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I}}", "schema",
		SCHEMA, "workload", s->o->log, "fs", s->o->fs, "params", "states",
		states_describe(&s->how, explore_log_counts(s->x), list, *ret_found, &s->spent),
		"log", "entries", (json_int_t)n->entries, "writes", (json_int_t)n->writes,
		"flushes", (json_int_t)n->flushes, "fuas", (json_int_t)n->fuas, "discards",
		(json_int_t)n->discards, "order_unknown", (json_int_t)n->unknown,
		"window_left_out_bytes", (json_int_t)n->window_left_out);
}

static void print(const struct states *s, json_t *j)
{
	const struct explore_log_counts *n = explore_log_entries(s->x);
	json_t *results = json_array();

	if (s->o->json) {
		say_json(j);
		json_decref(results);
		return;
	}
	json_array_append(results, j);
	states_print(stdout, results, false);
	printf("\n%" PRIu64 " entries: %" PRIu64 " writes, %" PRIu64 " flushes, %" PRIu64
	       " with FUA, %" PRIu64 " discards\n",
	       n->entries, n->writes, n->flushes, n->fuas, n->discards);
	if (n->unknown)
		printf("order unknown: %" PRIu64 " FUA writes may have overtaken others\n",
		       n->unknown);
	if (n->window_left_out)
		printf("taken to be durable for want of room: %" PRIu64 " bytes\n",
		       n->window_left_out);
	puts("Not covered: stores through DAX, which dm-log-writes does not see; contents of "
	     "files.");
	json_decref(results);
}

static int tell(const struct states *s, bool *ret_found, struct err *e)
{
	size_t found;
	json_t *j = describe(s, &found);

	if (!j)
		return err_sys(e, -ENOMEM, s->o->log, "tell what was found");
	*ret_found = found;
	print(s, j);
	json_decref(j);
	return 0;
}

int replay_states(const struct replay_options *o, bool *ret_found, struct err *e)
{
	struct states s = { .o = o,
			    .how = { .budget = o->states.budget,
				     .total = o->states.total,
				     .atomic = (uint32_t)o->states.atomic } };
	struct replay_job range = { .to = UINT64_MAX };
	struct err later;
	uint64_t end;
	int r = replay_resolve(o->log, &o->limits, &o->range, &range, &end, e);

	if (!r)
		r = open_guests(&s, e);
	if (!r)
		r = explore(&s, &range, e);
	if (s.x && tell(&s, ret_found, r ? &later : e) && !r)
		r = e->code;
	explore_log_close(s.x);
	recover_pool_close(s.how.pool);
	free(s.head);
	return r;
}
