// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The persistence model: which contents persistent memory can have after a crash.
 *
 * Events come in the order in which they took effect; what a CPU may delay (its
 * store buffer) is over by then. Memory is lines of 64 bytes, each of them eight
 * words. A word persists whole; it holds what some store to it left there, and
 * all the stores to it that came before. Between lines there is no order.
 *
 * Write-back stores to one line persist as a prefix: in the order in which they
 * took effect, up to some point, which may be anywhere, because a cache may write
 * a line back at any time. Each step of that prefix is
 *   - a store of at most 8 aligned bytes: whole or not at all; or
 *   - all that a string instruction, a vector store or an unaligned store put into
 *     the line: the processor makes several stores of these, in no known order.
 *     As the last step any subset of its words may be there; a later step implies
 *     all of them.
 *
 * Non-temporal stores are in no prefix: any subset of their words may be there.
 * A write-back does not hold for them: they are not in the cache.
 *
 * CLWB and CLFLUSHOPT take what write-back stores, of all vCPUs, left in the line
 * when they execute. That is pending on the vCPU that executed it, as is what it
 * stored non-temporally. A later store to the line is in flight again, and is
 * neither pending nor in what was taken.
 *
 * A drain makes durable all that is pending on its own vCPU, and nothing else.
 *   strict	SFENCE and MFENCE drain: the way that Intel tells software to take
 *   sdm	so do locked and serialising instructions and I/O: the SDM has them
 *		drain the store and write-combining buffers, and Px86 orders CLFLUSHOPT
 *		with atomic operations
 *   eadr	the caches are in the persistent domain: a write-back store is durable
 *		when it took effect. Write-combining buffers are not in it: non-temporal
 *		stores are as under strict
 *
 * CLFLUSH is ordered with all stores, so that no later store can be there without
 * what it flushes: its line is durable at once. Where it is followed by no store,
 * this says more than Intel does, which lets it end after the crash; but then the
 * crash might as well have come before it, and that is a crash point of its own.
 *
 * An atomic read-modify-write is a write-back store; that it drains is a record
 * before it.
 *
 * Durable at a line is the result of what was made durable, in order. A store that
 * is made durable makes those before it to the same word so, whoever did them.
 *
 * That a block of 512 or 4096 bytes, stored non-temporally by one run, as a bio is,
 * persists as a whole is no rule of any processor. It can be assumed, to tell what
 * breaks for want of it; persist_states.c does, and nothing here.
 *
 * Sources: Intel SDM, volume 1, "Caching of Temporal vs. Non-Temporal Data", volume
 * 2, CLFLUSH, CLFLUSHOPT, CLWB, SFENCE, volume 3A, "Memory Ordering"; A. Raad, J.
 * Wickerson, G. Neiger, V. Vafeiadis, "Persistency Semantics of the Intel-x86
 * Architecture", POPL 2020 (Px86); A. Khyzha, O. Lahav, "Taming x86-TSO
 * Persistency", POPL 2021: that a model in which a flush makes durable has the same
 * states after a crash as one in which it only orders; A. Raad, L. Maranget, V.
 * Vafeiadis, "Extending Intel-x86 Consistency and Persistency", POPL 2022.
 */
#include "checker/persist/persist.h"
#include "checker/persist/persist_commit.h"
#include "checker/persist/persist_medium.h"
#include "checker/persist/persist_states.h"
#include "checker/persist/persist_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LINE DX_TRACE_LINE

const char *const persist_mode_names[PERSIST_MODES] = {
	[PERSIST_STRICT] = "strict",
	[PERSIST_SDM] = "sdm",
	[PERSIST_EADR] = "eadr",
};

struct persist {
	enum persist_mode mode;
	uint32_t atomic;
	struct medium medium;
	struct table table;
	struct queue queue[DX_TRACE_VCPUS]; /* of each vCPU: what is pending on it */
	struct persist_event fence[DX_TRACE_VCPUS];
	struct persist_effect effect;
	uint64_t *changed;
	size_t changed_room;
};

static int no_memory(struct err *e)
{
	return err_sys(e, -ENOMEM, "store trace", "follow what is in flight");
}

static int bad(const struct dx_trace_rec *rec, const char *what, struct err *e)
{
	return err_set(e, -EBADMSG, "store trace", "event %" PRIu64 ": %s", rec->seq, what);
}

/* ---- what changed ---- */

