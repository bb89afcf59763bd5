// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a cell is measured.
 *
 * A sample is prepare(n), run(n) on the clock, finish(). n is doubled from 1
 * until a sample is long against the clock (sample_ns) or the workload's space
 * is used up (max_ops). The first sample at the final n warms caches, slabs and
 * the file system's own structures and is thrown away. Then samples are taken
 * until there are at least min_samples and the 95 % interval of their median is
 * as narrow as asked, or until cell_ms is spent.
 *
 * Deterministic: the clock counts instructions, so nothing has to be averaged.
 * n is a power of two, so that a slightly other tick does not make another n,
 * and such that a sample fits between two timer ticks; each sample starts just
 * behind a tick and three are taken. They agree, or the result is not called
 * exact: state that grows (a journal, an allocator) can make the third cost
 * other than the first, the same way in every run.
 *
 * A sample costs T(n) = c + n * k: c is reading the clock, the call and the
 * loop's set-up, some 20 to 80 instructions. Where operations are cheap (n of
 * MIN_SPLIT_OPS and more) that is the only thing to disturb the count, and it is
 * taken off with a sample of half the length: k = (T(n) - T(n/2)) / (n/2). For
 * dear operations c is lost in k, while T(n/2) may meet a state of the file
 * system that T(n) does not: k = T(n) / n.
 *
 * The proof is a sample of its own with the kernel's tracepoints on: what it
 * counts is what the timed ones did, but tracing costs nothing there.
 */
#include "bench/sample.h"
#include "bench/latency.h"
#include "lib/cleanup.h"
#include "lib/monotonic.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define DETERMINISTIC_SAMPLES 3
#define MAX_SAMPLES	      1000
#define STEP_SAMPLES	      5	   /* between two looks at the interval */
#define MAX_PROOF_OPS	      4096 /* events of a proof must fit the trace buffer */
#define MAX_OPS		      (1ULL << 32)
#define CALIBRATION_TRIES     3
#define MUCH		      200
#define LATENCY_OPS	      20000 /* enough for p99.99 */
#define MIN_SPLIT_OPS	      1024
#define COUNT_TRIES	      4

struct one {
	double per_op; /* in the clock's unit */
	double length; /* of the whole sample */
	uint64_t ticks;
	double minor_faults; /* per operation */
};

static int prepare_failed(struct dx *dx, int r, const char *stage, struct err *e)
{
	dx_finish(dx);
	return dx_prepare_failed(dx, r, stage, e);
}

static int run_failed(struct dx *dx, int r, const char *stage, struct err *e)
{
	dx_finish(dx);
	return dx_run_failed(dx, r, stage, e);
}

static int64_t minor_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* One sample of @n operations. The clock is read right before and right after run(). */
static int sample_once(struct dx *dx, uint64_t n, const struct runner_options *o, struct one *ret,
		       struct err *e)
{
	int64_t faults, ticks = 0;
	uint64_t start, end;
	int r = dx_prepare(dx, n);

	if (r)
		return prepare_failed(dx, r, "prepare", e);
	faults = minor_faults();
	if (o->unit == CLOCK_INSN) {
		clock_align_to_tick();
		ticks = clock_ticks_served();
	}
	start = clock_now(o->unit);
	r = dx_run(dx, n);
	end = clock_now(o->unit);
	if (o->unit == CLOCK_INSN)
		ticks = clock_ticks_served() - ticks;
	if (r)
		return run_failed(dx, r, "run", e);
	ret->minor_faults = (double)(minor_faults() - faults) / (double)n;
	ret->length = (double)(end - start);
	ret->per_op = ret->length / (double)n;
	ret->ticks = (uint64_t)ticks;
	dx_finish(dx);
	return 0;
}

static uint64_t largest_n(const struct dx *dx)
{
	return dx->workload->max_ops ? dx->workload->max_ops : MAX_OPS;
}

/* The largest power of two that is neither above @n nor above @most; at least 1. */
static uint64_t power_of_two_below(uint64_t n, double most)
{
	uint64_t p = 1;

	while (p * 2 <= n && (double)(p * 2) <= most)
		p *= 2;
	return p;
}

/* The shortest of up to CALIBRATION_TRIES samples; the first that is shorter than @enough will do.
 */
static int shortest_sample(struct dx *dx, uint64_t n, const struct runner_options *o, double enough,
			   struct one *ret, struct err *e)
{
	for (int i = 0; i < CALIBRATION_TRIES; i++) {
		struct one one;
		int r = sample_once(dx, n, o, &one, e);

		if (r)
			return r;
		if (!i || one.length < ret->length)
			*ret = one;
		if (ret->length < enough || ret->length > MUCH * enough)
			break;
	}
	return 0;
}

