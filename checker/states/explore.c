// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The only loop: a first pass counts the crash points, so that a limit for the run is shared
 * out; the second stops at each, and has its states recovered and judged before it goes on.
 */
#include "checker/states/explore.h"
#include "checker/states/state_image.h"
#include "checker/states/state_units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct explore {
	const struct explore_options *options;
	const struct oplog *log;
	struct persist *persist;
	struct promise *promise;
	struct history *history;
	struct image *image;
	struct visitor *visitor; /* NULL in the first pass */
	struct visit_options how;
	struct drain_rules drain_rules;
	struct units units;
	uint64_t began[DX_LOG_WORKERS]; /* events: of each worker's operation */
	bool pending[DX_TRACE_VCPUS];	/* something waits for that vCPU's fence */
	bool running;			/* between prepare() and finish() */
	uint64_t points, returns;	/* as the first pass has counted; of sync calls */
};

static int visit(struct explore *x, const struct explore_point *point, struct err *e)
{
	const struct edit *edit = x->options->edit;

	if (edit && (point->seq < edit->from || point->seq > edit->until))
		return 0;
	if (!x->visitor) {
		x->points++;
		x->returns += point->op != NULL;
		return 0;
	}
	if (units_gather(&x->units, x->persist, x->options->atomic))
		return err_sys(e, -ENOMEM, "crash states", "find what is in flight");
	return visitor_visit(x->visitor, &x->units, point, e);
}

/* ---- the trace ---- */

/* The operation that a worker is in, if it is only one: which CPU runs whom is not told. */
static const struct oplog_op *current(const struct explore *x)
{
	for (uint32_t w = 0; w < DX_LOG_WORKERS; w++)
		if (promise_current(x->promise, w))
			return promise_current(x->promise, w);
	return NULL;
}

static int before_fence(struct explore *x, const struct dx_trace_rec *rec, struct err *e)
{
	const struct explore_point point = { .seq = rec->seq, .during = current(x) };
	bool waits = x->pending[rec->vcpu % DX_TRACE_VCPUS];

	x->pending[rec->vcpu % DX_TRACE_VCPUS] = false;
	return waits && x->running && !promise_is_over(x->promise) ? visit(x, &point, e) : 0;
}

/* Nothing happens to the files that is known; but when it begins and ends is. */
static int begin_phase(struct explore *x, const struct oplog_op *op, uint64_t seq, struct err *e)
{
	bool ends = op->rec->op == DX_OP_PHASE && op->rec->arg[0] == 2 && x->running;

	if (!ends || promise_is_over(x->promise))
		return 0;
	x->running = false;
	return visit(x, &(struct explore_point){ .seq = seq, .op = op }, e);
}

static int begin_op(struct explore *x, const struct dx_trace_rec *rec, struct err *e)
{
	const struct oplog_op *none, *op;
	int r = promise_mark(x->promise, rec->length, rec->addr, DX_MARK_BEGIN, rec->seq, &none, e);

	if (r)
		return r;
	op = promise_current(x->promise, rec->length);
	if (x->options->no_history)
		return begin_phase(x, op, rec->seq, e);
	x->began[rec->length] = rec->seq;
	return history_begin(x->history, op, rec->seq)
		       ? err_sys(e, -ENOMEM, op->kind->name, "follow it")
		       : 0;
}

static int end_op(struct explore *x, const struct dx_trace_rec *rec, struct err *e)
{
	const struct oplog_op *op = promise_current(x->promise, rec->length), *promised;
	int r = promise_mark(x->promise, rec->length, rec->addr, DX_MARK_END, rec->seq, &promised,
			     e);

	if (r)
		return r;
	if (op->returned && !x->options->no_history &&
	    history_end(x->history, x->promise, op, x->began[rec->length], rec->seq))
		return err_sys(e, -ENOMEM, op->kind->name, "follow it");
	if (op->rec->op == DX_OP_PHASE)
		x->running = op->rec->arg[0] == 1;
	if (promised && x->running && !promise_is_over(x->promise))
		return visit(x, &(struct explore_point){ .seq = rec->seq, .op = promised }, e);
	return 0;
}

static int take_mark(struct explore *x, const struct dx_trace_rec *rec, struct err *e)
{
	if (rec->length >= DX_LOG_WORKERS)
		return err_set(e, -EBADMSG, "store trace", "has a mark of no worker");
	return rec->detail == DX_MARK_BEGIN ? begin_op(x, rec, e) : end_op(x, rec, e);
}