static bool reserve(struct persist *p, size_t n)
{
	uint64_t *changed;

	if (n <= p->changed_room)
		return true;
	changed = realloc(p->changed, 2 * n * sizeof(*changed));
	if (!changed)
		return false;
	p->changed = changed;
	p->changed_room = 2 * n;
	return true;
}

/* reserve() was called for it. */
static void note_change(struct persist *p, uint64_t addr)
{
	p->changed[p->effect.n_changed++] = addr;
}

static struct persist_event event_of(const struct dx_trace_rec *rec, uint64_t seq)
{
	return (struct persist_event){ .happened = true,
				       .vcpu = rec->vcpu,
				       .detail = rec->detail,
				       .stack = rec->stack,
				       .seq = seq,
				       .ip = rec->ip };
}

static bool make_durable(struct persist *p, struct line *line, const struct choice *choice)
{
	uint64_t addr = line->view.addr;

	if (!line_commit(&p->table, &p->medium, line, choice))
		return false;
	note_change(p, addr);
	return true;
}

/* ---- stores ---- */

/* What of one record goes into one line, or several: @skip bytes of its first store are before. */
struct part {
	const struct dx_trace_rec *rec;
	enum persist_kind kind;
	uint64_t addr, at; /* @at: from the beginning of the record */
	uint32_t len;
	const unsigned char *data;
};

static struct persist_piece *make_piece(struct persist *p, const struct part *s)
{
	struct persist_piece *piece = table_piece(&p->table, s->len);
	unsigned int off = s->addr % LINE, size = 1U << s->rec->detail;

	if (!piece)
		return NULL;
	*piece = (struct persist_piece){
		.seq = s->rec->seq + s->at / size,
		.run = s->rec->seq,
		.ip = s->rec->ip,
		.bytes = UINT64_MAX >> (LINE - s->len) << off,
		.pending = s->kind == PERSIST_NT ? 1ULL << s->rec->vcpu : 0,
		.stack = s->rec->stack,
		.vcpu = s->rec->vcpu,
		.flags = s->rec->flags,
		.kind = (uint8_t)s->kind,
		.size = (uint8_t)size,
		.off = (uint8_t)off,
		.len = (uint8_t)s->len,
		.skip = (uint8_t)(s->at % size),
	};
	memcpy(piece->data, s->data, s->len);
	return piece;
}

static int add_piece(struct persist *p, const struct part *s, struct err *e)
{
	struct persist_piece *piece;
	struct line *line;

	if (p->table.pieces >= PERSIST_MAX_PIECES)
		return err_set(e, -ENOBUFS, "store trace",
			       "event %" PRIu64 ": %u stores are in flight", s->rec->seq,
			       PERSIST_MAX_PIECES);
	piece = make_piece(p, s);
	line = piece ? table_get(&p->table, s->addr - s->addr % LINE) : NULL;
	if (!line)
		return no_memory(e);
	if (line->last)
		line->last->next = piece;
	else
		line->view.first = piece;
	line->last = piece;
	if (s->kind == PERSIST_NT)
		return queue_add(&p->queue[s->rec->vcpu], &p->table, line, s->rec->vcpu)
			       ? 0
			       : no_memory(e);
	if (p->mode == PERSIST_EADR)
		make_durable(p, line, &(struct choice){ .cached = true });
	return 0;
}

/* @s lies in one line. */
static int store_to_line(struct persist *p, const struct part *s, struct err *e)
{
	unsigned char *durable = medium_at(&p->medium, s->addr);
	uint64_t line = s->addr - s->addr % LINE;

	if (!durable)
		return 0;
	note_change(p, line);
	if (p->mode != PERSIST_EADR || s->kind == PERSIST_NT || table_find(&p->table, line))
		return add_piece(p, s, e);
	memcpy(durable, s->data, s->len);
	return 0;
}

/* A part of a record, line by line. */
static int store_part(struct persist *p, struct part s, struct err *e)
{
	for (uint32_t left = s.len; left; left -= s.len) {
		uint32_t room = (uint32_t)(LINE - s.addr % LINE);
		int r;

		s.len = left < room ? left : room;
		r = store_to_line(p, &s, e);
		if (r)
			return r;
		s.addr += s.len;
		s.at += s.len;
		s.data += s.len;
	}
	return 0;
}

static int check_store(const struct dx_trace_rec *rec, const unsigned char *data, struct err *e)
{
	uint64_t whole = (uint64_t)rec->count << (rec->detail & 7);
	bool cut = rec->count == 1 && rec->length && rec->length < whole; /* at a page's end */

	if (rec->detail > 6 || !rec->count || rec->length > DX_TRACE_RUN_MAX ||
	    (rec->length != whole && !cut))
		return bad(rec, "a run of stores whose size, number and length disagree", e);
	if (rec->addr > UINT64_MAX - rec->length || !data)
		return bad(rec, "a store without data, or beyond all memory", e);
	return 0;
}

