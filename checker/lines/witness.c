// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Per line: who stored each byte last; the write-backs of the line; and stores past
 * the caches to a word of which other bytes are in the cache: a word keeps its order,
 * so what was stored to it before is durable with it. Per vCPU: its fences (SFENCE and MFENCE: the
 * strict rules). When a line is promised, the chains of each of its bytes are counted.
 */
#include "checker/lines/witness.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE	DX_TRACE_LINE
#define BUCKETS (1U << 18)
#define NOBODY	UINT64_MAX

/* A store, write-back or fence by its number, and whose it is. */
struct event {
	uint64_t number;
	uint64_t bytes; /* of the line, that it takes along */
	uint8_t vcpu;
	bool is_final; /* needs no fence: CLFLUSH */
};

struct events {
	struct event *list;
	size_t n, room;
};

struct line {
	uint64_t addr;
	uint64_t stored_by[LINE];    /* number of the store that gave each byte its value, */
	uint64_t stored_again[LINE]; /* and of the last one after it that stored the same */
	uint64_t waits_for_fence;    /* bytes stored past the caches by the former, */
	uint64_t again_waits;	     /* and by the latter */
	uint8_t stored_on[LINE];     /* vCPU of that store */
	unsigned char value[LINE];
	struct events write_backs;
	bool promised;
	struct line *next;
};

/* What is known of a record. */
struct fate {
	uint8_t kind; /* enum dx_trace_kind; 0: can not be left out */
	bool needed, useful, changes;
	uint64_t addr;
	uint32_t length;
};

struct witness {
	struct line *bucket[BUCKETS];
	struct events fences;
	struct fate *fate;
	size_t n, room;
};

struct witness *witness_new(void)
{
	return calloc(1, sizeof(struct witness));
}

void witness_free(struct witness *w)
{
	for (size_t i = 0; w && i < BUCKETS; i++)
		for (struct line *l = w->bucket[i], *next; l; l = next) {
			next = l->next;
			free(l->write_backs.list);
			free(l);
		}
	if (w) {
		free(w->fences.list);
		free(w->fate);
	}
	free(w);
}

static struct line *find_line(struct witness *w, uint64_t addr, bool make)
{
	struct line **at = &w->bucket[addr / LINE % BUCKETS], *l = *at;

	while (l && l->addr != addr)
		l = l->next;
	if (l || !make)
		return l;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->addr = addr;
	for (size_t i = 0; i < LINE; i++)
		l->stored_by[i] = l->stored_again[i] = NOBODY;
	l->next = *at;
	*at = l;
	return l;
}

static int add_event(struct events *e, uint64_t number, uint64_t bytes, uint8_t vcpu, bool is_final)
{
	struct event *more = grow(e->list, e->n, &e->room, sizeof(*more));

	if (!more)
		return -ENOMEM;
	e->list = more;
	e->list[e->n++] = (struct event){ number, bytes, vcpu, is_final };
	return 0;
}

/* ---- records ---- */

/* Does a store past the caches to byte @at overtake bytes of its word that are in them? */
static int note_overtaking(struct line *l, unsigned int at, uint64_t number, uint8_t vcpu)
{
	uint64_t word = 0xffULL << (at & ~7U), cached = 0;
	const struct event *last = l->write_backs.n ? &l->write_backs.list[l->write_backs.n - 1]
						    : NULL;

	for (unsigned int i = at & ~7U; i < (at & ~7U) + 8; i++)
		cached |= l->stored_by[i] != NOBODY && l->stored_by[i] != number &&
			  !(l->waits_for_fence >> i & 1);
	if (!cached || (last && last->number == number && last->bytes == word))
		return 0;
	return add_event(&l->write_backs, number, word, vcpu, false);
}

