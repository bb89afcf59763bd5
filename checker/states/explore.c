// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The only loop: a first pass counts the crash points, so that a limit for the run is shared
 * out; the second stops at each, and has its states recovered and judged before it goes on.
 */
#include "checker/states/explore.h"
#include "checker/kernel_names.h"
#include "checker/states/choose.h"
#include "checker/states/state_image.h"
#include "checker/states/outcomes.h"
#include "checker/states/state_units.h"
#include "lib/grow.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VIOLATIONS_MAX 1024

/* The states of one crash point that have to be recovered. */
struct batch {
	struct state *state;
	uint64_t **set; /* of units, of each */
	size_t n, room, sets_room;
};

struct explore {
	const struct explore_options *options;
	const struct oplog *log;
	struct persist *persist;
	struct promise *promise;
	struct history *history;
	struct image *image;
	struct outcomes *outcomes;
	struct units units;
	struct explore_counts counts;
	uint64_t began[DX_LOG_WORKERS]; /* events: of each worker's operation */
	bool pending[DX_TRACE_VCPUS];	/* something waits for that vCPU's fence */
	bool running;			/* between prepare() and finish() */
	bool only_counts;		/* the first pass */
	uint64_t points, returns;	/* as the first pass has counted; of sync calls */
	uint64_t returned;		/* of these so far */
	struct explore_violation *violation;
	size_t n_violations, room;
	struct oracle_findings findings;
};

/* ---- violations ---- */

static bool is_alike(const struct explore_violation *v, const struct oracle_finding *f)
{
	return v->rule == f->rule && v->promise == f->promise && !strcmp(v->path, f->path) &&
	       (v->offset == f->offset || f->rule == ORACLE_DATA || f->rule == ORACLE_FOREIGN) &&
	       (*f->path || !strcmp(v->what, f->what));
}

static int add_violation(struct explore *x, const struct oracle_finding *f,
			 const struct explore_point *point, size_t kept, uint64_t state)
{
	struct explore_violation *more, *v;

	for (size_t i = 0; i < x->n_violations; i++)
		if (is_alike(&x->violation[i], f)) {
			x->violation[i].states++;
			return 0;
		}
	if (x->n_violations == VIOLATIONS_MAX)
		return 0;
	more = grow(x->violation, x->n_violations, &x->room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	x->violation = more;
	v = &x->violation[x->n_violations];
	*v = (struct explore_violation){
		.rule = f->rule,
		.path = strdup(f->path),
		.what = strdup(f->what),
		.promise = f->promise,
		.file = f->file,
		.offset = f->offset,
		.bytes = f->bytes,
		.point = *point,
		.units = x->units.n,
		.kept = kept,
		.state = state,
		.states = 1,
	};
	x->n_violations++;
	return v->path && v->what ? 0 : -ENOMEM;
}

/* ---- one crash point ---- */

static size_t count_set(const uint64_t *set, size_t words)
{
	size_t n = 0;

	for (size_t i = 0; i < words; i++)
		n += (size_t)__builtin_popcountll(set[i]);
	return n;
}

static int judge_state(struct explore *x, const struct explore_point *point, uint64_t state,
		       size_t kept)
{
	const struct dump *dump = outcomes_find(x->outcomes, state);
	int r = 0;

	if (!dump)
		return 0;
	x->counts.run++;
	x->findings.n = 0;
	r = oracle_judge(dump, x->history, x->options->rules, &x->findings);
	for (size_t i = 0; !r && i < x->findings.n; i++)
		r = add_violation(x, &x->findings.list[i], point, kept, state);
	return r;
}

static bool batch_has(const struct batch *b, uint64_t hash)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->state[i].hash == hash)
			return true;
	return false;
}

static void release_batch(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		free((void *)(uintptr_t)b->state[i].lines);
		free(b->set[i]);
	}
	free(b->state);
	free(b->set);
}

