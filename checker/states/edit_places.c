// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One pass over a trace: its flushes, the blocks that were written, and which writes a flush is
 * of. Why an edit would make no difference is noted on the way, as far as it shows there.
 */
#include "checker/states/edit.h"
#include "checker/promise/promise.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define NO_FLUSH     SIZE_MAX	    /* none came yet */
#define OTHER_FLUSH  (SIZE_MAX - 1) /* a program's fence drained it */
#define PARTNERS_MAX 64U	    /* writes back that another to swap with is looked for */

struct flush {
	struct edit_span span;
	uint64_t seq, next; /* its first event; of the next fence of that CPU that drains */
	const struct oplog_op *during;
	bool running, waited; /* in the run; something waited for it */
	bool in_time;	      /* and that before a call returned */
	bool is_fua, busy;    /* something happened between it and the next one */
};

struct write {
	struct edit_span span;
	uint64_t seq, hash; /* of its bytes */
	size_t flush;	    /* that drains it */
	const struct oplog_op *during;
	const struct tree_file *of; /* as in struct edit */
	bool running, whole;	    /* in one piece: each byte once, in ascending order */
	bool equal, again, rewritten;
};

/* Of a page of the ranges. */
struct page {
	uint32_t write; /* the last one to it, from 1; 0: none */
	bool cached;	/* stored to through the caches: what waits for what is not known */
};

struct edit_places {
	struct flush *flush;
	struct write *write;
	size_t n_flushes, n_writes, flush_room, write_room;
	size_t *place[EDIT_KINDS]; /* which of them can be edited so */
	size_t n[EDIT_KINDS];
	uint64_t last_promise; /* number of the mark */
	struct promise *promise;
};

struct finder {
	struct edit_places *places;
	const struct drain_rules *rules;
	struct promise *promise;
	const struct dx_trace_header *header;
	unsigned char *content[DX_TRACE_RANGES]; /* what was stored last */
	struct page *page[DX_TRACE_RANGES];
	bool pending[DX_TRACE_VCPUS]; /* something waits for that CPU's fence */
	bool running, flushing, writing;
	uint64_t promised; /* the event of the last return of a call that promised */
	size_t unflushed;  /* the first write that waits for a flush */
	size_t unowned;	   /* the first of which it was not asked whose it is */
	/* Since the last flush of the kernel. */
	size_t writes_since;
	bool other_since;
};

/* ---- what ends ---- */

static struct page *page_at(const struct finder *f, uint64_t addr)
{
	const struct dx_trace_header *h = f->header;

	for (uint32_t i = 0; i < h->ranges; i++)
		if (addr - h->range[i].base < h->range[i].size)
			return &f->page[i][(addr - h->range[i].base) / EDIT_BLOCK_BYTES];
	return NULL;
}

/* What it wrote may be all that a write before it in the same epoch did. */
static void note_write_over(struct finder *f)
{
	struct write *w, *before;
	struct page *page;

	if (!f->writing)
		return;
	f->writing = false;
	w = &f->places->write[f->places->n_writes - 1];
	page = page_at(f, w->span.addr);
	before = page->write ? &f->places->write[page->write - 1] : NULL;
	if (before && before->flush == NO_FLUSH && w->whole && w->span.addr <= before->span.addr &&
	    before->span.addr + before->span.bytes <= w->span.addr + w->span.bytes)
		before->rewritten = true;
	page->write = f->places->n_writes <= UINT32_MAX ? (uint32_t)f->places->n_writes : 0;
}

/* Something happens: the last flush was not for nothing. */
static void note_busy(struct finder *f)
{
	if (f->places->n_flushes)
		f->places->flush[f->places->n_flushes - 1].busy = true;
}

static const struct oplog_op *current(const struct finder *f)
{
	for (uint32_t w = 0; w < DX_LOG_WORKERS; w++)
		if (promise_current(f->promise, w))
			return promise_current(f->promise, w);
	return NULL;
}

/* ---- stores ---- */

static unsigned char *content_at(const struct finder *f, const struct dx_trace_rec *rec)
{
	const struct dx_trace_header *h = f->header;

	for (uint32_t i = 0; i < h->ranges; i++) {
		uint64_t at = rec->addr - h->range[i].base;

		if (at < h->range[i].size && rec->length <= h->range[i].size - at)
			return f->content[i] + at;
	}
	return NULL;
}

