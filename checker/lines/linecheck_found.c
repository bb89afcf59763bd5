// SPDX-License-Identifier: GPL-2.0-or-later
/* What was found: each violation with what is missing, and until when it stands. */
#include "checker/lines/linecheck_state.h"
#include "lib/grow.h"
#include "lib/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE	       DX_TRACE_LINE
#define MAX_VIOLATIONS 4096U /* distinct ones; more are counted */

static int add_violation(struct linecheck *lc, const struct linecheck_violation *v)
{
	struct linecheck_violation *more = grow(lc->violations, lc->n_violations, &lc->room,
						sizeof(*more));

	if (!more)
		return -ENOMEM;
	lc->violations = more;
	lc->violations[lc->n_violations++] = *v;
	return 0;
}

/* A report speaks for both, and so does what is known of one: whatever may tell them apart. */
static bool is_alike(const struct linecheck_violation *a, const struct linecheck_violation *b)
{
	return a->promise == b->promise && a->fault == b->fault && a->file == b->file &&
	       a->conditions == b->conditions && a->store.ip == b->store.ip &&
	       a->store.stack == b->store.stack;
}

static struct linecheck_violation *find_alike(struct linecheck *lc,
					      const struct linecheck_violation *v)
{
	for (size_t i = lc->n_violations; i-- > 0;) {
		struct linecheck_violation *old = &lc->violations[i];

		if (old->promise != v->promise && v->promise)
			return NULL; /* those of one call are behind one another */
		if (is_alike(old, v))
			return old;
	}
	return NULL;
}

/* What names a byte or a line after a call, in all judgements of one run. */
static uint64_t name_place(const struct content *file, uint64_t offset, const struct oplog_op *op)
{
	const uint64_t name[] = { content_id(file), offset, op ? op->worker + 1U : 0,
				  op ? op->number : 0 };

	return hash_add(HASH_START, name, sizeof(name));
}

static int note_line(struct linecheck *lc, const struct linecheck_violation *v,
		     const struct linecheck_violation *counted_in)
{
	struct linecheck_line *more;

	if (!lc->options.note_lines)
		return 0;
	more = grow(lc->lines, lc->n_lines, &lc->line_room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	lc->lines = more;
	lc->lines[lc->n_lines++] = (struct linecheck_line){
		.name = name_place(v->file->content, v->last_line, v->promise),
		.violation = (size_t)(counted_in - lc->violations),
	};
	return 0;
}

static void count_with(struct linecheck_violation *old, const struct linecheck_violation *v)
{
	if (old->last_line != v->last_line)
		old->alike++;
	else if (old->offset / LINE * LINE == v->last_line)
		old->bytes += v->bytes;
	old->last_line = v->last_line;
}

/* Keeps @v, or counts it with one that is like it. */
static int keep(struct linecheck *lc, const struct linecheck_violation *v)
{
	struct linecheck_violation *old = find_alike(lc, v);

	if (!old && lc->n_violations == MAX_VIOLATIONS) {
		lc->counts.left_out++;
		return 0;
	}
	if (old) {
		count_with(old, v);
		return note_line(lc, v, old);
	}
	if (add_violation(lc, v))
		return -ENOMEM;
	return note_line(lc, v, &lc->violations[lc->n_violations - 1]);
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

/* What of the store @piece (NULL: it is durable) is missing; fills the sites. */
static enum linecheck_fault find_fault(const struct linecheck *lc, const struct persist_line *line,
				       const struct persist_piece *piece, unsigned int byte,
				       struct linecheck_violation *v)
{
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

	content_read(p->file, word, sizeof(v->expected), CONTENT_ENDED, v->expected);
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

int linecheck_note(struct linecheck_names *names, const struct content_page *p, unsigned int line,
		   uint64_t bytes, const struct oplog_op *op)
{
	uint64_t offset = p->index * CONTENT_PAGE + line * LINE;

	for (; bytes; bytes &= bytes - 1) {
		uint64_t *more = grow(names->list, names->n, &names->room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		names->list = more;
		names->list[names->n++] = name_place(p->file,
						     offset + (uint64_t)__builtin_ctzll(bytes), op);
	}
	return 0;
}

/* The line that is wrong, as its parts are reported one by one. */
struct wrong_line {
	const struct content_page *page;
	unsigned int number; /* in the page */
	const unsigned char *values;
	const struct oplog_op *op;
	enum linecheck_fault fault;
	const struct linecheck_site *store;
	const struct persist_line *in_flight; /* NULL: nothing is */
};

/* Those of @bad that come from the same change as the first, and are lost with the same store. */
static uint64_t same_origin(const struct wrong_line *w, uint64_t bad)
{
	unsigned int at = w->number * (unsigned int)LINE;
	unsigned int first = (unsigned int)__builtin_ctzll(bad);
	const struct content_change *owner = content_owner(w->page, at + first);
	const struct persist_piece *piece = newest_piece(w->in_flight, first);
	uint64_t same = 0;

	for (uint64_t left = bad; left; left &= left - 1) {
		unsigned int byte = (unsigned int)__builtin_ctzll(left);

		if (content_owner(w->page, at + byte) == owner &&
		    newest_piece(w->in_flight, byte) == piece)
			same |= 1ULL << byte;
	}
	return same;
}

static int report_bytes(struct linecheck *lc, const struct wrong_line *w, uint64_t bad)
{
	const struct content_page *p = w->page;
	unsigned int byte = (unsigned int)__builtin_ctzll(bad);
	struct linecheck_violation v = {
		.fault = w->fault,
		.promise = w->op,
		.file = promise_file_of(lc->promise, p->file),
		.last_line = p->index * CONTENT_PAGE + w->number * LINE,
		.bytes = (uint64_t)__builtin_popcountll(bad),
		.owner = content_owner(p, w->number * (unsigned int)LINE + byte),
		.since = lc->seq,
		.until = CONTENT_NEVER,
		.store = { .seq = CONTENT_NEVER },
		.write_back = { .seq = CONTENT_NEVER },
		.fence = { .seq = CONTENT_NEVER },
	};

	v.offset = v.last_line + byte;
	v.conditions = conditions_of(lc, &v);
	if (p->place == CONTENT_AT)
		v.physical = p->physical + w->number * LINE + byte;
	if (w->store)
		v.store = *w->store;
	else if (w->fault != LINECHECK_HOLE)
		v.fault = find_fault(lc, w->in_flight, newest_piece(w->in_flight, byte), byte, &v);
	show_word(&v, p, w->number, byte, w->values);
	return keep(lc, &v);
}

int linecheck_report(struct linecheck *lc, const struct content_page *p, unsigned int line,
		     uint64_t bad, const unsigned char *values, const struct oplog_op *op,
		     enum linecheck_fault fault, const struct linecheck_site *store)
{
	struct wrong_line w = { p, line, values, op, fault, store, NULL };
	int r = 0;

	lc->reports++;
	if (lc->options.note_wrong && linecheck_note(&lc->wrong, p, line, bad, op))
		return -ENOMEM;
	if (!store && fault != LINECHECK_HOLE)
		w.in_flight = persist_line(lc->persist, p->physical + line * LINE);
	while (!r && bad) {
		uint64_t part = same_origin(&w, bad);

		r = report_bytes(lc, &w, part);
		bad &= ~part;
	}
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

void linecheck_close_violations(struct linecheck *lc)
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
