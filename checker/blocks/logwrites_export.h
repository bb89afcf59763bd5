/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store trace as a log of the log-writes target: the rule is in logwrites_export.c. */
#ifndef CHECKER_LOGWRITES_EXPORT_H
#define CHECKER_LOGWRITES_EXPORT_H

#include "checker/log/oplog_marks.h"
#include "checker/trace/trace.h"

/* Pages of the device whose content is held at a time: a trace that has more is refused. */
#define LOGWRITES_EXPORT_PAGES (1U << 18)

struct logwrites_job {
	uint32_t range;	 /* of the trace's header: which NVDIMM */
	uint64_t offset; /* bytes into it, a multiple of 4096: sector 0 of the device */
	const struct oplog_marks *marks; /* names for the marks, or NULL */
};

struct logwrites_counts {
	uint64_t writes, sectors, flushes, marks;
	uint64_t lines_left; /* stored to and not durable at the end: they are not in the log */
};

/*
 * Writes @path. -EINVAL: no such range or offset; -EFBIG: over
 * LOGWRITES_EXPORT_PAGES; what trace_next() gives. A failed export leaves a log
 * without entries.
 */
int logwrites_export(struct trace *t, const char *path, const struct logwrites_job *job,
		     struct logwrites_counts *ret, struct err *e);

#endif
