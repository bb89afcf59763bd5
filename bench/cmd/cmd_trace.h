/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the views of daxbench trace share: a file each (cmd_trace_*.c). */
#ifndef BENCH_CMD_CMD_TRACE_H
#define BENCH_CMD_CMD_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/report/trace_print.h"

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

#endif
