/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A comparison for people, and as JSON. */
#ifndef BENCH_COMPARE_COMPARE_PRINT_H
#define BENCH_COMPARE_COMPARE_PRINT_H

#include <stdio.h>

#include "bench/compare/compare.h"

/*
 * Who is compared with whom, a row each, what there is to say of single rows, totals.
 * A figure of a kernel that did something else than the workload declares ends in "!".
 * @width: columns, 0 for as wide as needed. Returns 0 or a negative errno.
 */
int compare_print(FILE *out, const struct comparison *c, const struct compare_options *o,
		  unsigned int width, bool color);

struct cost_model;

/* compare_json.c: an object of "comparisons" in a document of schema "daxbench-compare-1". */
json_t *compare_to_json(const struct comparison *c, const struct cost_model *m);

/* A side as it stands in the document's "sides". */
json_t *compare_side_to_json(const struct compare_side *side);

/* @comparisons and @sides are stolen. NULL without memory. */
json_t *compare_document(json_t *command, const struct compare_options *o, json_t *sides,
			 json_t *comparisons);

#endif
