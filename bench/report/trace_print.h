/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of a store trace as text. */
#ifndef BENCH_REPORT_TRACE_PRINT_H
#define BENCH_REPORT_TRACE_PRINT_H

#include <stdio.h>

#include "checker/log/oplog_marks.h"
#include "checker/trace/trace.h"

/* The first columns of a record's line: @seq, vCPU and what it is, 26 wide. */
void trace_print_head(FILE *out, uint64_t seq, const struct dx_trace_rec *rec);

/* "w0 #23 begin fsync h3"; the operation only where it is known. @marks may be NULL. */
void trace_print_mark(FILE *out, const struct oplog_marks *marks, const struct dx_trace_rec *rec);

/* Bytes in lines of 16, below what the head stands before; then the line's end. */
void trace_print_bytes(FILE *out, const unsigned char *bytes, size_t n);

/*
 * The life of the cache line of @addr, a physical address. Of @t nothing was read
 * yet; it is read to its end. @marks: of its operation log; NULL: operations are not shown.
 * -EINVAL:
 * @addr is in none of the trace's ranges; @name is the trace's, for that.
 */
int trace_print_line(FILE *out, struct trace *t, const struct oplog_marks *marks, uint64_t addr,
		     const char *name, struct err *e);

#endif