static int take_store(struct witness *w, const struct trace_record *t, uint64_t number)
{
	const struct dx_trace_rec *rec = t->rec;
	struct fate *fate = &w->fate[number];
	uint64_t past_caches = rec->flags & DX_TRACE_NT ? 1 : 0;
	struct line *l = NULL;

	for (uint64_t i = 0; i < rec->length; i++) {
		uint64_t addr = rec->addr + i;
		unsigned int at = (unsigned int)(addr % LINE);

		if (!l || !at)
			l = find_line(w, addr - at, true);
		if (!l || (past_caches && note_overtaking(l, at, number, rec->vcpu)))
			return -ENOMEM;
		if (l->value[at] == t->data[i]) {
			l->stored_again[at] = number;
			l->again_waits &= ~(1ULL << at);
			l->again_waits |= past_caches << at;
			continue;
		}
		l->stored_by[at] = number;
		l->stored_again[at] = NOBODY;
		l->stored_on[at] = rec->vcpu;
		l->value[at] = t->data[i];
		l->waits_for_fence &= ~(1ULL << at);
		l->waits_for_fence |= past_caches << at;
		fate->changes = true;
	}
	return 0;
}

static int take_write_back(struct witness *w, const struct dx_trace_rec *rec, uint64_t number)
{
	int r = 0;

	for (uint64_t i = 0; !r && i < rec->count; i++) {
		struct line *l = find_line(w, rec->addr + i * LINE, false);

		if (l)
			r = add_event(&l->write_backs, number, ~0ULL, rec->vcpu,
				      rec->detail == DX_TRACE_CLFLUSH);
	}
	return r;
}

/* What was there when recording began is durable: nobody's doing. */
static int take_image(struct witness *w, const struct trace_record *t)
{
	for (uint64_t i = 0; i < t->rec->length; i += LINE) {
		struct line *l = find_line(w, t->rec->addr + i, true);

		if (!l)
			return -ENOMEM;
		memcpy(l->value, t->data + i, LINE);
	}
	return 0;
}

static struct fate *add_fate(struct witness *w)
{
	struct fate *more = grow(w->fate, w->n, &w->room, sizeof(*more));

	if (!more)
		return NULL;
	w->fate = more;
	memset(&w->fate[w->n], 0, sizeof(*w->fate));
	return &w->fate[w->n++];
}

int witness_record(struct witness *w, const struct trace_record *t)
{
	const struct dx_trace_rec *rec = t->rec;
	struct fate *fate = add_fate(w);
	uint64_t number = w->n - 1;

	if (!fate)
		return -ENOMEM;
	fate->addr = rec->addr;
	fate->length = rec->length;
	switch (rec->kind) {
	case DX_TRACE_STORE:
		fate->kind = rec->kind;
		return take_store(w, t, number);
	case DX_TRACE_WRITE_BACK:
		fate->kind = rec->kind;
		return take_write_back(w, rec, number);
	case DX_TRACE_FENCE:
		if (rec->detail > DX_TRACE_MFENCE)
			return 0;
		fate->kind = rec->kind;
		return add_event(&w->fences, number, 0, rec->vcpu, false);
	case DX_TRACE_IMAGE:
		return take_image(w, t);
	default:
		return 0;
	}
}

/* ---- promises ---- */

/* Fences of @vcpu after @number: how many, and the first. */
static size_t fences_after(const struct witness *w, uint64_t number, uint8_t vcpu, uint64_t *ret)
{
	size_t n = 0;

	for (size_t i = w->fences.n; i-- > 0 && w->fences.list[i].number > number;)
		if (w->fences.list[i].vcpu == vcpu) {
			*ret = w->fences.list[i].number;
			n++;
		}
	return n;
}

static void mark_fences(struct witness *w, uint64_t after, uint8_t vcpu, bool alone)
{
	for (size_t i = w->fences.n; i-- > 0 && w->fences.list[i].number > after;) {
		struct fate *fate = &w->fate[w->fences.list[i].number];

		fate->useful |= w->fences.list[i].vcpu == vcpu;
		fate->needed |= w->fences.list[i].vcpu == vcpu && alone;
	}
}

/* Chains by way of the caches that take a store along. */
struct chains {
	size_t n;      /* write-backs that a fence follows, and CLFLUSHes */
	uint64_t last; /* of them */
	bool has_final;
	uint64_t earliest[DX_TRACE_VCPUS]; /* by each vCPU, that needs a fence; NOBODY: none */
};

