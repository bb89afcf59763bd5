/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in a store trace, counted. */
#ifndef CHECKER_TRACE_STAT_H
#define CHECKER_TRACE_STAT_H

#include "checker/trace/trace.h"

#define TRACE_STAT_FLAGS 5 /* enum dx_trace_flag has so many bits */
#define TRACE_STAT_MARKS 3 /* by enum dx_log_mark up to END; 0: all others */

struct trace_count {
	uint64_t records, events, bytes; /* bytes: of memory, touched by the events */
};

struct trace_stat {
	uint64_t raw; /* bytes of the records, before they were packed */
	struct trace_count kind[DX_TRACE_KINDS];
	struct trace_count store_kernel,
		store_flag[TRACE_STAT_FLAGS]; /* a store can have several */
	struct trace_count write_back[DX_TRACE_CLFLUSH + 1];
	struct trace_count fence[DX_TRACE_FENCES];
	struct trace_count mark[TRACE_STAT_MARKS];
	struct trace_range_stat {
		struct trace_count stored, stored_nt, written_back, image;
	} range[DX_TRACE_RANGES];
};

/* Counts in a record of the trace with the header @h. */
void trace_stat_add(struct trace_stat *s, const struct dx_trace_header *h,
		    const struct trace_record *r);

/* The whole trace, from its first record on. 0 or what trace_next() said. */
int trace_stat_read(struct trace_stat *s, struct trace *t, struct err *e);

#endif
