// SPDX-License-Identifier: GPL-2.0-or-later
/* The method is in linecheck.h. */
#include "checker/linecheck.h"
#include "lib/hash.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LINE	       DX_TRACE_LINE
#define MAX_VIOLATIONS 4096U /* distinct ones; more are counted */
#define COST_BUCKETS   4096U

struct stack {
	struct dx_trace_frame *frame;
	size_t n;
};

struct linecheck {
	struct linecheck_options options;
	struct persist *persist;
	struct promise *promise;
	uint64_t records; /* seen so far */
	uint64_t seq;	  /* of the record being taken */
	struct linecheck_counts counts;

	struct linecheck_violation *violations;
	size_t n_violations, room, first_open; /* open: until is not known yet */
	uint64_t *wrong;
	size_t n_wrong, wrong_room;

	struct linecheck_cost *costs;
	size_t n_costs, cost_room;
	struct linecheck_obligation *obligations;
	size_t n_obligations, obligation_room;
	struct stack *stacks; /* number 1 is the first */
	uint32_t n_stacks, stack_room;
	uint32_t cost_of[COST_BUCKETS]; /* index + 1 of the cost last seen in this bucket */
};

/* ---- violations ---- */

static struct linecheck_violation *add_violation(struct linecheck *lc)
{
	struct linecheck_violation *v;

	if (lc->n_violations == lc->room) {
		size_t room = lc->room ? lc->room * 2 : 16;

		v = realloc(lc->violations, room * sizeof(*v));
		if (!v)
			return NULL;
		lc->violations = v;
		lc->room = room;
	}
	v = &lc->violations[lc->n_violations++];
	memset(v, 0, sizeof(*v));
	v->until = v->store.seq = v->write_back.seq = v->fence.seq = CONTENT_NEVER;
	return v;
}

static const struct linecheck_violation *find_alike(const struct linecheck *lc,
						    const struct linecheck_violation *v)
{
	for (size_t i = lc->n_violations; i-- > 0;) {
		const struct linecheck_violation *old = &lc->violations[i];

		if (old->promise != v->promise && v->promise)
			return NULL; /* those of one call are behind one another */
		if (old->promise == v->promise && old->fault == v->fault &&
		    old->store.ip == v->store.ip)
			return old;
	}
	return NULL;
}

/* Keeps @v, or counts it with one that is like it. */
static int keep(struct linecheck *lc, const struct linecheck_violation *v)
{
	struct linecheck_violation *old = (struct linecheck_violation *)find_alike(lc, v);

	if (!old && lc->n_violations < MAX_VIOLATIONS) {
		old = add_violation(lc);
		if (!old)
			return -ENOMEM;
		*old = *v;
		return 0;
	}
	if (old)
		old->alike++;
	return 0;
}

static struct linecheck_site site_of(const struct persist_event *event)
{
	if (!event->happened)
		return (struct linecheck_site){ .seq = CONTENT_NEVER };
	return (struct linecheck_site){ event->seq, event->ip, event->stack };
}

/* The newest piece in flight to a byte; NULL: there is none. */
static const struct persist_piece *newest_piece(const struct persist_line *line, unsigned int byte)
{
	const struct persist_piece *newest = NULL;

	for (const struct persist_piece *p = line ? line->first : NULL; p; p = p->next)
		if (p->bytes >> byte & 1)
			newest = p;
	return newest;
}

/* What of the store that should be durable is missing; fills the sites. */
static enum linecheck_fault find_fault(const struct linecheck *lc, uint64_t addr, unsigned int byte,
				       struct linecheck_violation *v)
{
	const struct persist_line *line = persist_line(lc->persist, addr);
	const struct persist_piece *piece = newest_piece(line, byte);
	struct persist_event fence;

	if (!piece)
		return LINECHECK_CONTENT;
	fence = persist_last_fence(lc->persist, piece->vcpu);
	v->fence = site_of(&fence);
	v->write_back = site_of(&line->write_back);
	v->store = (struct linecheck_site){ persist_piece_seq(piece, byte), piece->ip,
					    piece->stack };
	if (piece->pending)
		return LINECHECK_NOT_DRAINED;
	return v->write_back.seq == CONTENT_NEVER ? LINECHECK_NOT_WRITTEN_BACK
						  : LINECHECK_STALE_WRITE_BACK;
}