static void find_chains(const struct witness *w, const struct line *l, unsigned int at,
			uint64_t store, struct chains *ret)
{
	uint64_t fence;

	memset(ret, 0, sizeof(*ret));
	memset(ret->earliest, 0xff, sizeof(ret->earliest));
	for (size_t i = 0; i < l->write_backs.n; i++) {
		const struct event *e = &l->write_backs.list[i];

		if (e->number < store || !(e->bytes >> at & 1) ||
		    (!e->is_final && !fences_after(w, e->number, e->vcpu, &fence)))
			continue;
		ret->n++;
		ret->last = e->number;
		ret->has_final |= e->is_final;
		if (!e->is_final && ret->earliest[e->vcpu] == NOBODY)
			ret->earliest[e->vcpu] = e->number;
		w->fate[e->number].useful = true;
	}
}

static void count_chains(struct witness *w, const struct line *l, unsigned int at, uint64_t store)
{
	size_t fences = 0;
	struct chains c;
	uint64_t fence;

	find_chains(w, l, at, store, &c);
	if (c.n == 1)
		w->fate[c.last].needed = true;
	for (unsigned int v = 0; v < DX_TRACE_VCPUS; v++)
		if (c.earliest[v] != NOBODY)
			fences += fences_after(w, c.earliest[v], (uint8_t)v, &fence);
	for (unsigned int v = 0; v < DX_TRACE_VCPUS; v++)
		if (c.earliest[v] != NOBODY)
			mark_fences(w, c.earliest[v], (uint8_t)v, fences == 1 && !c.has_final);
}

/* Would a later store of the same value do as well? */
static bool is_repeated(const struct witness *w, const struct line *l, unsigned int at)
{
	uint64_t again = l->stored_again[at], fence;
	struct chains c;

	if (again == NOBODY)
		return false;
	if (l->again_waits >> at & 1)
		return fences_after(w, again, l->stored_on[at], &fence);
	find_chains(w, l, at, again, &c);
	return c.n;
}

static void count_byte(struct witness *w, const struct line *l, unsigned int at)
{
	uint64_t store = l->stored_by[at], fence = NOBODY;

	if (store == NOBODY)
		return; /* as it was at first */
	w->fate[store].useful = true;
	if (!is_repeated(w, l, at))
		w->fate[store].needed = true;
	if (!(l->waits_for_fence >> at & 1)) {
		count_chains(w, l, at, store);
		return;
	}
	mark_fences(w, store, l->stored_on[at],
		    fences_after(w, store, l->stored_on[at], &fence) == 1);
}

static bool same_chains(const struct line *l, unsigned int a, unsigned int b)
{
	return a / 8 == b / 8 && l->stored_by[a] == l->stored_by[b] &&
	       l->stored_again[a] == l->stored_again[b] &&
	       !((l->waits_for_fence >> a ^ l->waits_for_fence >> b) & 1) &&
	       !((l->again_waits >> a ^ l->again_waits >> b) & 1);
}

int witness_oblige(struct witness *w, uint64_t addr, uint64_t bytes)
{
	struct line *l = find_line(w, addr, false);

	if (!l)
		return 0; /* never stored to: it is as it was at first */
	l->promised = true;
	for (unsigned int at, last = LINE; bytes; bytes &= bytes - 1, last = at) {
		at = (unsigned int)__builtin_ctzll(bytes);
		if (last == LINE || !same_chains(l, last, at))
			count_byte(w, l, at);
	}
	return 0;
}

/* ---- reasons ---- */

static bool is_promised(const struct witness *w, const struct fate *fate)
{
	uint64_t end = fate->addr + fate->length;

	for (uint64_t addr = fate->addr & ~(LINE - 1); addr < end; addr += LINE) {
		const struct line *l = find_line((struct witness *)w, addr, false);

		if (l && l->promised)
			return true;
	}
	return false;
}

enum witness_reason witness_reason(const struct witness *w, uint64_t number)
{
	const struct fate *fate = &w->fate[number];

	if (fate->needed)
		return WITNESS_NEEDED;
	if (fate->kind == DX_TRACE_FENCE)
		return fate->useful ? WITNESS_AGAIN : WITNESS_IDLE;
	if (fate->kind == DX_TRACE_STORE && !fate->changes)
		return WITNESS_NO_CHANGE;
	if (!is_promised(w, fate))
		return WITNESS_NEVER_PROMISED;
	if (fate->kind == DX_TRACE_STORE)
		return WITNESS_OVERWRITTEN;
	return fate->useful ? WITNESS_TWICE : WITNESS_CLEAN;
}