static int apply_store(struct persist *p, const struct dx_trace_rec *rec, const unsigned char *data,
		       struct err *e)
{
	const uint8_t together = DX_TRACE_STRING | DX_TRACE_WIDE;
	uint32_t size = 1U << (rec->detail & 7);
	struct part s = { .rec = rec, .addr = rec->addr, .len = rec->length, .data = data };
	int r = check_store(rec, data, e);

	if (r)
		return r;
	/* A line twice for each store at most: once stored to, once made durable. */
	if (!reserve(p, 4 * (size_t)rec->count + 4 * (rec->length / LINE + 2)))
		return no_memory(e);
	if (rec->flags & DX_TRACE_NT)
		s.kind = PERSIST_NT;
	else if (rec->flags & together)
		s.kind = PERSIST_STEP;
	if (s.kind != PERSIST_ORDERED || (size <= 8 && rec->addr % size == 0))
		return store_part(p, s, e);
	/* Wider than a word, or unaligned: a step of its own each. */
	s.kind = PERSIST_STEP;
	s.len = size < rec->length ? size : rec->length;
	for (uint32_t i = 0; !r && i < rec->count;
	     i++, s.addr += size, s.data += size, s.at += size)
		r = store_part(p, s, e);
	return r;
}

/* ---- write-backs ---- */

/* CLWB and CLFLUSHOPT: what is in the line's cache is pending on @vcpu. */
static bool write_back(struct persist *p, struct line *line, unsigned int vcpu)
{
	for (struct persist_piece *piece = line->view.first; piece; piece = piece->next)
		if (piece->kind != PERSIST_NT)
			piece->pending |= 1ULL << vcpu;
	return queue_add(&p->queue[vcpu], &p->table, line, vcpu);
}

/* Counts a write-back of @line by @vcpu, before it is done. True: something is in the cache. */
static bool count_line(struct persist_effect *effect, const struct line *line, unsigned int vcpu)
{
	bool cached = false, fresh = false;

	for (const struct persist_piece *i = line ? line->view.first : NULL; i; i = i->next) {
		cached |= i->kind != PERSIST_NT;
		fresh |= i->kind != PERSIST_NT && !(i->pending >> vcpu & 1);
	}
	if (fresh)
		effect->needed++;
	else if (cached)
		effect->twice++;
	else
		effect->clean++;
	return cached;
}

static int apply_write_back(struct persist *p, const struct dx_trace_rec *rec, struct err *e)
{
	if (rec->detail > DX_TRACE_CLFLUSH || rec->addr % LINE || rec->length > DX_TRACE_RUN_MAX ||
	    rec->length != rec->count * LINE)
		return bad(rec, "a write-back of no known kind, or not of whole lines", e);
	if (!reserve(p, rec->count))
		return no_memory(e);
	for (uint32_t i = 0; i < rec->count; i++) {
		uint64_t addr = rec->addr + i * LINE;
		struct line *line = table_find(&p->table, addr);

		if (!medium_at(&p->medium, addr))
			continue;
		if (!count_line(&p->effect, line, rec->vcpu))
			continue;
		line->view.write_back = event_of(rec, rec->seq + i);
		if (rec->detail == DX_TRACE_CLFLUSH)
			make_durable(p, line, &(struct choice){ .cached = true });
		else if (!write_back(p, line, rec->vcpu))
			return no_memory(e);
	}
	return 0;
}

/* ---- fences ---- */

static bool drains(const struct persist *p, unsigned int fence)
{
	return fence <= DX_TRACE_MFENCE || p->mode == PERSIST_SDM;
}

static int apply_fence(struct persist *p, const struct dx_trace_rec *rec, struct err *e)
{
	struct choice choice = { .vcpus = 1ULL << rec->vcpu, .drain = &p->fence[rec->vcpu] };
	struct queue *q = &p->queue[rec->vcpu];

	if (rec->detail >= DX_TRACE_FENCES)
		return bad(rec, "a fence of no known kind", e);
	if (!drains(p, rec->detail))
		return 0;
	if (!reserve(p, q->n))
		return no_memory(e);
	p->effect.drains = true;
	p->fence[rec->vcpu] = event_of(rec, rec->seq);
	for (size_t i = 0; i < q->n; i++) {
		struct line *line = table_find(&p->table, q->addr[i]);

		if (!line)
			continue;
		line->queued &= ~choice.vcpus;
		p->effect.drained += make_durable(p, line, &choice);
	}
	q->n = 0;
	return 0;
}

