/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which operations directly followed which, over one list or many: how much of
 * what could happen did. fallocate, rename and msync count by their modes.
 */
#ifndef CHECKER_GEN_COVERAGE_H
#define CHECKER_GEN_COVERAGE_H

#include <stdbool.h>

#include "checker/list/oplist.h"

#define COVERAGE_LETTERS (DX_OP_COUNT + 32)

/* Zeroed: nothing was seen. */
struct coverage {
	uint64_t lists, operations;
	bool occurs[COVERAGE_LETTERS], follows[COVERAGE_LETTERS][COVERAGE_LETTERS];
};

void coverage_add(struct coverage *c, const struct oplist *list);

/* Different pairs that were seen, of all that the operations seen could form. */
void coverage_count(const struct coverage *c, size_t *ret_seen, size_t *ret_possible);

#endif
