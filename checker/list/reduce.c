// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Delta debugging (Zeller and Hildebrandt, 2002), made for answers that come many
 * at a time. It goes in levels. A level has a base, a list that shows it, and
 * steps, each of which makes the base simpler: a run of operations left out, or
 * one argument made smaller. Each step is tried by itself; then those that did no
 * harm together, all, each half, each quarter. The simplest list that showed it
 * is the base of the next level.
 *
 * First come the cuts that cost little: all after the end, all of other files.
 * Then runs of operations are left out, at each level shorter ones, until no
 * single one can be: only then is the list called minimal, whatever the answers
 * were before. For what is asked of need not be monotone: a part of a list that
 * shows nothing may have a part that does. Then arguments are made smaller; where
 * that did something, operations are tried again.
 */
#include "checker/list/reduce.h"
#include "checker/list/oplist_cut.h"
#include "checker/list/oplist_form.h"
#include "daxbench/workload.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_POLISHED 2 /* levels that make arguments smaller: what is left then is not worth it */

enum stage { WHOLE, OPERATIONS, ARGUMENTS, OVER };

struct edit {
	size_t op;
	unsigned int arg;
	uint64_t value;
};

/* Steps, of a level's in an order: [from, to). */
struct range {
	size_t from, to;
};

struct reduce {
	struct oplist base, best;
	enum stage stage;
	bool minimal, edited;
	unsigned int polished; /* levels of ARGUMENTS that were gone through */
	size_t batch;
	/* The level. */
	size_t size; /* OPERATIONS: of a run */
	struct edit *edits;
	size_t n_steps, next; /* the next to be tried */
	size_t *order, n_order;
	bool together; /* the steps that did no harm, in @order, are tried */
	/* What was asked for. */
	struct oplist asked[REDUCE_BATCH];
	struct range range[REDUCE_BATCH];
	size_t n_asked;
};

/* ---- lists ---- */

static uint64_t sum_of_bytes(const struct oplist *list)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < 4; k++)
			if (oplist_kind(list->op[i].op)->arg[k].type == OPLOG_BYTES)
				sum += list->op[i].arg[k];
	return sum;
}

static bool is_simpler(const struct oplist *a, const struct oplist *b)
{
	return a->n != b->n ? a->n < b->n : sum_of_bytes(a) < sum_of_bytes(b);
}

/* ---- steps ---- */

static bool is_offset(const struct oplog_arg *arg)
{
	return strstr(arg->name, "offset") || strstr(arg->name, "from");
}

static void add_edit(struct reduce *r, size_t op, unsigned int arg, uint64_t value)
{
	if (r->base.op[op].arg[arg] > value)
		r->edits[r->n_steps++] = (struct edit){ op, arg, value };
}

/* Offsets to 0, lengths to a page, to a word; done in this order the word stays. */
static int find_edits(struct reduce *r)
{
	free(r->edits);
	r->n_steps = 0;
	r->edits = malloc((r->base.n + 1) * 4 * 2 * sizeof(*r->edits));
	if (!r->edits)
		return -ENOMEM;
	for (size_t i = 0; i < r->base.n; i++) {
		const struct oplog_kind *kind = oplist_kind(r->base.op[i].op);

		for (unsigned int k = 0; k < 4; k++) {
			if (kind->arg[k].type != OPLOG_BYTES)
				continue;
			if (is_offset(&kind->arg[k])) {
				add_edit(r, i, k, 0);
			} else {
				add_edit(r, i, k, DX_PAGE);
				add_edit(r, i, k, 8);
			}
		}
	}
	return 0;
}

static int do_edits(const struct reduce *r, const struct range *steps, struct oplist *ret)
{
	int code = oplist_copy(ret, &r->base);

	for (size_t i = steps->from; !code && i < steps->to; i++) {
		const struct edit *edit = &r->edits[r->order[i]];

		ret->op[edit->op].arg[edit->arg] = edit->value;
	}
	return code;
}

static int leave_out(const struct reduce *r, const struct range *steps, struct oplist *ret)
{
	AUTO_FREE bool *keep = malloc(r->base.n + 1);

	if (!keep)
		return -ENOMEM;
	memset(keep, true, r->base.n);
	for (size_t i = steps->from; i < steps->to; i++) {
		size_t from = r->order[i] * r->size;
		size_t n = r->base.n - from < r->size ? r->base.n - from : r->size;

		memset(keep + from, false, n);
	}
	return oplist_cut(ret, &r->base, keep);
}

/* ---- levels ---- */

