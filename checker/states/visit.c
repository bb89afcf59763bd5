// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/visit.h"
#include "checker/states/choose.h"
#include "checker/states/fates.h"
#include "checker/states/recrash.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct visitor {
	const struct visit_options *options;
	const struct image *image;
	const struct units *units;	 /* of the point that is visited */
	struct outcomes *outcomes, *own; /* own: made here; else NULL */
	size_t known, known_ends;	 /* states and dumps that others had recovered before */
	struct explore_counts counts;
	struct {
		uint64_t points, returns;
	} expected;
	uint64_t tried;	    /* states of all points so far */
	uint64_t returned;  /* points so far that were returns of sync calls */
	uint64_t visited;   /* points so far, those of other shards included */
	uint64_t elsewhere; /* outcomes that were added in recoveries */
	struct violations wrong;
	struct oracle_findings findings;
};

/* ---- one crash point ---- */

static int add_finding(struct visitor *x, const struct oracle_finding *f,
		       const struct explore_point *point, const struct fate *fate, bool torn)
{
	const struct explore_violation v = {
		.rule = f->rule,
		.path = f->path,
		.what = f->what,
		.promise = f->promise,
		.file = f->file,
		.offset = f->offset,
		.bytes = f->bytes,
		.point = *point,
		.units = x->units->n,
		.kept = fate->kept,
		.state = fate->state,
		.states = 1,
		.torn = torn,
	};

	return violations_add(&x->wrong, &v);
}

/* Is a block torn in state @i? 1, 0 or -ENOMEM. */
static int is_torn(const struct visitor *x, const struct fates *found, size_t i)
{
	return units_tear(x->units, image_medium(x->image),
			  found->sets + i * units_words(x->units->n));
}

static int judge_state(struct visitor *x, const struct explore_point *point,
		       const struct fates *found, size_t i)
{
	const struct dump *dump = outcomes_find(x->outcomes, found->list[i].state);
	int r = 0, torn = 0;

	if (!dump)
		return 0;
	x->counts.run++;
	x->findings.n = 0;
	r = oracle_judge(dump, x->options->history, x->options->rules, &x->findings);
	if (!r && x->findings.n)
		torn = is_torn(x, found, i);
	if (torn < 0)
		r = torn;
	for (size_t k = 0; !r && k < x->findings.n; k++)
		r = add_finding(x, &x->findings.list[k], point, &found->list[i], torn);
	return r;
}

/* Is member @i of @n among @share of them that are spread evenly? */
static bool is_in_share(uint64_t i, uint64_t n, uint64_t share)
{
	return share >= n || i * share / n != (i + 1) * share / n;
}

/* So many states at a point that the run keeps within its limit; 0: pass over this one. */
static uint64_t budget_here(const struct visitor *x, bool is_return)
{
	uint64_t total = x->options->total, budget = x->options->budget;
	uint64_t others = x->expected.points - x->expected.returns,
		 left = total > x->expected.returns ? total - x->expected.returns : 0;

	if (!total)
		return budget;
	if (total >= x->expected.points) {
		/* What a point did not need is there for those that come. */
		uint64_t share = (total - x->tried) / (x->expected.points - x->visited);

		return share < budget ? share : budget;
	}
	/* Too few for all: what sync calls have promised comes first, then every n-th of the
	 * others. */
	if (is_return)
		return is_in_share(x->returned, x->expected.returns, total);
	return is_in_share(x->visited - x->returned, others, left);
}

static int judge_states(struct visitor *x, const struct explore_point *point,
			const struct fates *found, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < found->n; i++)
		if (judge_state(x, point, found, i))
			r = err_sys(e, -ENOMEM, "crash states", "judge");
	return r;
}

static void count_states(struct visitor *x, const struct fates *found)
{
	x->tried += found->chosen;
	x->counts.spared += found->spared;
	x->counts.contradicted += found->contradicted;
	x->counts.points_decided += found->share == 1;
}

/* Not our point: what of the limit is left for those that come depends on it all the same. */
static int pass_over(struct visitor *x, uint64_t budget, struct err *e)
{
	struct choose *c = choose_open(x->units->n, NULL, budget, x->options->seed + x->visited);

	if (!c)
		return err_sys(e, -ENOMEM, "crash states", "choose");
	while (choose_next(c))
		x->tried++;
	choose_close(c);
	return 0;
}

/* ---- a crash in a recovery ---- */

/* As found at @point, in the recovery of state @which. */
static int adopt(struct visitor *x, const struct visitor *inner, const struct explore_point *point,
		 const struct fates *found, size_t which)
{
	int torn = inner->wrong.n ? is_torn(x, found, which) : 0, r = torn < 0 ? torn : 0;

	for (size_t i = 0; !r && i < inner->wrong.n; i++) {
		struct explore_violation v = inner->wrong.list[i];

		v.point = *point;
		v.point.recovering = found->list[which].state;
		v.point.again = inner->wrong.list[i].point.seq;
		v.torn |= torn;
		r = violations_add(&x->wrong, &v);
	}
	return r;
}

