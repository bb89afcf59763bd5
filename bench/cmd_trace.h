/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the views of daxbench trace share: a file each (cmd_trace_*.c). */
#ifndef BENCH_CMD_TRACE_H
#define BENCH_CMD_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/oplog_marks.h"
#include "checker/trace.h"

struct trace_view {
	const char *path; /* of the store trace */
	struct trace *trace;
	const struct oplog_marks *marks; /* NULL without an operation log */
	bool verbose;
};

/*
 * Each prints to stdout and returns 0, or a negative errno with @e filled. What
 * is missing at the trace's end is said by the caller.
 */
int trace_show_ops(const struct oplog *log, const char *name, bool json, struct err *e);
int trace_show_list(const struct oplog *log, const char *name, struct err *e);
int trace_show_stat(const struct trace_view *v, struct err *e);
int trace_show_records(const struct trace_view *v, struct err *e);
int trace_show_json(const struct trace_view *v, struct err *e);
int trace_show_line(const struct trace_view *v, uint64_t addr, struct err *e);

/* The first columns of a record's line: @seq, vCPU and what it is, 26 wide. */
void trace_print_head(uint64_t seq, const struct dx_trace_rec *rec);

/* "w0 #23 begin fsync h3"; the operation only where it is known. */
void trace_print_mark(const struct trace_view *v, const struct dx_trace_rec *rec);

/* Bytes in lines of 16, below what the head stands before; then the line's end. */
void trace_print_bytes(const unsigned char *bytes, size_t n);

#endif