/* The aligned word around a byte: what the file should have there, and what @values has. */
static void show_word(struct linecheck_violation *v, const struct content_page *p,
		      unsigned int line, unsigned int byte, const unsigned char *values)
{
	uint64_t word = p->index * CONTENT_PAGE + line * LINE + (byte & ~7U);

	content_read(p->file, word, sizeof(v->expected), v->expected);
	memcpy(v->found, values + (byte & ~7U), sizeof(v->found));
}

static unsigned int conditions_of(const struct linecheck *lc, const struct linecheck_violation *v)
{
	unsigned int conditions = v->file && v->file->shared ? LINECHECK_REFLINKED : 0;

	if (v->promise && promise_is_read_only(lc->promise, v->promise))
		conditions |= LINECHECK_READ_ONLY;
	if (v->owner && promise_is_map_sync(lc->promise, v->owner->op))
		conditions |= LINECHECK_MAP_SYNC;
	return conditions;
}

/* What names a byte that is wrong after a call, in all judgements of one run. */
static uint64_t name_byte(const struct tree_file *f, uint64_t offset, const struct oplog_op *op)
{
	const uint64_t name[] = { content_id(f->content), offset, op ? op->worker + 1U : 0,
				  op ? op->number : 0 };

	return hash_add(HASH_START, name, sizeof(name));
}

static int note_wrong(struct linecheck *lc, const struct linecheck_violation *v, uint64_t bad)
{
	uint64_t line = v->offset - v->offset % LINE;

	for (; lc->options.note_wrong && bad; bad &= bad - 1) {
		if (lc->n_wrong == lc->wrong_room) {
			size_t room = lc->wrong_room ? lc->wrong_room * 2 : 256;
			uint64_t *more = realloc(lc->wrong, room * sizeof(*more));

			if (!more)
				return -ENOMEM;
			lc->wrong = more;
			lc->wrong_room = room;
		}
		lc->wrong[lc->n_wrong++] = name_byte(v->file, line + (uint64_t)__builtin_ctzll(bad),
						     v->promise);
	}
	return 0;
}

static int report(struct linecheck *lc, const struct content_page *p, unsigned int line,
		  uint64_t bad, const unsigned char *values, const struct oplog_op *op,
		  enum linecheck_fault fault, const struct linecheck_site *store)
{
	unsigned int byte = (unsigned int)__builtin_ctzll(bad);
	struct linecheck_violation v = {
		.fault = fault,
		.promise = op,
		.file = promise_file_of(lc->promise, p->file),
		.offset = p->index * CONTENT_PAGE + line * LINE + byte,
		.bytes = (uint64_t)__builtin_popcountll(bad),
		.owner = content_owner(p, line * (unsigned int)LINE + byte),
		.since = lc->seq,
		.until = CONTENT_NEVER,
		.store = { .seq = CONTENT_NEVER },
		.write_back = { .seq = CONTENT_NEVER },
		.fence = { .seq = CONTENT_NEVER },
	};

	v.conditions = conditions_of(lc, &v);
	if (p->place == CONTENT_AT)
		v.physical = p->physical + line * LINE + byte;
	if (store)
		v.store = *store;
	else if (fault != LINECHECK_HOLE)
		v.fault = find_fault(lc, p->physical + line * LINE, byte, &v);
	show_word(&v, p, line, byte, values);
	return note_wrong(lc, &v, bad) ? -ENOMEM : keep(lc, &v);
}

/* ---- at the return of a sync call ---- */

