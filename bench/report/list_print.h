/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The workloads as text: what `daxbench list` says. */
#ifndef BENCH_REPORT_LIST_PRINT_H
#define BENCH_REPORT_LIST_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * @list: objects with name, title, op, group, theme and params, in order. A line
 * for each under its theme's; @width: columns, 0 for as wide as needed. @verbose:
 * with operation, groups and parameters.
 */
void list_print(FILE *out, const json_t *list, unsigned int width, bool verbose);

#endif
