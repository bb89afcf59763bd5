// SPDX-License-Identifier: GPL-2.0-or-later
/* The method is in linecheck.h. */
#include "checker/lines/linecheck_state.h"
#include "lib/grow.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LINE DX_TRACE_LINE

/* ---- at the return of a sync call ---- */

static int note_obligation(struct linecheck *lc, uint64_t addr, uint64_t bytes)
{
	struct linecheck_obligation *more;

	if (!lc->options.note_obligations)
		return 0;
	more = grow(lc->obligations, lc->n_obligations, &lc->obligation_room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	lc->obligations = more;
	lc->obligations[lc->n_obligations++] = (struct linecheck_obligation){ addr, bytes };
	return 0;
}

static int check_line(struct linecheck *lc, const struct content_page *p, unsigned int line,
		      const struct oplog_op *op)
{
	static const unsigned char zeros[LINE];
	bool hole = p->place == CONTENT_HOLE;
	const unsigned char *values =
		hole ? zeros : persist_durable(lc->persist, p->physical + line * LINE);
	uint64_t promised = p->promised[line] & p->due[line], bad, good, settled;

	if (!values) { /* the log has put it where the trace has seen nothing */
		lc->counts.unplaced_bytes += (uint64_t)__builtin_popcountll(promised);
		return 0;
	}
	bad = content_illegal(p, line, values, p->due[line]);
	good = promised & ~bad;
	/* A byte that may be two things need not depend on the stores of either. */
	settled = good & content_settled(p, line);
	lc->counts.promised_bytes += (uint64_t)__builtin_popcountll(promised);
	if (settled && !hole && note_obligation(lc, p->physical + line * LINE, settled))
		return -ENOMEM;
	if (lc->options.note_obligations &&
	    linecheck_note(&lc->unsettled, p, line, good & ~settled, op))
		return -ENOMEM;
	return !bad ? 0
		    : linecheck_report(lc, p, line, bad, values, op,
				       hole ? LINECHECK_HOLE : LINECHECK_NOT_WRITTEN_BACK, NULL);
}

static int check_page(struct linecheck *lc, struct content_page *p, const struct oplog_op *op)
{
	uint64_t promised = 0;
	int r = 0;

	for (unsigned int line = 0; line < CONTENT_LINES; line++)
		promised += (uint64_t)__builtin_popcountll(p->promised[line] & p->due[line]);
	if (!promised)
		return 0;
	if (p->place == CONTENT_NOWHERE) {
		lc->counts.unplaced_bytes += promised;
		return 0;
	}
	for (unsigned int line = 0; !r && line < CONTENT_LINES; line++)
		if (p->promised[line] & p->due[line])
			r = check_line(lc, p, line, op);
	return r;
}

static void sum_fresh(struct linecheck *lc)
{
	lc->counts.fresh_bytes = lc->counts.fresh_lines = 0;
	for (const struct tree_file *f = promise_files(lc->promise); f; f = f->next) {
		const struct content_fresh fresh = content_fresh(f->content);

		lc->counts.fresh_bytes += fresh.bytes;
		lc->counts.fresh_lines += fresh.lines;
	}
}

/*
 * What is due of a page. Looked at as a whole and found right, it need not be again until
 * something changes; found wrong, the next call that promises it breaks its promise, too.
 */
static int check_due(struct linecheck *lc, struct content_page *p, const struct oplog_op *op)
{
	uint64_t reports = lc->reports;
	int r = p->unchecked ? check_page(lc, p, op) : 0;

	if (content_done(p) && p->place != CONTENT_NOWHERE) {
		p->moved = false;
		p->unchecked = lc->reports != reports;
	}
	return r;
}

static int check_promises(struct linecheck *lc, const struct oplog_op *op)
{
	int r = 0;

	lc->counts.promises++;
	sum_fresh(lc);
	for (const struct tree_file *f = promise_files(lc->promise); !r && f; f = f->next)
		for (struct content_page *p = content_next_page(f->content, 0); !r && p;
		     p = content_next_page(f->content, p->index + 1))
			if (p->is_due)
				r = check_due(lc, p, op);
	return r;
}

static int take_mark(struct linecheck *lc, const struct dx_trace_rec *rec, struct err *e)
{
	const struct oplog_op *op;
	int r;

	lc->counts.marks++;
	r = promise_mark(lc->promise, rec->length, rec->addr, rec->detail, rec->seq, &op, e);
	if (r || !op || promise_is_over(lc->promise))
		return r;
	r = check_promises(lc, op);
	return r ? err_sys(e, r, op->kind->name, "check what it promised") : 0;
}

/* ---- at a store ---- */

static int check_stored_line(struct linecheck *lc, struct content_page *p,
			     const struct dx_trace_rec *rec, const unsigned char *values,
			     unsigned int line, uint64_t mask)
{
	const struct linecheck_site site = { rec->seq, rec->ip, rec->stack };
	uint64_t bad = content_illegal(p, line, values, mask);

	return bad ? linecheck_report(lc, p, line, bad, values, NULL, LINECHECK_FOREIGN_STORE,
				      &site)
		   : 0;
}

/* The stores of @rec, in a page of a file. */
static int check_stored_page(struct linecheck *lc, struct content_page *p,
			     const struct dx_trace_rec *rec, const unsigned char *data)
{
	uint64_t from = rec->addr - p->physical, end = from + rec->length;
	unsigned char values[LINE];
	int r = 0;

	p->unchecked = true;
	for (uint64_t line = from / LINE; !r && line * LINE < end; line++) {
		uint64_t start = line * LINE > from ? line * LINE : from;
		uint64_t stop = (line + 1) * LINE < end ? (line + 1) * LINE : end;
		uint64_t n = stop - start;

		memcpy(values + start % LINE, data + (start - from), n);
		r = check_stored_line(lc, p, rec, values, (unsigned int)line,
				      (~0ULL >> (LINE - n)) << start % LINE);
	}
	return r;
}

static int take_store(struct linecheck *lc, const struct trace_record *t)
{
	const struct dx_trace_rec *rec = t->rec;
	struct content_page *p;
	int r = 0;

	lc->counts.stores += rec->count;
	lc->counts.stored_bytes += rec->length;
	if (rec->flags & DX_TRACE_NT)
		lc->counts.nt_bytes += rec->length;
	if (promise_is_over(lc->promise))
		return 0;
	p = places_find(promise_places(lc->promise), rec->addr & ~(CONTENT_PAGE - 1));
	for (; !r && p; p = places_next(p))
		r = check_stored_page(lc, p, rec, t->data);
	return r;
}

/* ---- stacks ---- */

/* They are numbered as they come. */
static int take_stack(struct linecheck *lc, const struct trace_record *t)
{
	struct linecheck_frames *s;

	if (t->rec->addr != lc->n_stacks + 1ULL)
		return -EBADMSG;
	s = grow(lc->stacks, lc->n_stacks, &lc->stack_room, sizeof(*s));
	if (!s)
		return -ENOMEM;
	lc->stacks = s;
	s += lc->n_stacks;
	s->n = t->rec->length / sizeof(*s->frame);
	s->frame = malloc(t->rec->length);
	if (!s->frame)
		return -ENOMEM;
	memcpy(s->frame, t->data, t->rec->length);
	lc->n_stacks++;
	return 0;
}

const struct dx_trace_frame *linecheck_stack(const struct linecheck *lc, uint32_t number,
					     size_t *ret_n)
{
	if (!number || number > lc->n_stacks)
		return NULL;
	*ret_n = lc->stacks[number - 1].n;
	return lc->stacks[number - 1].frame;
}

/* ---- the loop ---- */

static int take_write_back_or_fence(struct linecheck *lc, const struct dx_trace_rec *rec,
				    struct err *e)
{
	int r = linecheck_count_cost(lc, rec);

	if (r)
		return err_sys(e, r, "store trace", "count its write-backs");
	linecheck_close_violations(lc);
	return 0;
}

int linecheck_record(struct linecheck *lc, const struct trace_record *t, struct err *e)
{
	const struct dx_trace_rec *rec = t->rec;
	size_t in_flight;
	int r = 0;

	lc->n_obligations = 0;
	if (lc->records++ == lc->options.leave_out)
		return 0;
	lc->seq = rec->seq;
	lc->counts.events += rec->count;
	if (rec->kind == DX_TRACE_MARK)
		return take_mark(lc, rec, e);
	if (rec->kind == DX_TRACE_STORE)
		r = take_store(lc, t);
	else if (rec->kind == DX_TRACE_STACK)
		r = take_stack(lc, t);
	if (r)
		return err_sys(e, r, "store trace", "follow it");
	r = persist_apply(lc->persist, rec, t->data, e);
	if (!r && (rec->kind == DX_TRACE_WRITE_BACK || rec->kind == DX_TRACE_FENCE))
		r = take_write_back_or_fence(lc, rec, e);
	in_flight = persist_in_flight(lc->persist, NULL);
	if (in_flight > lc->counts.peak_in_flight)
		lc->counts.peak_in_flight = in_flight;
	return r;
}

int linecheck_run(struct linecheck *lc, struct trace *t, struct err *e)
{
	struct trace_record rec;
	int r = trace_rewind(t, e);

	while (!r) {
		r = trace_next(t, &rec, e);
		if (r <= 0)
			return r;
		r = linecheck_record(lc, &rec, e);
	}
	return r;
}

/* ---- begin and end ---- */

int linecheck_open(struct linecheck **ret, const struct dx_trace_header *header,
		   const struct oplog *log, const struct linecheck_options *o, struct err *e)
{
	struct persist_options how = { .mode = o->mode, .ranges = header->ranges };
	struct linecheck *lc;
	int r;

	if (header->run != oplog_header(log)->run) {
		err_set(e, -EBADMSG, "operation log", "is not of the run that the trace is of");
		return err_hint(e, "their names tell: give RUN.trace and RUN.oplog");
	}
	lc = calloc(1, sizeof(*lc));
	if (!lc)
		return err_sys(e, -ENOMEM, "store trace", "follow it");
	lc->options = *o;
	memcpy(how.range, header->range, sizeof(how.range));
	r = promise_open(&lc->promise, log, e);
	if (!r)
		r = persist_open(&lc->persist, &how, e);
	if (r) {
		linecheck_close(lc);
		return r;
	}
	*ret = lc;
	return 0;
}

void linecheck_close(struct linecheck *lc)
{
	if (!lc)
		return;
	persist_close(lc->persist);
	promise_close(lc->promise);
	for (uint32_t i = 0; i < lc->n_stacks; i++)
		free(lc->stacks[i].frame);
	free(lc->stacks);
	free(lc->obligations);
	free(lc->wrong.list);
	free(lc->unsettled.list);
	free(lc->lines);
	free(lc->violations);
	free(lc->costs);
	free(lc);
}

size_t linecheck_violations(const struct linecheck *lc, const struct linecheck_violation **ret)
{
	*ret = lc->violations;
	return lc->n_violations;
}

size_t linecheck_obligations(const struct linecheck *lc, const struct linecheck_obligation **ret)
{
	*ret = lc->obligations;
	return lc->n_obligations;
}

size_t linecheck_wrong(const struct linecheck *lc, const uint64_t **ret)
{
	*ret = lc->wrong.list;
	return lc->wrong.n;
}

size_t linecheck_lines(const struct linecheck *lc, const struct linecheck_line **ret)
{
	*ret = lc->lines;
	return lc->n_lines;
}

size_t linecheck_unsettled(const struct linecheck *lc, const uint64_t **ret)
{
	*ret = lc->unsettled.list;
	return lc->unsettled.n;
}

const struct linecheck_counts *linecheck_counts(const struct linecheck *lc)
{
	return &lc->counts;
}

size_t linecheck_costs(const struct linecheck *lc, const struct linecheck_cost **ret)
{
	*ret = lc->costs;
	return lc->n_costs;
}
