// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/list/removal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct trial {
	struct trace *trace;
	struct oplog *log;
	struct witness *witness;
	uint64_t *number; /* of the records that can be left out */
	uint8_t *kind;	  /* enum removal_kind of each */
	size_t n, room;
	/* Of the judgement with all records, in ascending order: bytes that are wrong, and
	 * such as may be more than one thing. */
	struct names {
		uint64_t *list;
		size_t n;
	} wrong, unsettled;
};

static int kind_of(const struct dx_trace_rec *rec)
{
	switch (rec->kind) {
	case DX_TRACE_STORE:
		return REMOVAL_STORE;
	case DX_TRACE_WRITE_BACK:
		return REMOVAL_WRITE_BACK;
	case DX_TRACE_FENCE:
		return rec->detail <= DX_TRACE_MFENCE ? REMOVAL_FENCE : -1;
	default:
		return -1;
	}
}

static int add_candidate(struct trial *t, uint64_t number, int kind)
{
	if (kind < 0)
		return 0;
	if (t->n == t->room) {
		size_t room = t->room ? t->room * 2 : 1024;
		uint64_t *numbers = realloc(t->number, room * sizeof(*numbers));
		uint8_t *kinds;

		if (!numbers)
			return -ENOMEM;
		t->number = numbers;
		kinds = realloc(t->kind, room);
		if (!kinds)
			return -ENOMEM;
		t->kind = kinds;
		t->room = room;
	}
	t->number[t->n] = number;
	t->kind[t->n++] = (uint8_t)kind;
	return 0;
}

/* ---- the whole run, with its witnesses ---- */

static int take_obligations(struct trial *t, const struct linecheck *lc)
{
	const struct linecheck_obligation *list;
	size_t n = linecheck_obligations(lc, &list);
	int r = 0;

	for (size_t i = 0; !r && i < n; i++)
		r = witness_oblige(t->witness, list[i].addr, list[i].bytes);
	return r;
}

