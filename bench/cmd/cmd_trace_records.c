// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The records of a store trace, for people or as NDJSON. The JSON form is a line
 * for the trace and a line for each record, 64-bit addresses as hex strings:
 *
 *	{"schema":"daxbench-trace-1","run":"0x7e02c128a158881d","vcpus":1,...}
 *	{"seq":612,"vcpu":0,"kind":"store","addr":"0x100200000","length":8,"count":1,
 *	 "size":8,"flags":["user"],"ip":"0x401b2c","bytes":"1032547698badcfe"}
 *
 * "count" events of "length" bytes in all; "bytes" are the first 16, or all with
 * -v. A write-back has "insn", a fence "insn", a mark "worker", "record" and
 * "what", and "op" where the operation log names it, a stack its "frames".
 */
#include "bench/cmd/cmd_trace.h"
#include "checker/trace/trace_name.h"
#include "daxbench/oplog.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_SHOWN 16U

static uint32_t bytes_shown(const struct trace_view *v, const struct dx_trace_rec *rec)
{
	return v->verbose || rec->length < BYTES_SHOWN ? rec->length : BYTES_SHOWN;
}

static size_t frames_of(const struct trace_record *r)
{
	return r->rec->length / sizeof(struct dx_trace_frame);
}

static struct dx_trace_frame frame_at(const struct trace_record *r, size_t i)
{
	struct dx_trace_frame frame;

	memcpy(&frame, r->data + i * sizeof(frame), sizeof(frame));
	return frame;
}

/* ---- for people ---- */

/* One letter a flag, so that columns stay. */
static const char *flag_letters(unsigned int flags, char buf[8])
{
	char *p = buf;
	const char *name;

	for (unsigned int bit = 0; (name = trace_flag_name(bit)); bit++)
		if (flags >> bit & 1)
			*p++ = name[0];
	*p = '\0';
	return buf;
}

static void print_place(const struct dx_trace_rec *rec)
{
	char times[24], flags[8];

	snprintf(times, sizeof(times), "%" PRIu32 "x%" PRIu32, rec->count,
		 rec->count ? rec->length / rec->count : rec->length);
	printf("%#-12" PRIx64 " %-8s %-5s", rec->addr, times, flag_letters(rec->flags, flags));
}

static void print_origin(const struct dx_trace_rec *rec)
{
	printf(" %16" PRIx64, rec->ip);
	if (rec->stack)
		printf(" @%" PRIu32, rec->stack);
}

static void print_stack(const struct trace_view *v, const struct trace_record *r)
{
	printf("@%" PRIu64 ", %zu return addresses\n", r->rec->addr, frames_of(r));
	for (size_t i = 0; v->verbose && i < frames_of(r); i++) {
		struct dx_trace_frame frame = frame_at(r, i);

		printf("%26s%016" PRIx64, "", frame.ret);
		if (frame.target)
			printf(" called %016" PRIx64, frame.target);
		putchar('\n');
	}
}

static void print_access(const struct trace_view *v, const struct trace_record *r)
{
	print_place(r->rec);
	print_origin(r->rec);
	trace_print_bytes(stdout, r->data, r->data ? bytes_shown(v, r->rec) : 0);
}

static void print_record(const struct trace_view *v, const struct trace_record *r)
{
	const struct dx_trace_rec *rec = r->rec;

	trace_print_head(stdout, rec->seq, rec);
	switch (rec->kind) {
	case DX_TRACE_MARK:
		trace_print_mark(stdout, v->marks, rec);
		putchar('\n');
		break;
	case DX_TRACE_STACK:
		print_stack(v, r);
		break;
	case DX_TRACE_FENCE:
		printf("%27s", "");
		print_origin(rec);
		putchar('\n');
		break;
	case DX_TRACE_IMAGE:
		printf("%#" PRIx64, rec->addr);
		trace_print_bytes(stdout, r->data, v->verbose ? rec->length : 0);
		break;
	default:
		print_access(v, r);
	}
}

int trace_show_records(const struct trace_view *v, struct err *e)
{
	struct trace_record r;
	int n;

	printf("%10s CPU %-10s %-12s %-8s %-5s %16s @STACK\n", "EVENT", "WHAT", "ADDRESS", "COUNT",
	       "FLAGS", "FROM");
	while ((n = trace_next(v->trace, &r, e)) > 0)
		print_record(v, &r);
	return n;
}

/* ---- for programs ---- */

static json_t *hex(uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%#" PRIx64, value);
	return json_string(text);
}

static json_t *ranges_to_json(const struct dx_trace_header *h)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < h->ranges; i++)
		json_array_append_new(list, json_pack("{s:o, s:o}", "base", hex(h->range[i].base),
						      "size", hex(h->range[i].size)));
	return list;
}