/* The state of a set of units, if it is not in the batch yet. */
static int add_state(struct explore *x, struct batch *b, const uint64_t *set)
{
	size_t words = units_words(x->units.n), n;
	struct state_line *lines;
	struct state *more;
	uint64_t **sets, hash;

	if (units_lines(&x->units, x->persist, set, &lines, &n))
		return -ENOMEM;
	hash = image_hash(x->image, lines, n);
	more = batch_has(b, hash) ? NULL : grow(b->state, b->n, &b->room, sizeof(*more));
	if (!more) {
		free(lines);
		return batch_has(b, hash) ? 0 : -ENOMEM;
	}
	b->state = more;
	sets = grow(b->set, b->n, &b->sets_room, sizeof(*sets));
	if (sets)
		b->set = sets;
	if (sets)
		sets[b->n] = malloc((words + 1) * sizeof(**sets));
	if (!sets || !sets[b->n]) {
		free(lines);
		return -ENOMEM;
	}
	if (words)
		memcpy(sets[b->n], set, words * sizeof(*set));
	b->state[b->n++] = (struct state){ lines, n, hash };
	return 0;
}

/* Those of the batch that no kernel has recovered yet. */
static int recover_batch(struct explore *x, const struct batch *b, struct err *e)
{
	const struct recovery *rec = &x->options->recovery;
	struct state *todo = malloc((b->n + 1) * sizeof(*todo));
	struct dump **dump = calloc(b->n + 1, sizeof(*dump));
	size_t n = 0;
	int r = todo && dump ? 0 : -ENOMEM, s = 0;

	for (size_t i = 0; !r && i < b->n; i++)
		if (!outcomes_find(x->outcomes, b->state[i].hash))
			todo[n++] = b->state[i];
	if (r)
		err_sys(e, r, "crash states", "recover");
	else if (n)
		r = rec->recover(rec->data, image_medium(x->image), todo, n, dump, e);
	for (size_t i = 0; dump && i < n; i++)
		if (dump[i] && outcomes_add(x->outcomes, todo[i].hash, dump[i]))
			s = -ENOMEM;
	free(todo);
	free(dump);
	return r ? r : s ? err_sys(e, s, "crash states", "keep what became of them") : 0;
}

/* Is member @i of @n among @share of them that are spread evenly? */
static bool is_in_share(uint64_t i, uint64_t n, uint64_t share)
{
	return share >= n || i * share / n != (i + 1) * share / n;
}

/* So many states at a point that the run keeps within its limit; 0: pass over this one. */
static uint64_t budget_here(const struct explore *x, bool is_return)
{
	uint64_t total = x->options->total, budget = x->options->budget;
	uint64_t others = x->points - x->returns,
		 left = total > x->returns ? total - x->returns : 0;

	if (!total)
		return budget;
	if (total >= x->points)
		return total / x->points < budget ? total / x->points : budget;
	/* Too few for all: what sync calls have promised comes first, then every n-th of the
	 * others. */
	if (is_return)
		return is_in_share(x->returned, x->returns, total);
	return is_in_share(x->counts.points - x->returned, others, left);
}

static int choose_states(struct explore *x, struct batch *b, uint64_t budget)
{
	struct choose *c = choose_open(x->units.n, NULL, budget,
				       x->options->seed + x->counts.points);
	const uint64_t *set;
	int r = c ? 0 : -ENOMEM;

	while (!r && (set = choose_next(c)))
		r = add_state(x, b, set);
	choose_close(c);
	return r;
}

static int visit(struct explore *x, const struct explore_point *point, struct err *e)
{
	uint64_t budget = x->only_counts ? 0 : budget_here(x, point->op);
	struct batch b = { 0 };
	int r;

	x->counts.points++;
	x->returned += point->op != NULL;
	if (x->only_counts)
		return 0;
	if (x->options->on_point)
		x->options->on_point(x->options->data, x->counts.points, x->points);
	r = units_gather(&x->units, x->persist, x->options->atomic);
	x->counts.possible += powl(2, (long double)x->units.n);
	if (x->units.n > x->counts.units_max)
		x->counts.units_max = x->units.n;
	if (!budget)
		x->counts.points_left_out++;
	if (!r && budget)
		r = choose_states(x, &b, budget);
	if (r)
		err_sys(e, r, "crash states", "make");
	else
		r = recover_batch(x, &b, e);
	for (size_t i = 0; i < b.n; i++)
		if (judge_state(x, point, b.state[i].hash,
				count_set(b.set[i], units_words(x->units.n))) &&
		    !r)
			r = err_sys(e, -ENOMEM, "crash states", "judge");
	release_batch(&b);
	return r;
}

/* ---- the trace ---- */

