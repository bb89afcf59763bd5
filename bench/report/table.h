/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results as a table for people (libsmartcols), at most as wide as the terminal. */
#ifndef BENCH_REPORT_TABLE_H
#define BENCH_REPORT_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A column of the caller's: a text for each result. */
struct table_column {
	const char *title;
	char (*text)[64];
};

/*
 * One row per result of @document (a run.json): workload, fs, page (really
 * used), per op (median), 95 % interval, faults seen/expected, entries written back, @more (may
 * be NULL), status where it is not "pass" with the reason below the table. Then a line of totals
 * and the warnings of the environment. @width: columns, 0 for as wide as needed.
 */
int table_print_run(FILE *out, const json_t *document, const struct table_column *more,
		    unsigned int width, bool color);

/* One row per result that has them: what the emulator counted, per operation. */
void table_print_counts(FILE *out, const json_t *document);

/* functions_print.c: and, of those that have them, by function; @all: not only the largest. */
void table_print_functions(FILE *out, const json_t *document, bool all);

/* What a row is called: the workload and all of its parameters, "fsync-dirty pages=64". */
void table_cell_name(const json_t *cell, char *buf, size_t len);

/* A figure, not negative, of @unit "ns" or "insn": "1.23 us", "19 972". */
void table_format_figure(const char *unit, double value, char *buf, size_t len);

#endif