static json_t *header_to_json(const struct dx_trace_header *h)
{
	static const char *const ended[] = { "open", "stopped", "exited" };
	char recorder[sizeof(h->recorder)] = "";

	for (size_t i = 0; i < sizeof(recorder) - 1 && h->recorder[i]; i++)
		recorder[i] = (char)(h->recorder[i] >= 0x20 && h->recorder[i] < 0x7f
					     ? h->recorder[i]
					     : '?');
	return json_pack("{s:s, s:o, s:s, s:i, s:b, s:s, s:i, s:I, s:o}", "schema",
			 "daxbench-trace-1", "run", hex(h->run), "recorder", recorder, "vcpus",
			 (int)h->vcpus, "loads", (int)h->loads, "ended", ended[h->ended], "error",
			 (int)h->error, "lost", (json_int_t)h->lost, "ranges", ranges_to_json(h));
}

static json_t *flags_to_json(unsigned int flags)
{
	json_t *list = json_array();
	const char *name;

	for (unsigned int bit = 0; (name = trace_flag_name(bit)); bit++)
		if (flags >> bit & 1)
			json_array_append_new(list, json_string(name));
	return list;
}

static json_t *bytes_to_json(const unsigned char *bytes, uint32_t n)
{
	char text[2 * DX_TRACE_RUN_MAX + 1];

	for (uint32_t i = 0; i < n; i++)
		snprintf(text + 2 * (size_t)i, 3, "%02x", bytes[i]);
	return json_stringn(text, 2 * (size_t)n);
}

static void add_access(json_t *j, const struct trace_view *v, const struct trace_record *r)
{
	const struct dx_trace_rec *rec = r->rec;

	json_object_set_new(j, "addr", hex(rec->addr));
	json_object_set_new(j, "length", json_integer(rec->length));
	json_object_set_new(j, "count", json_integer(rec->count));
	if (rec->kind == DX_TRACE_STORE || rec->kind == DX_TRACE_LOAD)
		json_object_set_new(j, "size", json_integer(1LL << rec->detail));
	if (r->data)
		json_object_set_new(j, "bytes", bytes_to_json(r->data, bytes_shown(v, rec)));
}

static void add_mark(json_t *j, const struct trace_view *v, const struct dx_trace_rec *rec)
{
	const struct oplog_op *op = oplog_marks_find(v->marks, rec->length, rec->addr);

	json_object_set_new(j, "worker", json_integer(rec->length));
	json_object_set_new(j, "record", json_integer((json_int_t)rec->addr));
	json_object_set_new(j, "what", json_string(rec->detail == DX_MARK_BEGIN ? "begin" : "end"));
	if (op)
		json_object_set_new(j, "op", json_string(op->kind->name));
}

static void add_frames(json_t *j, const struct trace_record *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < frames_of(r); i++) {
		struct dx_trace_frame frame = frame_at(r, i);

		json_array_append_new(list, json_pack("{s:o, s:o}", "ret", hex(frame.ret), "target",
						      hex(frame.target)));
	}
	json_object_set_new(j, "number", json_integer((json_int_t)r->rec->addr));
	json_object_set_new(j, "frames", list);
}

static json_t *record_to_json(const struct trace_view *v, const struct trace_record *r)
{
	const struct dx_trace_rec *rec = r->rec;
	json_t *j = json_pack("{s:I, s:i, s:s}", "seq", (json_int_t)rec->seq, "vcpu", rec->vcpu,
			      "kind", trace_kind_name(rec->kind));

	if (rec->kind == DX_TRACE_WRITE_BACK || rec->kind == DX_TRACE_FENCE)
		json_object_set_new(j, "insn", json_string(trace_record_name(rec)));
	if (rec->kind == DX_TRACE_STACK)
		add_frames(j, r);
	else if (rec->kind == DX_TRACE_MARK)
		add_mark(j, v, rec);
	else if (rec->kind != DX_TRACE_FENCE)
		add_access(j, v, r);
	if (rec->count) {
		json_object_set_new(j, "flags", flags_to_json(rec->flags));
		json_object_set_new(j, "ip", hex(rec->ip));
	}
	if (rec->stack)
		json_object_set_new(j, "stack", json_integer(rec->stack));
	return j;
}

static int print_line(json_t *j)
{
	int r = j ? json_dumpf(j, stdout, JSON_COMPACT) : -1;

	json_decref(j);
	putchar('\n');
	return r ? -ENOMEM : 0;
}

int trace_show_json(const struct trace_view *v, struct err *e)
{
	struct trace_record r;
	int n, failed = print_line(header_to_json(trace_header(v->trace)));

	while (!failed && (n = trace_next(v->trace, &r, e)) != 0) {
		if (n < 0)
			return n;
		failed = print_line(record_to_json(v, &r));
	}
	return failed ? err_set(e, failed, v->path, "describe as JSON") : 0;
}