static bool drains(const struct explore *x, const struct dx_trace_rec *rec)
{
	const struct symbol *by;

	if (x->options->mode != PERSIST_SDM && rec->detail > DX_TRACE_MFENCE)
		return false;
	if (!x->options->flushes || rec->flags & DX_TRACE_USER)
		return true;
	by = symbols_find(x->options->flushes, rec->ip);
	return by && kernel_name_is_flush(by->name);
}

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
	const struct explore_point point = { rec->seq, NULL, current(x) };
	bool waits = x->pending[rec->vcpu % DX_TRACE_VCPUS];

	x->pending[rec->vcpu % DX_TRACE_VCPUS] = false;
	return waits && x->running && !promise_is_over(x->promise) ? visit(x, &point, e) : 0;
}

static int begin_op(struct explore *x, const struct dx_trace_rec *rec, struct err *e)
{
	const struct oplog_op *none, *op;
	int r = promise_mark(x->promise, rec->length, rec->addr, DX_MARK_BEGIN, rec->seq, &none, e);

	if (r)
		return r;
	op = promise_current(x->promise, rec->length);
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
	if (op->returned &&
	    history_end(x->history, x->promise, op, x->began[rec->length], rec->seq))
		return err_sys(e, -ENOMEM, op->kind->name, "follow it");
	if (op->rec->op == DX_OP_PHASE)
		x->running = op->rec->arg[0] == 1;
	if (promised && x->running && !promise_is_over(x->promise))
		return visit(x, &(struct explore_point){ rec->seq, promised, NULL }, e);
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
	if (rec->kind == DX_TRACE_FENCE && !drains(x, rec))
		return 0;
	if (rec->kind == DX_TRACE_FENCE)
		r = before_fence(x, rec, e);
	if (rec->kind == DX_TRACE_WRITE_BACK ||
	    (rec->kind == DX_TRACE_STORE && rec->flags & DX_TRACE_NT))
		x->pending[rec->vcpu % DX_TRACE_VCPUS] = true;
	if (!r && !x->only_counts)
		r = persist_apply(x->persist, rec, t->data, e);
	if (!r && !x->only_counts)
		image_follow(x->image, t);
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
	x->image = image_open(x->persist, header->range, header->ranges);
	if (!x->history || !x->image)
		return err_sys(e, -ENOMEM, "crash states", "follow the trace");
	return 0;
}

static int pass(struct explore *x, struct trace *t, struct err *e)
{
	struct trace_record rec;
	uint64_t number = 0;
	int r = open_models(x, trace_header(t), e), n = 0;

	if (!r)
		r = trace_rewind(t, e);
	while (!r && (n = trace_next(t, &rec, e)) > 0)
		if (number++ != x->options->leave_out)
			r = take_record(x, &rec, e);
	return r ? r : n;
}

static int count_points(struct explore *x, struct trace *t, struct err *e)
{
	int r;

	x->only_counts = true;
	r = pass(x, t, e);
	x->points = x->counts.points;
	x->returns = x->returned;
	x->counts.points = x->returned = 0;
	x->only_counts = x->running = false;
	memset(x->pending, 0, sizeof(x->pending));
	close_models(x);
	return r;
}

int explore_run(struct explore **ret, struct trace *t, const struct oplog *log,
		const struct explore_options *o, struct err *e)
{
	struct explore *x = calloc(1, sizeof(*x));
	int r;

	*ret = x;
	if (!x)
		return err_sys(e, -ENOMEM, "crash states", "explore");
	x->options = o;
	x->log = log;
	x->outcomes = outcomes_new();
	if (!x->outcomes)
		return err_sys(e, -ENOMEM, "crash states", "explore");
	r = count_points(x, t, e);
	if (!r)
		r = pass(x, t, e);
	x->counts.unique = outcomes_states(x->outcomes);
	x->counts.outcomes = outcomes_dumps(x->outcomes);
	return r;
}

size_t explore_violations(const struct explore *x, const struct explore_violation **ret)
{
	*ret = x->violation;
	return x->n_violations;
}

const struct explore_counts *explore_counts(const struct explore *x)
{
	return &x->counts;
}

void explore_close(struct explore *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->n_violations; i++) {
		free(x->violation[i].path);
		free(x->violation[i].what);
	}
	free(x->violation);
	oracle_release(&x->findings);
	units_release(&x->units);
	outcomes_free(x->outcomes);
	close_models(x);
	free(x);
}
