/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a check found on one side and not on the other. A finding is what was lost, of which
 * file, by whose promise: not at which event, nor in how many states, which differ
 * between kernels that are equally right or wrong.
 */
#ifndef BENCH_COMPARE_COMPARE_FINDINGS_H
#define BENCH_COMPARE_COMPARE_FINDINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "bench/compare/compare.h"

struct compare_finding {
	char name[200]; /* "file0: not written back, promised by msync"; any character */
	size_t n[2];	/* how often on each side */
};

struct compare_findings {
	struct compare_finding *item; /* in the order of names */
	size_t n;
};

/* Those of which one side has none. -ENOMEM. compare_findings_release() frees @ret. */
int compare_findings(const struct compare_row *row, struct compare_findings *ret);
void compare_findings_release(struct compare_findings *f);

/* compare_judge() of a row of two checks: same findings or others. 0 or -ENOMEM. */
int compare_judge_findings(struct compare_row *row);

/* An array of { finding, sides: [n, n] }. */
json_t *compare_findings_to_json(const struct compare_row *row);

/* A line for each, below its row's name. */
void compare_findings_print(FILE *out, const struct compare_row *row);

#endif