static uint64_t hash_more(uint64_t hash, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3ULL;
	return hash;
}

static bool goes_on(const struct finder *f, const struct dx_trace_rec *rec)
{
	const struct write *w = f->writing ? &f->places->write[f->places->n_writes - 1] : NULL;

	return w && w->span.vcpu == rec->vcpu &&
	       w->span.addr / EDIT_BLOCK_BYTES == rec->addr / EDIT_BLOCK_BYTES &&
	       rec->length <= EDIT_BLOCK_BYTES - w->span.bytes;
}

static int begin_write(struct finder *f, const struct dx_trace_rec *rec, uint64_t number)
{
	struct edit_places *p = f->places;
	struct write *more;

	more = grow(p->write, p->n_writes, &p->write_room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	p->write = more;
	more[p->n_writes++] = (struct write){
		.span = { number, number, rec->addr, 0, rec->vcpu },
		.seq = rec->seq,
		.flush = NO_FLUSH,
		.during = current(f),
		.running = f->running && !promise_is_over(f->promise),
		.whole = true,
		.equal = true,
	};
	f->writing = true;
	f->writes_since++;
	return 0;
}

/* The kernel writes a part of a block. */
static int take_write(struct finder *f, const struct trace_record *t, uint64_t number,
		      const unsigned char *content)
{
	const struct dx_trace_rec *rec = t->rec;
	struct write *w;
	int r = goes_on(f, rec) ? 0 : begin_write(f, rec, number);

	if (r)
		return r;
	w = &f->places->write[f->places->n_writes - 1];
	w->whole &= rec->addr == w->span.addr + w->span.bytes;
	w->equal &= !memcmp(content, t->data, rec->length) && !page_at(f, rec->addr)->cached;
	w->span.last = number;
	w->span.bytes += rec->length;
	if (rec->addr < w->span.addr)
		w->span.addr = rec->addr;
	w->hash = hash_more(w->hash, t->data, rec->length);
	return 0;
}

/* A write to that page before this one, if it is another, is not the last word any more. */
static void note_again(struct finder *f, const struct dx_trace_rec *rec)
{
	struct page *page = page_at(f, rec->addr);
	struct write *before = page && page->write ? &f->places->write[page->write - 1] : NULL;

	if (before && before->flush == NO_FLUSH)
		before->again = true;
	if (page && !(rec->flags & DX_TRACE_NT))
		page->cached = true;
}

static int take_store(struct finder *f, const struct trace_record *t, uint64_t number)
{
	const struct dx_trace_rec *rec = t->rec;
	unsigned char *content = content_at(f, rec);
	bool is_write = rec->flags & DX_TRACE_NT && !(rec->flags & DX_TRACE_USER) && content;
	int r = 0;

	f->flushing = false;
	note_busy(f);
	if (rec->flags & DX_TRACE_NT)
		f->pending[rec->vcpu % DX_TRACE_VCPUS] = true;
	f->other_since |= !is_write;
	if (!is_write || !goes_on(f, rec))
		note_write_over(f);
	note_again(f, rec);
	if (is_write)
		r = take_write(f, t, number, content);
	if (content)
		memcpy(content, t->data, rec->length);
	return r;
}

/* ---- flushes ---- */

/* What this CPU had written is drained by @flush. */
static void drain_writes(struct finder *f, unsigned int vcpu, size_t flush)
{
	struct edit_places *p = f->places;

	for (size_t i = f->unflushed; i < p->n_writes; i++)
		if (p->write[i].flush == NO_FLUSH && p->write[i].span.vcpu == vcpu)
			p->write[i].flush = flush;
	while (f->unflushed < p->n_writes && p->write[f->unflushed].flush != NO_FLUSH)
		f->unflushed++;
}

/* The last flush of this CPU would have been made up for by what drains now. */
static void note_next(struct finder *f, const struct dx_trace_rec *rec)
{
	struct edit_places *p = f->places;

	for (size_t i = p->n_flushes; i-- > 0;)
		if (p->flush[i].span.vcpu == rec->vcpu) {
			if (p->flush[i].next == EDIT_NEVER) {
				p->flush[i].next = rec->seq;
				p->flush[i].in_time = f->promised < p->flush[i].seq;
			}
			return;
		}
}

static int begin_flush(struct finder *f, const struct dx_trace_rec *rec, uint64_t number)
{
	struct edit_places *p = f->places;
	struct flush *more;

	if (p->n_flushes && p->flush[p->n_flushes - 1].span.vcpu != rec->vcpu)
		note_busy(f);
	more = grow(p->flush, p->n_flushes, &p->flush_room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	p->flush = more;
	drain_writes(f, rec->vcpu, p->n_flushes);
	more[p->n_flushes] = (struct flush){
		.span = { number, number, 0, 0, rec->vcpu },
		.seq = rec->seq,
		.next = EDIT_NEVER,
		.during = current(f),
		.running = f->running && !promise_is_over(f->promise),
		.waited = f->pending[rec->vcpu % DX_TRACE_VCPUS],
		.is_fua = p->n_flushes && f->writes_since == 1 && !f->other_since,
	};
	p->n_flushes++;
	f->flushing = true;
	f->writes_since = 0;
	f->other_since = false;
	return 0;
}

static int take_fence(struct finder *f, const struct dx_trace_rec *rec, uint64_t number)
{
	struct edit_places *p = f->places;
	int r = 0;

	if (!drains(f->rules, rec))
		return 0;
	note_write_over(f);
	if (f->flushing && !(rec->flags & DX_TRACE_USER) &&
	    p->flush[p->n_flushes - 1].span.vcpu == rec->vcpu) {
		p->flush[p->n_flushes - 1].span.last = number;
		return 0;
	}
	f->flushing = false;
	note_next(f, rec);
	if (rec->flags & DX_TRACE_USER) {
		drain_writes(f, rec->vcpu, OTHER_FLUSH);
		note_busy(f);
		f->other_since = true;
	} else {
		r = begin_flush(f, rec, number);
	}
	f->pending[rec->vcpu % DX_TRACE_VCPUS] = false;
	return r;
}

/* ---- whose ---- */

static const struct tree_file *owner(const struct promise *p, uint64_t addr)
{
	const struct content_page *page = places_find(promise_places(p),
						      addr - addr % EDIT_BLOCK_BYTES);
	const struct tree_file *f;

	if (!page || places_next(page))
		return NULL;
	f = promise_file_of(p, page->file);
	return f && f->names && !f->shared ? f : NULL;
}

/* The call that returned has told where the bytes of its files lie. */
static void note_owners(struct finder *f)
{
	struct edit_places *p = f->places;

	for (; f->unowned < p->n_writes; f->unowned++)
		p->write[f->unowned].of = owner(f->promise, p->write[f->unowned].span.addr);
}

/* ---- the pass ---- */

static int take_mark(struct finder *f, const struct dx_trace_rec *rec, uint64_t number,
		     struct err *e)
{
	const struct oplog_op *op, *promised;
	bool is_end = rec->detail == DX_MARK_END;
	int r;

	if (rec->length >= DX_LOG_WORKERS)
		return err_set(e, -EBADMSG, "store trace", "has a mark of no worker");
	f->flushing = false;
	note_write_over(f);
	f->other_since = true;
	op = promise_current(f->promise, rec->length);
	r = promise_mark(f->promise, rec->length, rec->addr, is_end ? DX_MARK_END : DX_MARK_BEGIN,
			 rec->seq, &promised, e);
	if (r || !is_end)
		return r;
	if (promised)
		note_owners(f);
	if (op->rec->op == DX_OP_PHASE)
		f->running = op->rec->arg[0] == 1;
	if (promised && f->running && !promise_is_over(f->promise)) {
		f->places->last_promise = number;
		f->promised = rec->seq;
		note_busy(f);
	}
	return 0;
}

static int take_record(struct finder *f, const struct trace_record *t, uint64_t number,
		       struct err *e)
{
	unsigned char *content;
	int r = 0;

	switch (t->rec->kind) {
	case DX_TRACE_MARK:
		return take_mark(f, t->rec, number, e);
	case DX_TRACE_STORE:
		r = take_store(f, t, number);
		break;
	case DX_TRACE_FENCE:
		r = take_fence(f, t->rec, number);
		break;
	case DX_TRACE_WRITE_BACK:
		f->flushing = false;
		note_write_over(f);
		note_busy(f);
		f->other_since = true;
		f->pending[t->rec->vcpu % DX_TRACE_VCPUS] = true;
		break;
	case DX_TRACE_IMAGE:
		content = content_at(f, t->rec);
		if (content)
			memcpy(content, t->data, t->rec->length);
		break;
	default:
		break;
	}
	return r ? err_sys(e, r, "crash states", "find what can be edited") : 0;
}

/* ---- what can be edited ---- */

/* The writes that this one could be swapped with: of its shape, and of its epoch. */
static bool may_swap(const struct edit_places *p, size_t i, size_t k)
{
	const struct write *a = &p->write[i], *b = &p->write[k];

	return a->flush == b->flush && a->flush < p->n_flushes && a->whole && b->whole &&
	       a->running && b->running && a->span.bytes == b->span.bytes &&
	       a->span.addr % EDIT_BLOCK_BYTES == b->span.addr % EDIT_BLOCK_BYTES &&
	       a->span.addr != b->span.addr;
}

/* Writes before @i, up to so many. */
static size_t reach(size_t i)
{
	return i < PARTNERS_MAX ? i : PARTNERS_MAX;
}

static bool has_partner(const struct edit_places *p, size_t i)
{
	for (size_t k = 1; k <= reach(i); k++)
		if (may_swap(p, i, i - k))
			return true;
	return false;
}

/* The first at or before the @start-th before it, around: there is one. */
static const struct write *partner(const struct edit_places *p, size_t i, size_t start)
{
	size_t n = reach(i), k = start % n;

	while (!may_swap(p, i, i - 1 - k))
		k = (k + 1) % n;
	return &p->write[i - 1 - k];
}

static bool can_edit(const struct edit_places *p, enum edit_kind kind, size_t i)
{
	if (kind <= EDIT_FUA) {
		const struct flush *f = &p->flush[i];

		return f->running && f->waited && f->is_fua == (kind == EDIT_FUA);
	}
	if (!p->write[i].running || p->write[i].flush >= p->n_flushes)
		return false;
	if (kind == EDIT_SWAP)
		return has_partner(p, i);
	return kind == EDIT_DROP || !p->write[i].again;
}

static int list_places(struct edit_places *p)
{
	for (unsigned int kind = 0; kind < EDIT_KINDS; kind++) {
		size_t n = kind <= EDIT_FUA ? p->n_flushes : p->n_writes;

		p->place[kind] = malloc((n + 1) * sizeof(*p->place[kind]));
		if (!p->place[kind])
			return -ENOMEM;
		for (size_t i = 0; i < n; i++)
			if (can_edit(p, (enum edit_kind)kind, i))
				p->place[kind][p->n[kind]++] = i;
	}
	return 0;
}

size_t edit_places(const struct edit_places *p, enum edit_kind kind)
{
	return p->n[kind];
}

/* ---- choosing ---- */

static void make_flush_edit(const struct edit_places *p, size_t i, struct edit *ret)
{
	const struct flush *f = &p->flush[i];

	ret->span = f->span;
	ret->seq = f->seq;
	ret->during = f->during;
	/* From where it ends until another one makes up for it. */
	ret->from = f->seq + 1;
	ret->until = f->next;
	if (!f->busy)
		ret->reason = EDIT_QUIET;
}

/* A write that is not there, or late, is a write that is lost, until its flush. */
static void make_write_edit(const struct edit_places *p, size_t i, uint64_t seed, struct edit *ret)
{
	const struct write *w = &p->write[i], *other;
	const struct flush *f = &p->flush[w->flush];

	ret->span = w->span;
	ret->seq = w->seq;
	ret->during = w->during;
	ret->from = f->seq + 1;
	ret->until = ret->kind == EDIT_MOVE ? f->next : EDIT_NEVER;
	ret->after = f->span.last;
	ret->of[0] = ret->of[1] = w->of;
	if (w->equal)
		ret->reason = EDIT_EQUAL;
	else if (w->rewritten)
		ret->reason = EDIT_REWRITTEN;
	if (ret->kind != EDIT_SWAP)
		return;
	other = partner(p, i, (size_t)dx_pattern_key(seed ^ i));
	ret->span = other->span;
	ret->other = w->span;
	ret->seq = ret->from = other->seq;
	ret->during = other->during;
	ret->of[0] = w->of ? other->of : NULL;
	ret->of[1] = other->of ? w->of : NULL;
	ret->reason = w->hash == other->hash ? EDIT_EQUAL : EDIT_UNEXPLAINED;
}

/* Only an order is broken by it. */
static bool is_in_time(const struct edit_places *p, enum edit_kind kind, size_t i)
{
	if (kind <= EDIT_FUA)
		return p->flush[i].in_time;
	return kind == EDIT_MOVE && p->flush[p->write[i].flush].in_time;
}

static void make_edit(const struct edit_places *p, enum edit_kind kind, size_t i, uint64_t seed,
		      struct edit *ret)
{
	*ret = (struct edit){ .kind = kind, .reason = EDIT_UNEXPLAINED };
	if (kind <= EDIT_FUA)
		make_flush_edit(p, i, ret);
	else
		make_write_edit(p, i, seed, ret);
	if (ret->reason != EDIT_UNEXPLAINED)
		return;
	if (p->last_promise < ret->span.first)
		ret->reason = EDIT_NO_PROMISE;
	else if (is_in_time(p, kind, i))
		ret->reason = EDIT_IN_TIME;
}

static size_t common_divisor(size_t a, size_t b)
{
	while (b) {
		size_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* The @k-th of a kind, in an order that the seed decides and that comes by each once. */
static size_t draw(const struct edit_places *p, enum edit_kind kind, uint64_t seed, size_t k)
{
	uint64_t key = dx_pattern_key(seed * EDIT_KINDS + kind);
	size_t n = p->n[kind], step = 1 + (size_t)(key >> 32) % n;

	while (common_divisor(step, n) != 1)
		step++;
	return p->place[kind][((size_t)(key & UINT32_MAX) + k % n * (step % n)) % n];
}

size_t edit_choose(const struct edit_places *p, uint64_t seed, size_t n, struct edit *ret)
{
	size_t chosen = 0;
	bool any = true;

	for (size_t k = 0; any && chosen < n; k++) {
		any = false;
		for (unsigned int kind = 0; kind < EDIT_KINDS && chosen < n; kind++) {
			if (k >= p->n[kind])
				continue;
			any = true;
			make_edit(p, (enum edit_kind)kind, draw(p, (enum edit_kind)kind, seed, k),
				  seed, &ret[chosen++]);
		}
	}
	return chosen;
}

/* ---- begin and end ---- */

static int open_content(struct finder *f)
{
	for (uint32_t i = 0; i < f->header->ranges; i++) {
		uint64_t size = f->header->range[i].size;
		void *content = mmap(NULL, size, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (content == MAP_FAILED)
			return -errno;
		f->content[i] = content;
		f->page[i] = calloc(size / EDIT_BLOCK_BYTES + 1, sizeof(*f->page[i]));
		if (!f->page[i])
			return -ENOMEM;
	}
	return 0;
}

static void close_content(struct finder *f)
{
	for (uint32_t i = 0; i < f->header->ranges; i++) {
		free(f->page[i]);
		if (f->content[i])
			munmap(f->content[i], f->header->range[i].size);
	}
}

static int find(struct finder *f, struct trace *t, struct err *e)
{
	struct trace_record rec;
	uint64_t number = 0;
	int r = open_content(f), n = 0;

	if (r)
		return err_sys(e, r, "crash states", "follow the trace");
	r = trace_rewind(t, e);
	while (!r && (n = trace_next(t, &rec, e)) > 0)
		r = take_record(f, &rec, number++, e);
	if (!r && !n && list_places(f->places))
		r = err_sys(e, -ENOMEM, "crash states", "find what can be edited");
	return r ? r : n;
}

int edit_find(struct edit_places **ret, struct trace *t, const struct oplog *log,
	      const struct drain_rules *rules, struct err *e)
{
	struct finder f = { .rules = rules, .header = trace_header(t) };
	int r;

	*ret = NULL;
	f.places = calloc(1, sizeof(*f.places));
	if (!f.places)
		return err_sys(e, -ENOMEM, "crash states", "find what can be edited");
	r = promise_open(&f.promise, log, e);
	if (!r)
		r = find(&f, t, e);
	close_content(&f);
	f.places->promise = f.promise;
	if (r)
		edit_places_free(f.places);
	else
		*ret = f.places;
	return r;
}

void edit_places_free(struct edit_places *p)
{
	if (!p)
		return;
	for (unsigned int kind = 0; kind < EDIT_KINDS; kind++)
		free(p->place[kind]);
	free(p->flush);
	free(p->write);
	promise_close(p->promise);
	free(p);
}
