/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table that is wider than the terminal: what gives way is a name, never a number. */
#ifndef BENCH_REPORT_TABLE_FIT_H
#define BENCH_REPORT_TABLE_FIT_H

#include <libsmartcols/libsmartcols.h>
#include <stdbool.h>
#include <stdio.h>

/* An empty table, for a terminal of @width columns (0: no end). NULL without memory. */
struct libscols_table *table_fit_begin(FILE *out, unsigned int width, bool color);

/*
 * Prints it. The first column is "NAME PARAMETERS". Where the table would be more than @width
 * columns, names are cut and end in "~", so that it fits; their first letters
 * and the parameters stay, and what does not fit even so goes beyond the terminal's end.
 * 0 or -errno.
 */
int table_fit_print(struct libscols_table *t, unsigned int width);

#endif
