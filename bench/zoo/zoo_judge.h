/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who has seen something in the results of a check or a run: a function of the document alone. */
#ifndef BENCH_ZOO_ZOO_JUDGE_H
#define BENCH_ZOO_ZOO_JUDGE_H

#include <jansson.h>

#include "bench/zoo/mutants.h"

struct zoo_findings {
	unsigned int seen[ZOO_DETECTORS]; /* violations, cells or ends of a guest; 0: none */
	char first[ZOO_DETECTORS][96];	  /* "ext4 pte-store-after-msync": the first cell of each */
	unsigned int cells;		  /* that came to a verdict, */
	unsigned int failed;		  /* and that did not, for no reason that is a finding */
	char reason[256];		  /* of the first of these */
};

/*
 * What is known of stock kernels (tests/known) is nothing. A cell that failed as its guest's
 * kernel did is ZOO_KERNEL; so is no cell at all, then.
 */
struct zoo_findings zoo_judge(const json_t *document);

/* Did any detector see something? */
bool zoo_found(const struct zoo_findings *f);

/* Adds what @more has to @f, for several commands on one mutant. */
void zoo_add(struct zoo_findings *f, const struct zoo_findings *more);

#endif
