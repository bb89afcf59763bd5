/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the emulator's plugin counts (struct dx_trace_counts): asked for with a mark,
 * answered in the third NVDIMM, which guest and plugin share. In our guest, booted
 * with the counting plugin, only.
 */
#ifndef BENCH_MACHINE_COUNTS_H
#define BENCH_MACHINE_COUNTS_H

#include "daxbench/trace.h"
#include "lib/err.h"

struct machine_counts;

/* -ENXIO: nobody answers. */
int machine_counts_open(struct machine_counts **ret, struct err *e);

/* All that was counted since boot. */
void machine_counts_read(struct machine_counts *m, struct dx_trace_counts *ret);

/* @ret: what was counted between @before and @after. */
void machine_counts_between(const struct dx_trace_counts *before,
			    const struct dx_trace_counts *after, struct dx_trace_counts *ret);

/* NULL is fine. */
void machine_counts_close(struct machine_counts *m);

#endif