/*
 * Raises n until a sample lasts @wanted in the clock's unit. Where even one
 * operation lasts longer, n stays 1. That is only believed when it was seen more
 * than once: the first samples pay for what is made once (the huge zero page,
 * slabs, under TCG the translation of the code). Not MUCH times as long, though.
 */
static int calibrate(struct dx *dx, const struct runner_options *o, double wanted, uint64_t *ret_n,
		     struct err *e)
{
	uint64_t n = 1, most = largest_n(dx);
	struct one one;

	for (;;) {
		int r = shortest_sample(dx, n, o, wanted / 2, &one, e);
		double factor;

		if (r)
			return r;
		if (one.length >= wanted / 2 || n >= most)
			break;
		factor = one.length > 0 ? wanted / one.length : 16;
		factor = factor > 16 ? 16 : factor < 2 ? 2 : factor;
		n = (double)n * factor > (double)most ? most : (uint64_t)((double)n * factor);
	}
	/* Deterministic samples must not be longer than wanted: a tick would be in them. */
	if (o->deterministic)
		n = power_of_two_below(n, one.per_op > 0 ? wanted / one.per_op : (double)n);
	*ret_n = n;
	return 0;
}

static bool narrow_enough(const struct stats_summary *s, double precision)
{
	return s->median <= 0 || (s->ci_high - s->ci_low) / 2 <= precision * s->median;
}

/* Takes one more sample into @c. */
static int add_sample(struct dx *dx, const struct runner_options *o, struct cell_result *c,
		      struct err *e)
{
	struct one one;
	int r = sample_once(dx, c->ops, o, &one, e);

	if (r)
		return r;
	c->samples[c->n_samples++] = one.per_op;
	c->ticks += one.ticks;
	c->minor_faults = one.minor_faults;
	return 0;
}

static int summarise(const struct runner_options *o, struct cell_result *c, struct err *e)
{
	int r = stats_summarise(c->samples, c->n_samples, o->seed, &c->summary);

	return r ? err_sys(e, r, c->workload->name, "summarise the samples") : 0;
}

static int sample_until_narrow(struct dx *dx, const struct runner_options *o, struct cell_result *c,
			       struct err *e)
{
	uint64_t deadline = monotonic_ms() + o->cell_ms;
	int r = 0;

	while (!r && c->n_samples < MAX_SAMPLES) {
		r = add_sample(dx, o, c, e);
		if (r || (monotonic_ms() >= deadline && c->n_samples >= 3))
			break;
		if (c->n_samples < o->min_samples || c->n_samples % STEP_SAMPLES)
			continue;
		r = summarise(o, c, e);
		if (!r && narrow_enough(&c->summary, o->precision))
			break;
	}
	return r ? r : summarise(o, c, e);
}

/* One deterministic sample: see the head of this file for @n and its half. */
static int add_exact_sample(struct dx *dx, const struct runner_options *o, struct cell_result *c,
			    struct err *e)
{
	struct one half = { 0 }, whole;
	uint64_t n = c->ops, rest = n;
	int r = 0;

	if (n >= MIN_SPLIT_OPS) {
		rest = n / 2;
		r = sample_once(dx, n - rest, o, &half, e);
	}
	if (!r)
		r = sample_once(dx, n, o, &whole, e);
	if (r)
		return r;
	c->samples[c->n_samples++] = (whole.length - half.length) / (double)rest;
	c->ticks += half.ticks + whole.ticks;
	c->minor_faults = whole.minor_faults;
	return 0;
}

static int sample_deterministic(struct dx *dx, const struct runner_options *o,
				struct cell_result *c, struct err *e)
{
	int r = 0;

	while (!r && c->n_samples < DETERMINISTIC_SAMPLES)
		r = add_exact_sample(dx, o, c, e);
	if (r)
		return r;
	r = summarise(o, c, e);
	c->exact = !c->ticks && c->summary.min == c->summary.max;
	return r;
}

/* What the proof must see. Where files go through the page cache, no code of DAX may run. */
static void set_wanted(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	const struct target *t = dx->env_data;
	bool is_cached = t && target_which(t) == TARGET_FS && !target_is_dax(t);

	*c = DX_COUNTS_ANY;
	if (is_cached)
		*c = (struct dx_counts){ .lines_written_back = DX_ANY };
	else if (dx->workload->expect)
		dx->workload->expect(dx, n, c);
}

/* A sample of @c->ops operations, or as many as the trace holds, with tracing on. */
static int prove(struct dx *dx, const struct runner_options *o, struct cell_result *c,
		 struct err *e)
{
	uint64_t n = c->ops < MAX_PROOF_OPS ? c->ops : MAX_PROOF_OPS;
	char why[256];
	int r = dx_prepare(dx, n), s;

