// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of one cache line: what it held at first, each store to it, each
 * write-back, and the fence that drained it. Of the operation log's marks only
 * those are shown that enclose something of the line.
 */
#include "bench/report/trace_print.h"
#include "checker/trace/trace_name.h"
#include "daxbench/oplog.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct line {
	FILE *out;
	const struct oplog_marks *marks; /* NULL: none */
	uint64_t addr;
	unsigned char data[DX_TRACE_LINE];
	bool dirty;		      /* stored to, and not waiting for a fence */
	bool waiting[DX_TRACE_VCPUS]; /* for the fence of this vCPU */
	bool drained[DX_TRACE_VCPUS]; /* on hardware, by what is no fence: say it once */
	uint64_t stores, write_backs;
	struct dx_trace_rec begin; /* the last mark that begins; kind 0: none */
	bool begin_shown;
};

static bool touches(const struct line *l, const struct dx_trace_rec *rec)
{
	return rec->addr < l->addr + DX_TRACE_LINE && rec->addr + rec->length > l->addr;
}

/* Before the first event of the line that an operation encloses. */
static void show_begin(struct line *l)
{
	if (l->begin_shown || l->begin.kind != DX_TRACE_MARK)
		return;
	trace_print_head(l->out, l->begin.seq, &l->begin);
	trace_print_mark(l->out, l->marks, &l->begin);
	fputc('\n', l->out);
	l->begin_shown = true;
}

static void print_origin(const struct line *l, const struct dx_trace_rec *rec)
{
	char flags[64];

	fprintf(l->out, " from %" PRIx64, rec->ip);
	if (rec->stack)
		fprintf(l->out, " @%" PRIu32, rec->stack);
	if (rec->flags)
		fprintf(l->out, " %s", trace_flags_format(rec->flags, flags, sizeof(flags)));
}

static void take_image(struct line *l, const struct trace_record *r)
{
	memcpy(l->data, r->data + (l->addr - r->rec->addr), sizeof(l->data));
	trace_print_head(l->out, r->rec->seq, r->rec);
	trace_print_bytes(l->out, l->data, sizeof(l->data));
}

/* The part of a run that falls on the line. */
static void take_store(struct line *l, const struct trace_record *r)
{
	const struct dx_trace_rec *rec = r->rec;
	uint64_t from = rec->addr > l->addr ? rec->addr : l->addr;
	uint64_t to = rec->addr + rec->length, size = 1ULL << rec->detail;

	if (to > l->addr + DX_TRACE_LINE)
		to = l->addr + DX_TRACE_LINE;
	show_begin(l);
	trace_print_head(l->out, rec->seq + (from - rec->addr) / size, rec);
	fprintf(l->out, "bytes %" PRIu64 " to %" PRIu64 " by %" PRIu64 ",", from - l->addr,
		to - l->addr - 1, size);
	print_origin(l, rec);
	trace_print_bytes(l->out, r->data + (from - rec->addr), to - from);
	memcpy(l->data + (from - l->addr), r->data + (from - rec->addr), to - from);
	l->stores += (to - from + size - 1) / size;
	if (rec->flags & DX_TRACE_NT)
		l->waiting[rec->vcpu] = true;
	else
		l->dirty = true;
}

static void take_write_back(struct line *l, const struct dx_trace_rec *rec)
{
	show_begin(l);
	trace_print_head(l->out, rec->seq + (l->addr - rec->addr) / DX_TRACE_LINE, rec);
	fprintf(l->out, "%s,", l->dirty ? "what was stored" : "of nothing new");
	print_origin(l, rec);
	fputc('\n', l->out);
	l->write_backs++;
	l->waiting[rec->vcpu] |= l->dirty;
	l->dirty = false;
}

static void take_fence(struct line *l, const struct dx_trace_rec *rec)
{
	bool is_fence = rec->detail <= DX_TRACE_MFENCE;

	if (!l->waiting[rec->vcpu] || (!is_fence && l->drained[rec->vcpu]))
		return;
	show_begin(l);
	trace_print_head(l->out, rec->seq, rec);
	fprintf(l->out, "%s,", is_fence ? "durable" : "drained on hardware only");
	print_origin(l, rec);
	fputc('\n', l->out);
	l->waiting[rec->vcpu] = !is_fence;
	l->drained[rec->vcpu] = !is_fence;
}

static void take_mark(struct line *l, const struct dx_trace_rec *rec)
{
	if (!l->marks)
		return;
	if (rec->detail == DX_MARK_BEGIN) {
		l->begin = *rec;
		l->begin_shown = false;
	} else if (l->begin_shown && rec->length == l->begin.length && rec->addr == l->begin.addr) {
		trace_print_head(l->out, rec->seq, rec);
		trace_print_mark(l->out, l->marks, rec);
		fputc('\n', l->out);
		l->begin_shown = false;
		l->begin.kind = DX_TRACE_NONE;
	}
}

static void take(struct line *l, const struct trace_record *r)
{
	const struct dx_trace_rec *rec = r->rec;

	if (rec->kind == DX_TRACE_FENCE)
		take_fence(l, rec);
	else if (rec->kind == DX_TRACE_MARK)
		take_mark(l, rec);
	else if (rec->kind == DX_TRACE_STACK || !touches(l, rec))
		return;
	else if (rec->kind == DX_TRACE_IMAGE)
		take_image(l, r);
	else if (rec->kind == DX_TRACE_STORE)
		take_store(l, r);
	else if (rec->kind == DX_TRACE_WRITE_BACK)
		take_write_back(l, rec);
}

static void print_end(const struct line *l)
{
	bool waiting = false;

	for (unsigned int i = 0; i < DX_TRACE_VCPUS; i++)
		waiting |= l->waiting[i];
	fprintf(l->out, "%" PRIu64 " stores, %" PRIu64 " write-backs; in the end ", l->stores,
		l->write_backs);
	if (l->dirty)
		fputs("stored and not written back\n", l->out);
	else if (waiting)
		fputs("written back and not fenced\n", l->out);
	else
		fputs(l->stores ? "durable\n" : "as it was\n", l->out);
}

static int check_address(const struct dx_trace_header *h, uint64_t addr, const char *name,
			 struct err *e)
{
	for (uint32_t i = 0; i < h->ranges; i++)
		if (addr - h->range[i].base < h->range[i].size)
			return 0;
	err_set(e, -EINVAL, name, "%#" PRIx64 " is in none of its ranges", addr);
	return err_hint(e, "they begin at %#" PRIx64 ": see --stat", h->range[0].base);
}

int trace_print_line(FILE *out, struct trace *t, const struct oplog_marks *marks, uint64_t addr,
		     const char *name, struct err *e)
{
	struct line l = { .out = out, .marks = marks, .addr = addr & ~(DX_TRACE_LINE - 1) };
	struct trace_record r;
	int n = check_address(trace_header(t), addr, name, e);

	if (n)
		return n;
	fprintf(out, "line %#" PRIx64 "\n%10s CPU WHAT\n", l.addr, "EVENT");
	while ((n = trace_next(t, &r, e)) > 0)
		take(&l, &r);
	if (!n)
		print_end(&l);
	return n;
}