static int take_record(struct explore *x, const struct trace_record *t, struct err *e)
{
	const struct dx_trace_rec *rec = t->rec;
	int r = 0;

	if (rec->kind == DX_TRACE_MARK)
		return take_mark(x, rec, e);
	if (rec->kind == DX_TRACE_FENCE && !drains(&x->drain_rules, rec))
		return 0;
	if (rec->kind == DX_TRACE_FENCE)
		r = before_fence(x, rec, e);
	if (drains_later(rec))
		x->pending[rec->vcpu % DX_TRACE_VCPUS] = true;
	if (r || !x->visitor)
		return r;
	r = persist_apply(x->persist, rec, t->data, e);
	if (!r)
		image_follow(x->image, x->persist, rec);
	return r;
}

/* ---- begin and end ---- */

static void close_models(struct explore *x)
{
	image_close(x->image);
	persist_close(x->persist);
	history_free(x->history);
	promise_close(x->promise);
	x->image = NULL;
	x->persist = NULL;
	x->history = NULL;
	x->promise = NULL;
}

static int open_models(struct explore *x, const struct dx_trace_header *header, struct err *e)
{
	struct persist_options how = { .mode = x->options->mode, .ranges = header->ranges };
	int r;

	memcpy(how.range, header->range, sizeof(how.range));
	r = promise_open(&x->promise, x->log, e);
	if (!r)
		r = persist_open(&x->persist, &how, e);
	if (r)
		return r;
	x->history = history_new();
	x->image = image_of_model(x->persist, header);
	if (!x->history || !x->image)
		return err_sys(e, -ENOMEM, "crash states", "follow the trace");
	return 0;
}

static int pass(struct explore *x, struct trace *t, struct err *e)
{
	struct edit_stream *stream;
	struct trace_record rec;
	int r = edit_stream_open(&stream, t, x->options->edit, &x->drain_rules, e), n = 0;

	while (!r && (n = edit_stream_next(stream, &rec, e)) > 0)
		r = take_record(x, &rec, e);
	edit_stream_close(stream);
	return r ? r : n;
}

static int count_points(struct explore *x, struct trace *t, struct err *e)
{
	int r = open_models(x, trace_header(t), e);

	if (!r)
		r = pass(x, t, e);
	x->running = false;
	memset(x->pending, 0, sizeof(x->pending));
	close_models(x);
	return r;
}

static int visit_points(struct explore *x, struct trace *t, struct err *e)
{
	int r = open_models(x, trace_header(t), e);

	if (r)
		return r;
	x->how = (struct visit_options){
		.budget = x->options->budget,
		.total = x->options->total,
		.seed = x->options->seed,
		.rules = x->options->rules,
		.recovery = x->options->recovery,
		.history = x->options->no_history ? NULL : x->history,
		.outcomes = x->options->outcomes,
		.shard = x->options->shard,
		.recrash = x->options->recrash,
		.on_point = x->options->on_point,
		.data = x->options->data,
	};
	x->visitor = visitor_open(&x->how, x->image);
	if (!x->visitor)
		return err_sys(e, -ENOMEM, "crash states", "explore");
	visitor_expect(x->visitor, x->points, x->returns);
	return pass(x, t, e);
}

int explore_run(struct explore **ret, struct trace *t, const struct oplog *log,
		const struct explore_options *o, struct err *e)
{
	struct explore *x = calloc(1, sizeof(*x));
	int r;

	*ret = NULL;
	if (!x)
		return err_sys(e, -ENOMEM, "crash states", "explore");
	x->options = o;
	x->log = log;
	x->drain_rules = (struct drain_rules){ o->mode, o->flushes };
	r = count_points(x, t, e);
	if (!r)
		r = visit_points(x, t, e);
	if (x->visitor)
		*ret = x;
	else
		explore_close(x);
	return r;
}

size_t explore_violations(const struct explore *x, const struct explore_violation **ret)
{
	return visitor_violations(x->visitor, ret);
}

const struct explore_counts *explore_counts(const struct explore *x)
{
	return visitor_counts(x->visitor);
}

void explore_close(struct explore *x)
{
	if (!x)
		return;
	visitor_close(x->visitor);
	units_release(&x->units);
	close_models(x);
	free(x);
}
