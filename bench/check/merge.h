/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shards of a check (results/shard.h) put together: a function of their documents. What comes of
 * all shards is what the check without --shard would have given: the same cells and verdicts in
 * the same order; of crash points the same violations, and counts that are sums. "unique" and
 * "outcomes" are at most so many then: what two shards recovered, both have counted.
 */
#ifndef BENCH_CHECK_MERGE_H
#define BENCH_CHECK_MERGE_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/results/results_read.h"

struct merged {
	json_t *cells;	 /* in the order of the plan */
	json_t *command; /* of the shards, without --shard and --output */
	json_t *note;	 /* "merged" of the document */
};

/*
 * @n files, at least one, in any order. -EINVAL: one is no shard, is one of something else than
 * the first, or the same as another; -ENODATA: some are missing, or not whole, and @partial does
 * not say that this is well; -EBADMSG: one contradicts itself. Errors name the file. @ret is
 * released by the caller, and is empty after a failure.
 */
int merge_shards(const struct results_file *files, size_t n, bool partial, struct merged *ret,
		 struct err *e);

/* Zeroed is fine. */
void merged_release(struct merged *m);

#endif