static int begin_level(struct reduce *r)
{
	int code = 0;

	r->n_steps = r->size ? (r->base.n + r->size - 1) / r->size : 0;
	if (r->stage == ARGUMENTS)
		code = find_edits(r);
	free(r->order);
	r->order = code ? NULL : malloc((r->n_steps + 1) * sizeof(*r->order));
	if (!r->order)
		return -ENOMEM;
	for (size_t i = 0; i < r->n_steps; i++)
		r->order[i] = i;
	r->next = r->n_order = 0;
	r->together = false;
	return 0;
}

static size_t first_size(const struct reduce *r)
{
	return (r->base.n + r->batch - 1) / r->batch;
}

/* After a level that took @progress: what comes next. */
static void choose_level(struct reduce *r, bool progress)
{
	if (r->stage == WHOLE) {
		r->stage = progress ? OPERATIONS : OVER;
		r->size = first_size(r);
	} else if (r->stage == OPERATIONS && r->size > 1) {
		r->size = r->size / 2 < first_size(r) ? r->size / 2 : first_size(r);
	} else if (r->stage == OPERATIONS && !progress) {
		r->minimal = true;
		r->stage = r->edited ? OVER : ARGUMENTS;
	} else if (r->stage == ARGUMENTS) {
		r->edited |= progress;
		if (!progress || ++r->polished == MAX_POLISHED) {
			r->stage = r->edited ? OPERATIONS : OVER;
			r->size = 1;
		}
	}
}

static int next_level(struct reduce *r)
{
	bool progress = r->best.n && (!r->base.n || is_simpler(&r->best, &r->base));
	int code = 0;

	if (progress) {
		oplist_release(&r->base);
		code = oplist_copy(&r->base, &r->best);
		r->minimal = false;
	}
	if (code)
		return code;
	choose_level(r, progress);
	return r->stage == OVER ? 0 : begin_level(r);
}

/* ---- asking ---- */

static void forget_asked(struct reduce *r)
{
	for (size_t i = 0; i < r->n_asked; i++)
		oplist_release(&r->asked[i]);
	r->n_asked = 0;
}

static bool is_worth_it(const struct reduce *r, const struct oplist *list)
{
	for (size_t i = 0; i < r->n_asked; i++)
		if (oplist_is_same(&r->asked[i], list))
			return false;
	return list->n && is_simpler(list, &r->base) && !oplist_check(list, "", NULL, NULL);
}

/* What the steps make of the base is asked for, if it is a list, and a simpler one. */
static int ask_for(struct reduce *r, struct range steps)
{
	struct oplist list = { 0 };
	int code = r->stage == ARGUMENTS ? do_edits(r, &steps, &list) : leave_out(r, &steps, &list);

	if (code == -E2BIG)
		return 0; /* no list: it has too few slots */
	if (code || !is_worth_it(r, &list)) {
		oplist_release(&list);
		return code;
	}
	r->range[r->n_asked] = steps;
	r->asked[r->n_asked++] = list;
	return 0;
}

/* The steps one by one; of edits first of all, all of them at once. */
static int ask_each(struct reduce *r)
{
	int code = 0;

	if (r->stage == ARGUMENTS && !r->next)
		code = ask_for(r, (struct range){ 0, r->n_steps });
	for (; !code && r->n_asked < r->batch && r->next < r->n_steps; r->next++)
		code = ask_for(r, (struct range){ r->next, r->next + 1 });
	return code;
}

/* All steps that did no harm, each half, each quarter. */
static int ask_together(struct reduce *r)
{
	int code = 0;

	for (size_t parts = 1; parts < r->n_order; parts *= 2)
		for (size_t i = 0; !code && i < parts && r->n_asked < r->batch; i++) {
			struct range part = { r->n_order * i / parts,
					      r->n_order * (i + 1) / parts };

			if (part.to - part.from > 1)
				code = ask_for(r, part);
		}
	return code;
}

static int ask_level(struct reduce *r)
{
	if (r->next < r->n_steps)
		return ask_each(r);
	r->together = true;
	return ask_together(r);
}

int reduce_ask(struct reduce *r, const struct oplist **ret, size_t *ret_n, struct err *e)
{
	int code = 0;

	/* A level can be over before anything of it was worth asking for. */
	while (!code && !r->n_asked && r->stage != OVER)
		code = r->stage == WHOLE || r->together ? next_level(r) : ask_level(r);
	*ret = r->asked;
	*ret_n = r->n_asked;
	return code ? err_sys(e, code, "operation list", "cut down") : 0;
}

/* ---- answers ---- */