	if (r)
		return prepare_failed(dx, r, "prepare for the proof", e);
	set_wanted(dx, n, &c->wanted);
	/* A device's inode is on no file system of ours. */
	r = faults_start(o->faults, dx->device.size ? -1 : dx->root, &c->wanted, e);
	if (r) {
		dx_finish(dx);
		return r;
	}
	r = dx_run(dx, n);
	s = faults_stop(o->faults, &c->seen, e);
	if (r)
		return run_failed(dx, r, "run for the proof", e);
	dx_finish(dx);
	if (s)
		return s;
	c->seen.lines_written_back = c->have_machine ? (int64_t)c->machine.lines_written_back
						     : DX_ANY;
	c->have_counts = true;
	c->proof_ops = n;
	if (!faults_match(&c->wanted, &c->seen, why, sizeof(why))) {
		c->status = STATUS_FAIL;
		snprintf(c->reason, sizeof(c->reason), "of %llu operations: %s",
			 (unsigned long long)n, why);
	}
	return 0;
}

/* One counted run of @n operations into @c. @ret_ticks: timer ticks in it. */
static int count_once(struct dx *dx, uint64_t n, const struct runner_options *o,
		      struct cell_result *c, int64_t *ret_ticks, struct err *e)
{
	bool functions = machine_counts_has_functions(o->counts);
	struct dx_trace_counts before, after;
	json_t *f = NULL;
	int r = dx_prepare(dx, n);

	if (r)
		return prepare_failed(dx, r, "prepare for the counts", e);
	if (o->unit == CLOCK_INSN)
		clock_align_to_tick();
	*ret_ticks = clock_ticks_served();
	machine_counts_read(o->counts, &before);
	if (functions)
		machine_counts_begin_functions(o->counts);
	r = dx_run(dx, n);
	if (functions)
		machine_counts_end_functions(o->counts);
	machine_counts_read(o->counts, &after);
	*ret_ticks = clock_ticks_served() - *ret_ticks;
	if (r)
		return run_failed(dx, r, "run for the counts", e);
	dx_finish(dx);
	if (functions)
		r = machine_counts_functions(o->counts, n, &f, e);
	json_decref(c->functions);
	c->functions = f;
	machine_counts_between(&before, &after, &c->machine);
	return r;
}

/*
 * As the proof, with the emulator's counts: a pass of its own, with tracing off. Where no
 * deterministic sample has a tick in it, what is counted has none either. It is tried again, as
 * what looks like a tick to align to can be another interrupt.
 */
static int count_machine(struct dx *dx, const struct runner_options *o, struct cell_result *c,
			 struct err *e)
{
	uint64_t n = c->ops < MAX_PROOF_OPS ? c->ops : MAX_PROOF_OPS;
	int64_t ticks = 0;
	int r = 0;

	for (int i = 0; !r && i < COUNT_TRIES && (!i || (o->deterministic && !c->ticks && ticks));
	     i++)
		r = count_once(dx, n, o, c, &ticks, e);
	c->have_machine = !r;
	c->proof_ops = n;
	return r;
}

/*
 * The spread of single operations: each is prepared, run and finished alone, so
 * that all are of the same kind. The clock's own cost is in each.
 */
static int measure_latency(struct dx *dx, const struct runner_options *o, struct cell_result *c,
			   struct err *e)
{
	AUTO_FREE struct latency *latency = latency_new();
	uint64_t deadline = monotonic_ms() + o->cell_ms;
	struct one one;

	if (!latency)
		return err_sys(e, -ENOMEM, c->workload->name, "make a histogram");
	for (unsigned int i = 0; i < LATENCY_OPS && (i < 30 || monotonic_ms() < deadline); i++) {
		int r = sample_once(dx, 1, o, &one, e);

		if (r)
			return r;
		latency_add(latency, (uint64_t)one.length);
	}
	c->latency = latency_to_json(latency);
	return c->latency ? 0 : err_sys(e, -ENOMEM, c->workload->name, "describe the latencies");
}

int sample_cell(struct dx *dx, const struct runner_options *o, struct cell_result *ret,
		struct err *e)
{
	double wanted = (double)o->sample_ns;
	struct one warm_up;
	int r;

	if (o->unit == CLOCK_INSN) {
		clock_measure_tick();
		if (clock_tick_insn())
			wanted = 0.5 * (double)clock_tick_insn();
	}
	ret->samples = calloc(MAX_SAMPLES, sizeof(*ret->samples));
	if (!ret->samples)
		return err_sys(e, -ENOMEM, dx->workload->name, "keep samples");
	r = calibrate(dx, o, wanted, &ret->ops, e);
	if (!r)
		r = sample_once(dx, ret->ops, o, &warm_up, e);
	if (!r)
		r = o->deterministic ? sample_deterministic(dx, o, ret, e)
				     : sample_until_narrow(dx, o, ret, e);
	if (!r && o->latency)
		r = measure_latency(dx, o, ret, e);
	if (!r && o->counts)
		r = count_machine(dx, o, ret, e);
	if (!r && o->faults)
		r = prove(dx, o, ret, e);
	return r;
}
