/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The crash states of one run, by several shards of its crash points, as those of one cell. */
#ifndef BENCH_CHECK_MERGE_STATES_H
#define BENCH_CHECK_MERGE_STATES_H

#include <jansson.h>
#include <stddef.h>

#include "lib/err.h"

/*
 * @cells: @n of them, at least one, of the same run. Counts are added, violations that are alike
 * joined (the first in time stays), and the verdict is made anew. @ret is a new reference.
 * -EINVAL: they differ in what shards have in common.
 */
int merge_states(const json_t *const cells[], size_t n, json_t **ret, struct err *e);

#endif
