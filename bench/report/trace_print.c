// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/report/trace_print.h"
#include "checker/trace/trace_name.h"
#include "daxbench/oplog.h"

#include <inttypes.h>

void trace_print_head(FILE *out, uint64_t seq, const struct dx_trace_rec *rec)
{
	fprintf(out, "%10" PRIu64 " %3u %-10s ", seq, rec->vcpu, trace_record_name(rec));
}

void trace_print_mark(FILE *out, const struct oplog_marks *marks, const struct dx_trace_rec *rec)
{
	const struct oplog_op *op = oplog_marks_find(marks, rec->length, rec->addr);

	fprintf(out, "w%" PRIu32 " #%" PRIu64 " %s", rec->length, rec->addr,
		rec->detail == DX_MARK_BEGIN ? "begin" : "end");
	if (!op)
		return;
	fprintf(out, " %s", op->kind->name);
	if (op->kind->object != OPLOG_NO_OBJECT)
		fprintf(out, " %c%" PRIu32, op->kind->object == OPLOG_MAP ? 'm' : 'h',
			op->rec->handle);
}

void trace_print_bytes(FILE *out, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%02x", i % 16 ? " " : "\n                          ", bytes[i]);
	fputc('\n', out);
}
