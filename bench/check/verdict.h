/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verdict as members of a cell of results, and a cell's verdict as text. */
#ifndef BENCH_CHECK_VERDICT_H
#define BENCH_CHECK_VERDICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/check/attribution.h"
#include "checker/lines/judge.h"
#include "checker/list/removal.h"

/* Fills "status", "reason", "check", "violations" of @cell. 0 or -ENOMEM. */
int verdict_to_json(const struct verdict *v, const struct attribution *a, json_t *cell);

/* Adds what became of traces with a record left out; a checker that is wrong is an error. */
int verdict_add_removals(const struct removal_counts counts[REMOVAL_KINDS], json_t *cell);

/* A table of the check cells in a document of results, then their violations. */
struct verdict_view {
	bool verbose; /* all violations, with stacks */
	bool cost;    /* what each cell cost (cost.h) */
	bool color;
};
void verdict_print(FILE *out, const json_t *document, const struct verdict_view *view);

/* One violation of @cell as that does; @verbose: with call stacks. */
void verdict_print_violation(FILE *out, const json_t *cell, const json_t *v, bool verbose);

#endif
