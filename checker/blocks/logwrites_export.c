// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How stores become block writes.
 *
 * The tools of log-writes know sectors, an order of writes, and flushes. Here a
 * sector is written when a fence drains a part of it:
 *
 * - The pages that were not zero when recording began come first, as writes, and
 *   one FLUSH.
 * - A line waits for a vCPU's fence once that vCPU stored to it past the caches,
 *   or wrote it back after a store. SFENCE and MFENCE of that vCPU drain it. What
 *   drains on hardware only (LOCK and the like) drains nothing here.
 * - At a fence each sector with a line that waited is written, with what it holds
 *   at that moment, in the order in which its page began to wait; adjoining
 *   sectors of a page in one entry. An empty entry with FLUSH follows. A fence
 *   that drains nothing is no entry.
 * - Marks of the operation log become marks, "w0 #23 fsync end", where they stand.
 *
 * Replayed up to a FLUSH, the log holds what is durable by then. It is a view
 * for tools that know nothing smaller, and it loses:
 *
 * - order within an epoch, and with it each state between two fences;
 * - stores that were never written back: a cache may write them at any time,
 *   the log never does (they are counted);
 * - lines of a sector that did not wait, and stores between a write-back and its
 *   fence: they come with the sector, earlier than they must;
 * - whether a sector was torn: none ever is.
 */
#include "checker/blocks/logwrites_export.h"
#include "checker/blocks/logwrites.h"
#include "daxbench/oplog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	     DX_TRACE_RUN_MAX
#define PAGE_SECTORS (PAGE / LOGWRITES_SECTOR)
#define CHAINS	     65536U

/* Lines of a page that wait for a fence of one vCPU. */
struct waiting {
	struct waiting *next; /* of the vCPU, in the order of their first line */
	struct waiting *next_of_page;
	struct page *page;
	uint64_t lines; /* a bit each */
	unsigned int vcpu;
};

struct page {
	struct page *next; /* in its chain */
	uint64_t number;   /* in the device */
	uint64_t dirty;	   /* lines that were stored to since they were written */
	struct waiting *waiting;
	unsigned char data[PAGE];
};

struct queue {
	struct waiting *first, **last;
};

struct export
{
	const struct logwrites_job *job;
	struct logwrites *log;
	uint64_t base, size; /* of the device, guest-physical */
	struct page *chain[CHAINS];
	size_t pages;
	struct queue queue[DX_TRACE_VCPUS];
	bool image_ended;
	struct logwrites_counts counts;
};

/* ---- pages ---- */

/* The page that holds @addr, made if need be. NULL: no memory, or too many. */
static struct page *page_at(struct export *x, uint64_t addr)
{
	uint64_t number = (addr - x->base) / PAGE;
	struct page **chain = &x->chain[number % CHAINS], *p;

	for (p = *chain; p; p = p->next)
		if (p->number == number)
			return p;
	if (x->pages == LOGWRITES_EXPORT_PAGES)
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->number = number;
	p->next = *chain;
	*chain = p;
	x->pages++;
	return p;
}

/* Bits of the lines of a page that @rec touches. */
static uint64_t lines_of(const struct dx_trace_rec *rec)
{
	unsigned int first = rec->addr % PAGE / DX_TRACE_LINE;
	unsigned int last = (rec->addr % PAGE + rec->length - 1) / DX_TRACE_LINE;

	return ~0ULL >> (63 - last) & ~0ULL << first;
}

/* ---- what waits ---- */

static int wait_for_fence(struct export *x, struct page *p, uint64_t lines, unsigned int vcpu)
{
	struct queue *q = &x->queue[vcpu];
	struct waiting *w = p->waiting;

	if (!lines)
		return 0;
	while (w && w->vcpu != vcpu)
		w = w->next_of_page;
	if (!w) {
		w = calloc(1, sizeof(*w));
		if (!w)
			return -ENOMEM;
		w->page = p;
		w->vcpu = vcpu;
		w->next_of_page = p->waiting;
		p->waiting = w;
		*q->last = w;
		q->last = &w->next;
	}
	w->lines |= lines;
	return 0;
}

static void forget(struct waiting *w)
{
	struct waiting **at = &w->page->waiting;

	while (*at != w)
		at = &(*at)->next_of_page;
	*at = w->next_of_page;
	free(w);
}

static uint64_t lines_of_sector(unsigned int sector)
{
	unsigned int lines = LOGWRITES_SECTOR / DX_TRACE_LINE;

	return ((1ULL << lines) - 1) << sector * lines;
}

/* Writes the sectors of @p that hold one of @lines. Returns how many. */
static unsigned int write_sectors(struct export *x, const struct page *p, uint64_t lines)
{
	unsigned int from, to, written = 0;

	for (from = 0; from < PAGE_SECTORS; from = to + 1) {
		for (to = from; to < PAGE_SECTORS && lines & lines_of_sector(to);)
			to++;
		if (to == from)
			continue;
		logwrites_write(x->log, p->number * PAGE_SECTORS + from,
				p->data + (size_t)from * LOGWRITES_SECTOR, to - from);
		x->counts.writes++;
		written += to - from;
	}
	x->counts.sectors += written;
	return written;
}

static void flush(struct export *x)
{
	logwrites_flush(x->log);
	x->counts.flushes++;
}

static void drain(struct export *x, unsigned int vcpu)
{
	struct queue *q = &x->queue[vcpu];
	struct waiting *w, *next;
	unsigned int written = 0;

	for (w = q->first; w; w = next) {
		/* Another vCPU's fence may have been first. */
		uint64_t lines = w->lines & w->page->dirty;

		next = w->next;
		written += write_sectors(x, w->page, lines);
		w->page->dirty &= ~lines;
		forget(w);
	}
	q->first = NULL;
	q->last = &q->first;
	if (written)
		flush(x);
}