/* The states of it count for themselves: what was known before is not recovered once more. */
static void count_recrash(struct visitor *x, struct visitor *inner)
{
	const struct explore_counts *n = visitor_counts(inner);

	x->counts.recrash.recoveries++;
	x->counts.recrash.points += n->points;
	x->counts.recrash.run += n->run;
	x->counts.recrash.unique += n->unique;
	x->counts.contradicted += n->contradicted;
	x->elsewhere += n->unique + n->spared;
}

static int crash_again(struct visitor *x, const struct fates_job *job, const struct fates *found,
		       const struct explore_point *point, struct err *e)
{
	struct visit_options how = *x->options;
	struct visitor *inner;
	size_t which;
	int r;

	how.total = x->options->recrash->total;
	how.seed = x->options->seed + x->visited;
	how.outcomes = x->outcomes;
	how.recrash = NULL;
	how.on_point = NULL;
	how.shard = (struct visit_shard){ 0 };
	r = recrash_point(&inner, &which, x->options->recrash, &how, job, found, e);
	if (!inner)
		return r;
	count_recrash(x, inner);
	if (adopt(x, inner, point, found, which) && !r)
		r = err_sys(e, -ENOMEM, "crash states", "keep what is wrong");
	visitor_close(inner);
	return r;
}

/* Those that are wanted are spread over the points. */
static bool is_crashed_again(const struct visitor *x)
{
	const struct recrash_options *o = x->options->recrash;

	return o && x->options->recovery.record &&
	       is_in_share(x->visited - 1, x->expected.points, o->recoveries);
}

static int try_states(struct visitor *x, const struct explore_point *point, uint64_t budget,
		      struct err *e)
{
	const struct fates_job how = { x->image, x->units, &x->options->recovery, x->outcomes };
	struct choose *c = choose_open(x->units->n, NULL, budget, x->options->seed + x->visited);
	struct fates found = { 0 };
	int r, s;

	if (!c)
		return err_sys(e, -ENOMEM, "crash states", "choose");
	r = fates_find(&how, c, &found, e);
	count_states(x, &found);
	/* What was settled before something failed is judged all the same. */
	s = judge_states(x, point, &found, r ? NULL : e);
	if (!r && !s && is_crashed_again(x))
		s = crash_again(x, &how, &found, point, e);
	fates_release(&found);
	choose_close(c);
	return r ? r : s;
}

/* 2^@n more, in a number that may be too large for any. */
static void add_possible(struct explore_counts *c, size_t n)
{
	double more = (double)n, less = c->possible_log2;

	c->possible += n < 16000 ? powl(2, (long double)n) : INFINITY;
	if (more < less) {
		more = less;
		less = (double)n;
	}
	c->possible_log2 = c->possible == 1 ? 0 : more + log2(1 + exp2(less - more));
}

static bool is_ours(const struct visitor *x)
{
	const struct visit_shard *s = &x->options->shard;

	return !s->of || x->visited % s->of == s->number - 1;
}

int visitor_visit(struct visitor *x, const struct units *u, const struct explore_point *point,
		  struct err *e)
{
	uint64_t budget = budget_here(x, point->op);
	bool ours = is_ours(x);

	x->units = u;
	x->visited++;
	x->returned += point->op != NULL;
	if (x->options->on_point)
		x->options->on_point(x->options->data, x->visited, x->expected.points);
	if (!ours)
		return budget ? pass_over(x, budget, e) : 0;
	x->counts.points++;
	add_possible(&x->counts, u->n);
	if (u->n > x->counts.units_max)
		x->counts.units_max = u->n;
	if (!budget)
		x->counts.points_left_out++;
	return budget ? try_states(x, point, budget, e) : 0;
}

void visitor_expect(struct visitor *x, uint64_t points, uint64_t returns)
{
	x->expected.points = points;
	x->expected.returns = returns;
}

struct visitor *visitor_open(const struct visit_options *o, const struct image *image)
{
	struct visitor *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->options = o;
	x->image = image;
	x->counts.possible_log2 = -INFINITY;
	x->own = o->outcomes ? NULL : outcomes_new();
	x->outcomes = o->outcomes ? o->outcomes : x->own;
	if (!x->outcomes) {
		free(x);
		return NULL;
	}
	x->known = outcomes_states(x->outcomes);
	x->known_ends = outcomes_dumps(x->outcomes);
	return x;
}

size_t visitor_violations(const struct visitor *x, const struct explore_violation **ret)
{
	*ret = x->wrong.list;
	return x->wrong.n;
}

const struct explore_counts *visitor_counts(struct visitor *x)
{
	x->counts.unique = outcomes_states(x->outcomes) - x->known - x->elsewhere -
			   x->counts.spared;
	x->counts.outcomes = outcomes_dumps(x->outcomes) - x->known_ends;
	return &x->counts;
}

void visitor_close(struct visitor *x)
{
	if (!x)
		return;
	violations_release(&x->wrong);
	oracle_release(&x->findings);
	outcomes_free(x->own);
	free(x);
}
