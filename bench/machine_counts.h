/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the emulator's plugin counts (struct dx_trace_counts): asked for with a mark,
 * answered in the third NVDIMM, which guest and plugin share. In our guest, booted
 * with the counting plugin, only.
 */
#ifndef BENCH_MACHINE_COUNTS_H
#define BENCH_MACHINE_COUNTS_H

#include <jansson.h>
#include <stdbool.h>

#include "daxbench/trace.h"
#include "lib/err.h"

struct machine_counts;

/* @functions: PROFILE marks too. -ENXIO: nobody answers. */
int machine_counts_open(struct machine_counts **ret, bool functions, struct err *e);

/* All that was counted since boot. */
void machine_counts_read(struct machine_counts *m, struct dx_trace_counts *ret);

/* @ret: what was counted between @before and @after. */
void machine_counts_between(const struct dx_trace_counts *before,
			    const struct dx_trace_counts *after, struct dx_trace_counts *ret);

/* Does it tell functions apart? */
bool machine_counts_has_functions(const struct machine_counts *m);

/* From here on functions are counted anew. */
void machine_counts_begin_functions(struct machine_counts *m);

/* And to here, */
void machine_counts_end_functions(struct machine_counts *m);

/* what was executed in between, in the words of functions_describe(); @ret is the caller's. */
int machine_counts_functions(struct machine_counts *m, uint64_t ops, json_t **ret, struct err *e);

/* NULL is fine. */
void machine_counts_close(struct machine_counts *m);

#endif