static int take_best(struct reduce *r, const bool *shows)
{
	int best = -1;

	for (size_t i = 0; i < r->n_asked; i++)
		if (shows[i] && (!r->best.n || is_simpler(&r->asked[i], &r->best))) {
			oplist_release(&r->best);
			r->best = r->asked[i];
			r->asked[i] = (struct oplist){ 0 };
			best = (int)i;
		}
	return best;
}

/* Of a level's steps, those that did no harm are gathered where @order begins. */
static void note_harmless(struct reduce *r, const bool *shows)
{
	for (size_t i = 0; i < r->n_asked; i++) {
		size_t n = r->range[i].to - r->range[i].from;

		if (!shows[i])
			continue;
		if (n == 1)
			r->order[r->n_order++] = r->range[i].from;
		else if (n == r->n_steps)
			r->together = true; /* nothing is left to try */
	}
}

int reduce_tell(struct reduce *r, const bool *shows)
{
	int best;

	if (r->stage != WHOLE && !r->together)
		note_harmless(r, shows);
	best = take_best(r, shows);
	forget_asked(r);
	return best;
}

/* What is left of the level is about a base that is no longer the simplest. */
bool reduce_offer(struct reduce *r, const struct oplist *list)
{
	struct oplist copy;

	if ((r->best.n && !is_simpler(list, &r->best)) || !list->n || oplist_copy(&copy, list))
		return false;
	oplist_release(&r->best);
	r->best = copy;
	r->together = true;
	forget_asked(r);
	return true;
}

/* ---- the whole ---- */

/* A cut of the whole list, if there is anything in it that was not asked for. */
static int ask_for_cut(struct reduce *r, const struct oplist *whole, const bool *keep)
{
	struct oplist *list = &r->asked[r->n_asked];
	int code = oplist_cut(list, whole, keep);

	if (code)
		return code;
	if (!list->n || oplist_is_same(list, list - 1))
		oplist_release(list);
	else
		r->n_asked++;
	return 0;
}

/* Up to the end, and what of that concerns the file. */
static int ask_for_cuts(struct reduce *r, const struct oplist *whole,
			const struct reduce_hints *hints)
{
	size_t end = hints->end && hints->end < whole->n ? hints->end : whole->n;
	AUTO_FREE bool *keep = calloc(whole->n + 1, sizeof(*keep));
	int code;

	if (!keep)
		return -ENOMEM;
	memset(keep, true, end);
	code = ask_for_cut(r, whole, keep);
	if (code || !hints->file)
		return code;
	code = oplist_cut_to_file(whole, hints->file, hints->end ? end - 1 : whole->n, keep);
	return code ? code : ask_for_cut(r, whole, keep);
}

static int ask_for_whole(struct reduce *r, const struct oplist *whole,
			 const struct reduce_hints *hints)
{
	int code = oplist_copy(&r->asked[0], whole);

	if (code)
		return code;
	r->n_asked = 1;
	return ask_for_cuts(r, whole, hints);
}

int reduce_open(struct reduce **ret, const struct oplist *list, const struct reduce_hints *hints,
		size_t batch, struct err *e)
{
	struct reduce *r = calloc(1, sizeof(*r));
	int code;

	if (!r)
		return err_sys(e, -ENOMEM, "operation list", "cut down");
	r->batch = batch;
	code = ask_for_whole(r, list, hints);
	if (code) {
		reduce_close(r);
		return err_sys(e, code, "operation list", "cut down");
	}
	*ret = r;
	return 0;
}

void reduce_close(struct reduce *r)
{
	if (!r)
		return;
	forget_asked(r);
	oplist_release(&r->base);
	oplist_release(&r->best);
	free(r->edits);
	free(r->order);
	free(r);
}

/* ---- what is known ---- */

const struct oplist *reduce_best(const struct reduce *r)
{
	return r->best.n ? &r->best : NULL;
}

bool reduce_is_minimal(const struct reduce *r)
{
	return r->minimal;
}

bool reduce_is_polishing(const struct reduce *r)
{
	return r->stage == ARGUMENTS;
}

char *reduce_describe(const struct reduce *r, char *buf, size_t len)
{
	if (r->stage == WHOLE)
		snprintf(buf, len, "all of them, and plain cuts");
	else if (r->stage == ARGUMENTS)
		snprintf(buf, len, "with smaller arguments");
	else if (r->together)
		snprintf(buf, len, "without all that can be left out");
	else if (r->size == 1)
		snprintf(buf, len, "without one at a time");
	else
		snprintf(buf, len, "without %zu at a time", r->size);
	return buf;
}