static int take_record(struct trial *t, struct linecheck *lc, const struct trace_record *rec,
		       uint64_t number, struct err *e)
{
	int r = linecheck_record(lc, rec, e);

	if (r)
		return r;
	r = witness_record(t->witness, rec);
	if (!r)
		r = take_obligations(t, lc);
	if (!r)
		r = add_candidate(t, number, kind_of(rec->rec));
	return r ? err_sys(e, r, "store trace", "find what its promises depend on") : 0;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int keep_names(struct names *ret, const uint64_t *list, size_t n, struct err *e)
{
	if (!n)
		return 0;
	ret->list = malloc(n * sizeof(*list));
	if (!ret->list)
		return err_sys(e, -ENOMEM, "store trace", "note what is wrong with it");
	ret->n = n;
	memcpy(ret->list, list, n * sizeof(*list));
	qsort(ret->list, n, sizeof(*list), compare);
	return 0;
}

static bool has(const struct names *names, uint64_t name)
{
	return names->n && bsearch(&name, names->list, names->n, sizeof(name), compare);
}

static int keep_all_names(struct trial *t, const struct linecheck *lc, struct err *e)
{
	const uint64_t *list;
	size_t n = linecheck_wrong(lc, &list);
	int r = keep_names(&t->wrong, list, n, e);

	if (r)
		return r;
	n = linecheck_unsettled(lc, &list);
	return keep_names(&t->unsettled, list, n, e);
}

static int run_whole(struct trial *t, struct err *e)
{
	const struct linecheck_options o = { .note_obligations = true,
					     .note_wrong = true,
					     .leave_out = CONTENT_NEVER };
	struct linecheck *lc = NULL;
	struct trace_record rec;
	uint64_t number = 0;
	int r = linecheck_open(&lc, trace_header(t->trace), t->log, &o, e);

	if (!r)
		r = trace_rewind(t->trace, e);
	while (!r) {
		r = trace_next(t->trace, &rec, e);
		if (r <= 0)
			break;
		r = take_record(t, lc, &rec, number++, e);
	}
	if (!r)
		r = keep_all_names(t, lc, e);
	linecheck_close(lc);
	return r;
}

/* ---- without one ---- */

/* What is wrong that is not with all records. */
struct more_wrong {
	bool settled;	/* a byte that could be one thing only: the witness must say so */
	bool unsettled; /* one that could also be what it is without: it does not know */
};

static struct more_wrong find_more_wrong(const struct trial *t, const struct linecheck *lc)
{
	struct more_wrong more = { 0 };
	const uint64_t *wrong;
	size_t n = linecheck_wrong(lc, &wrong);

	for (size_t i = 0; i < n && !more.settled; i++) {
		if (has(&t->wrong, wrong[i]))
			continue;
		if (has(&t->unsettled, wrong[i]))
			more.unsettled = true;
		else
			more.settled = true;
	}
	return more;
}

static int judge_without(const struct trial *t, uint64_t number, struct more_wrong *ret,
			 struct err *e)
{
	const struct linecheck_options o = { .note_wrong = true, .leave_out = number };
	struct linecheck *lc = NULL;
	int r = linecheck_open(&lc, trace_header(t->trace), t->log, &o, e);

	if (!r)
		r = linecheck_run(lc, t->trace, e);
	if (!r)
		*ret = find_more_wrong(t, lc);
	linecheck_close(lc);
	return r;
}

static int try_one(const struct trial *t, size_t i, struct removal_counts ret[REMOVAL_KINDS],
		   struct err *e)
{
	struct removal_counts *c = &ret[t->kind[i]];
	enum witness_reason reason = witness_reason(t->witness, t->number[i]);
	struct more_wrong more;
	int r = judge_without(t, t->number[i], &more, e);

	if (r)
		return r;
	c->tried++;
	if (more.settled != (reason == WITNESS_NEEDED)) {
		if (!c->wrong++)
			c->first_wrong = t->number[i];
	} else if (more.settled || more.unsettled) {
		c->caught++;
	} else {
		c->explained[reason]++;
	}
	return 0;
}

/* A walk through all numbers below @n in an order that the seed decides. */
static size_t pick(uint64_t seed, uint64_t i, size_t n)
{
	return (size_t)((dx_pattern_key(seed + i) ^ i) % n);
}

static int try_records(struct trial *t, uint64_t seed, uint64_t n,
		       struct removal_counts ret[REMOVAL_KINDS], struct err *e)
{
	bool *done = calloc(t->n ? t->n : 1, sizeof(*done));
	uint64_t tried = 0;
	int r = 0;

	if (!done)
		return err_sys(e, -ENOMEM, "store trace", "leave records out");
	if (!n || n > t->n)
		n = t->n;
	for (uint64_t i = 0; !r && tried < n; i++) {
		size_t at = n == t->n ? i : pick(seed, i, t->n);

		if (done[at])
			continue;
		done[at] = true;
		tried++;
		r = try_one(t, at, ret, e);
	}
	free(done);
	return r;
}

int removal_try(const char *trace, const char *log, uint64_t seed, uint64_t n,
		struct removal_counts ret[REMOVAL_KINDS], struct err *e)
{
	struct trial t = { .witness = witness_new() };
	int r = t.witness ? trace_open(&t.trace, trace, e)
			  : err_sys(e, -ENOMEM, trace, "leave records out");

	memset(ret, 0, REMOVAL_KINDS * sizeof(*ret));
	if (!r)
		r = oplog_open(&t.log, log, e);
	if (!r)
		r = run_whole(&t, e);
	if (!r)
		r = try_records(&t, seed, n, ret, e);
	witness_free(t.witness);
	oplog_close(t.log);
	trace_close(t.trace);
	free(t.number);
	free(t.kind);
	free(t.wrong.list);
	free(t.unsettled.list);
	return r;
}

const char *removal_kind_name(enum removal_kind kind)
{
	static const char *const names[REMOVAL_KINDS] = { "store", "write-back", "fence" };

	return names[kind];
}

const char *removal_reason_name(enum witness_reason reason)
{
	static const char *const names[WITNESS_REASONS] = {
		[WITNESS_NEEDED] = "needed",
		[WITNESS_NO_CHANGE] = "stored what was there",
		[WITNESS_OVERWRITTEN] = "overwritten before the promise",
		[WITNESS_NEVER_PROMISED] = "never promised",
		[WITNESS_CLEAN] = "nothing to write back",
		[WITNESS_TWICE] = "covered by another write-back",
		[WITNESS_IDLE] = "nothing to drain",
		[WITNESS_AGAIN] = "covered by another fence",
	};

	return names[reason];
}