/* ---- records ---- */

static int take_store(struct export *x, const struct trace_record *r)
{
	struct page *p = page_at(x, r->rec->addr);

	if (!p)
		return -ENOMEM;
	memcpy(p->data + r->rec->addr % PAGE, r->data, r->rec->length);
	p->dirty |= lines_of(r->rec);
	if (!(r->rec->flags & DX_TRACE_NT))
		return 0;
	return wait_for_fence(x, p, lines_of(r->rec), r->rec->vcpu);
}

static int take_write_back(struct export *x, const struct dx_trace_rec *rec)
{
	struct page *p = page_at(x, rec->addr);

	return p ? wait_for_fence(x, p, lines_of(rec) & p->dirty, rec->vcpu) : -ENOMEM;
}

static int take_image(struct export *x, const struct trace_record *r)
{
	struct page *p = page_at(x, r->rec->addr);

	if (!p)
		return -ENOMEM;
	memcpy(p->data, r->data, PAGE);
	write_sectors(x, p, ~0ULL);
	return 0;
}

static void take_mark(struct export *x, const struct dx_trace_rec *rec)
{
	const struct oplog_op *op = oplog_marks_find(x->job->marks, rec->length, rec->addr);
	char text[128];

	snprintf(text, sizeof(text), "w%" PRIu32 " #%" PRIu64 "%s%s %s", rec->length, rec->addr,
		 op ? " " : "", op ? op->kind->name : "",
		 rec->detail == DX_MARK_BEGIN ? "begin" : "end");
	logwrites_mark(x->log, text);
	x->counts.marks++;
}

static bool on_device(const struct export *x, const struct dx_trace_rec *rec)
{
	return rec->addr >= x->base && rec->addr - x->base < x->size;
}

static int take(struct export *x, const struct trace_record *r)
{
	const struct dx_trace_rec *rec = r->rec;

	if (rec->kind != DX_TRACE_IMAGE && rec->kind != DX_TRACE_STACK && !x->image_ended) {
		x->image_ended = true;
		if (x->counts.writes)
			flush(x);
	}
	switch (rec->kind) {
	case DX_TRACE_IMAGE:
		return on_device(x, rec) ? take_image(x, r) : 0;
	case DX_TRACE_STORE:
		return on_device(x, rec) ? take_store(x, r) : 0;
	case DX_TRACE_WRITE_BACK:
		return on_device(x, rec) ? take_write_back(x, rec) : 0;
	case DX_TRACE_FENCE:
		if (rec->detail <= DX_TRACE_MFENCE)
			drain(x, rec->vcpu);
		return 0;
	case DX_TRACE_MARK:
		take_mark(x, rec);
		return 0;
	default:
		return 0;
	}
}

/* ---- the whole ---- */

static int check_job(const struct trace *t, const struct logwrites_job *job, struct err *e)
{
	const struct dx_trace_header *h = trace_header(t);
	char object[32];

	snprintf(object, sizeof(object), "range %" PRIu32, job->range);
	if (job->range >= h->ranges)
		return err_set(e, -EINVAL, object, "the trace has %" PRIu32 ", the first is 0",
			       h->ranges);
	if (job->offset % PAGE || job->offset >= h->range[job->range].size)
		return err_set(e, -EINVAL, object,
			       "offset %" PRIu64 " is no multiple of 4096 in its %" PRIu64 " bytes",
			       job->offset, h->range[job->range].size);
	return 0;
}

static struct export *new_export(const struct trace *t, const struct logwrites_job *job)
{
	const struct dx_trace_range *range = &trace_header(t)->range[job->range];
	struct export *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->job = job;
	x->base = range->base + job->offset;
	x->size = range->size - job->offset;
	for (unsigned int i = 0; i < DX_TRACE_VCPUS; i++)
		x->queue[i].last = &x->queue[i].first;
	return x;
}

/* What is dirty in the end is in no entry: it is counted on the way. */
static void free_export(struct export *x, struct logwrites_counts *ret)
{
	for (size_t i = 0; i < CHAINS; i++)
		for (struct page *p = x->chain[i], *next; p; p = next) {
			next = p->next;
			x->counts.lines_left += (uint64_t)__builtin_popcountll(p->dirty);
			while (p->waiting)
				forget(p->waiting);
			free(p);
		}
	*ret = x->counts;
	free(x);
}

static int take_all(struct export *x, struct trace *t, const char *path, struct err *e)
{
	struct trace_record r;
	int n = trace_rewind(t, e);

	if (n)
		return n;
	while ((n = trace_next(t, &r, e)) > 0) {
		n = take(x, &r);
		if (n && x->pages == LOGWRITES_EXPORT_PAGES)
			return err_set(e, -EFBIG, path, "the trace touches more than %u pages",
				       LOGWRITES_EXPORT_PAGES);
		if (n)
			return err_sys(e, n, path, "make a log of the trace");
	}
	return n;
}

int logwrites_export(struct trace *t, const char *path, const struct logwrites_job *job,
		     struct logwrites_counts *ret, struct err *e)
{
	struct export *x;
	int r = check_job(t, job, e);

	if (r)
		return r;
	x = new_export(t, job);
	if (!x)
		return err_sys(e, -ENOMEM, path, "make a log of the trace");
	r = logwrites_create(&x->log, path, e);
	if (!r) {
		r = take_all(x, t, path, e);
		if (r)
			logwrites_abandon(x->log);
		else
			r = logwrites_close(x->log, e);
	}
	free_export(x, ret);
	return r;
}