/* ---- the medium before the trace ---- */

static int apply_image(struct persist *p, const struct dx_trace_rec *rec, const unsigned char *data,
		       struct err *e)
{
	if (rec->addr % LINE || rec->length % LINE || rec->length > DX_TRACE_RUN_MAX || !data)
		return bad(rec, "a page that is none", e);
	if (!reserve(p, rec->length / LINE))
		return no_memory(e);
	for (uint32_t at = 0; at < rec->length; at += LINE) {
		unsigned char *durable = medium_at(&p->medium, rec->addr + at);

		if (!durable)
			continue;
		memcpy(durable, data + at, LINE);
		note_change(p, rec->addr + at);
	}
	return 0;
}

int persist_apply(struct persist *p, const struct dx_trace_rec *rec, const unsigned char *data,
		  struct err *e)
{
	int r = 0;

	p->effect = (struct persist_effect){ 0 };
	if (rec->vcpu >= DX_TRACE_VCPUS)
		return bad(rec, "a CPU beyond the last", e);
	switch (rec->kind) {
	case DX_TRACE_STORE:
		r = apply_store(p, rec, data, e);
		break;
	case DX_TRACE_WRITE_BACK:
		r = apply_write_back(p, rec, e);
		break;
	case DX_TRACE_FENCE:
		r = apply_fence(p, rec, e);
		break;
	case DX_TRACE_IMAGE:
		r = apply_image(p, rec, data, e);
		break;
	default:
		break;
	}
	p->effect.changed = p->changed;
	return r;
}

/* ---- what is durable, and what in flight ---- */

const unsigned char *persist_durable(const struct persist *p, uint64_t addr)
{
	return medium_at(&p->medium, addr);
}

const struct persist_effect *persist_effect(const struct persist *p)
{
	return &p->effect;
}

const struct persist_line *persist_line(const struct persist *p, uint64_t addr)
{
	const struct line *line = table_find(&p->table, addr - addr % LINE);

	return line ? &line->view : NULL;
}

const struct persist_line *persist_next(const struct persist *p, const struct persist_line *line)
{
	const struct line *next = table_next(&p->table, (const struct line *)line);

	return next ? &next->view : NULL;
}

size_t persist_in_flight(const struct persist *p, size_t *ret_pieces)
{
	if (ret_pieces)
		*ret_pieces = p->table.pieces;
	return p->table.lines;
}

struct persist_event persist_last_fence(const struct persist *p, unsigned int vcpu)
{
	return vcpu < DX_TRACE_VCPUS ? p->fence[vcpu] : (struct persist_event){ 0 };
}

int persist_line_states(const struct persist *p, const uint64_t *addr, size_t n, size_t max,
			unsigned char **ret, size_t *ret_n)
{
	return states_of_lines(&p->table, &p->medium, p->atomic, addr, n, max, ret, ret_n);
}

/* ---- begin and end ---- */

static int check_options(const struct persist_options *o, struct err *e)
{
	const char *wrong = NULL;

	if (o->mode > PERSIST_EADR)
		wrong = "an unknown mode";
	else if (o->atomic && o->atomic != 8 && o->atomic != 512 && o->atomic != 4096)
		wrong = "atomic is 8, 512 or 4096";
	return wrong ? err_set(e, -EINVAL, "persistence model", "%s", wrong) : 0;
}

int persist_open(struct persist **ret, const struct persist_options *options, struct err *e)
{
	struct persist *p;
	int r = check_options(options, e);

	if (r)
		return r;
	p = calloc(1, sizeof(*p));
	if (!p || table_init(&p->table)) {
		free(p);
		return no_memory(e);
	}
	p->mode = options->mode;
	p->atomic = options->atomic ? options->atomic : 8;
	r = medium_init(&p->medium, options->range, options->ranges, e);
	if (r) {
		persist_close(p);
		return r;
	}
	*ret = p;
	return 0;
}

void persist_close(struct persist *p)
{
	if (!p)
		return;
	medium_release(&p->medium);
	for (unsigned int i = 0; i < DX_TRACE_VCPUS; i++)
		queue_release(&p->queue[i]);
	table_release(&p->table);
	free(p->changed);
	free(p);
}