static int note_obligation(struct linecheck *lc, uint64_t addr, uint64_t bytes)
{
	if (!lc->options.note_obligations)
		return 0;
	if (lc->n_obligations == lc->obligation_room) {
		size_t room = lc->obligation_room ? lc->obligation_room * 2 : 64;
		struct linecheck_obligation *more = realloc(lc->obligations, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		lc->obligations = more;
		lc->obligation_room = room;
	}
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
	uint64_t bad = content_illegal(p, line, values, p->due[line]);
	/* A byte that may be two things depends on the stores of neither. */
	uint64_t good = p->promised[line] & p->due[line] & ~bad & content_settled(p, line);

	lc->counts.promised_bytes += (uint64_t)__builtin_popcountll(p->promised[line] &
								    p->due[line]);
	if (good && !hole && note_obligation(lc, p->physical + line * LINE, good))
		return -ENOMEM;
	return !bad ? 0
		    : report(lc, p, line, bad, values, op,
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

/* What is due of a page. Looked at as a whole, it need not be again until something changes. */
static int check_due(struct linecheck *lc, struct content_page *p, const struct oplog_op *op)
{
	int r = p->unchecked ? check_page(lc, p, op) : 0;

	if (content_done(p) && p->place != CONTENT_NOWHERE)
		p->unchecked = p->moved = false;
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

	return bad ? report(lc, p, line, bad, values, NULL, LINECHECK_FOREIGN_STORE, &site) : 0;
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

/* ---- what became durable ---- */

static bool is_mended(const struct linecheck *lc, const struct linecheck_violation *v)
{
	const struct content_page *p = content_page(v->file->content, v->offset / CONTENT_PAGE);
	unsigned int line = (unsigned int)(v->offset % CONTENT_PAGE / LINE);

	/* Freed or moved meanwhile: nothing is lost of it any more. */
	if (!p || p->place != CONTENT_AT || p->physical / LINE + line != v->physical / LINE)
		return true;
	return !content_illegal(p, line, persist_durable(lc->persist, p->physical + line * LINE),
				1ULL << v->offset % LINE);
}

static void close_violations(struct linecheck *lc)
{
	bool all = true;

	for (size_t i = lc->first_open; i < lc->n_violations; i++) {
		struct linecheck_violation *v = &lc->violations[i];

		if (v->until == CONTENT_NEVER && v->fault < LINECHECK_CONTENT && is_mended(lc, v))
			v->until = lc->seq;
		all = all && v->until != CONTENT_NEVER;
		if (all)
			lc->first_open = i + 1;
	}
}

/* ---- cost ---- */

static struct linecheck_cost *find_cost(struct linecheck *lc, const struct dx_trace_rec *rec)
{
	uint32_t *bucket = &lc->cost_of[(rec->ip ^ rec->stack * 0x9e3779b1U) % COST_BUCKETS];
	struct linecheck_cost *c;

	if (*bucket) {
		c = &lc->costs[*bucket - 1];
		if (c->site.ip == rec->ip && c->site.stack == rec->stack)
			return c;
	}
	if (lc->n_costs == lc->cost_room) {
		size_t room = lc->cost_room ? lc->cost_room * 2 : 64;

		c = realloc(lc->costs, room * sizeof(*c));
		if (!c)
			return NULL;
		lc->costs = c;
		lc->cost_room = room;
	}
	c = &lc->costs[lc->n_costs++];
	*c = (struct linecheck_cost){
		.site = { rec->seq, rec->ip, rec->stack },
		.is_fence = rec->kind == DX_TRACE_FENCE,
	};
	*bucket = (uint32_t)lc->n_costs;
	return c;
}

static int count_cost(struct linecheck *lc, const struct dx_trace_rec *rec)
{
	const struct persist_effect *effect = persist_effect(lc->persist);
	bool is_fence = rec->kind == DX_TRACE_FENCE, is_idle = is_fence && !effect->drained;
	struct linecheck_cost *c;

	if (is_fence && rec->detail > DX_TRACE_MFENCE)
		return 0;
	c = find_cost(lc, rec);
	if (!c)
		return -ENOMEM;
	c->events += rec->count;
	if (is_fence) {
		c->clean += is_idle;
		lc->counts.fences++;
		lc->counts.idle_fences += is_idle;
		return 0;
	}
	c->clean += effect->clean;
	c->twice += effect->twice;
	lc->counts.write_backs += rec->count;
	lc->counts.clean += effect->clean;
	lc->counts.twice += effect->twice;
	return 0;
}

/* ---- stacks ---- */

/* They are numbered as they come. */
static int take_stack(struct linecheck *lc, const struct trace_record *t)
{
	struct stack *s;

	if (t->rec->addr != lc->n_stacks + 1ULL)
		return -EBADMSG;
	if (lc->n_stacks == lc->stack_room) {
		uint32_t room = lc->stack_room ? lc->stack_room * 2 : 64;

		s = realloc(lc->stacks, room * sizeof(*s));
		if (!s)
			return -ENOMEM;
		lc->stacks = s;
		lc->stack_room = room;
	}
	s = &lc->stacks[lc->n_stacks];
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
	int r = count_cost(lc, rec);

	if (r)
		return err_sys(e, r, "store trace", "count its write-backs");
	close_violations(lc);
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
	free(lc->wrong);
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
	*ret = lc->wrong;
	return lc->n_wrong;
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
