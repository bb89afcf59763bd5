/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stores of a program that no flush followed, as a member of its cell, and as text. */
#ifndef BENCH_CHECK_UNFLUSHED_REPORT_H
#define BENCH_CHECK_UNFLUSHED_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "bench/check/attribution.h"
#include "checker/lines/unflushed.h"

/*
 * Adds "unflushed" to "check" of @cell, an entry for each place in the code, in the order in
 * which they first stored: [{ "class": "never flushed", "missing": "write-back"|"fence",
 * "where", "ip", "event", "lines", "bytes" }]. It changes no status.
 */
int unflushed_report_add(const char *trace, const struct oplog *log, enum persist_mode rules,
			 const struct attribution *a, json_t *cell, struct err *e);

/* UNFLUSHED_SHOWN of each cell that has any, the most lines first; @verbose: all. */
#define UNFLUSHED_SHOWN 10
void unflushed_print(FILE *out, const json_t *results, bool verbose);

#endif
