/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it cost to keep the promises: cache lines written back that had nothing
 * new or were on their way already, fences that had nothing to drain, and the
 * code that did so.
 */
#ifndef BENCH_CHECK_COST_H
#define BENCH_CHECK_COST_H

#include <jansson.h>
#include <stdio.h>

#include "bench/check/attribution.h"

/*
 * The places in the code that did anything in vain, the worst first, COST_PLACES
 * at most: [{ "kind": "fence"|"write-back", "events", "clean", "twice", "site" }].
 * One place reached by one call is one entry, whatever lies between on the stack;
 * its site is the first of them. NULL: no memory.
 */
#define COST_PLACES 10
json_t *cost_describe(const struct linecheck *lc, const struct attribution *a);

/* The cost of each judged cell of a document's "results", as text of 80 columns. */
void cost_print(FILE *out, const json_t *results);

#endif
