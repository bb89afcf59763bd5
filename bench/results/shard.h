/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One of several shards of a check, which together do what one check would: "3/8". Things are
 * numbered from 0; shard K of N has those whose number leaves the rest K - 1 when divided by N.
 * Who starts the shards (a job array of Slurm, say) is not known here.
 */
#ifndef BENCH_RESULTS_SHARD_H
#define BENCH_RESULTS_SHARD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

#define SHARD_MAX 65535U

struct shard {
	uint32_t number, of; /* 1 <= number <= of <= SHARD_MAX; of 0: it is the whole */
};

/* "3/8". -EINVAL: anything else; @ret is untouched then. */
int shard_parse(const char *text, struct shard *ret);

/* Is thing @i of this shard? */
bool shard_has(const struct shard *s, uint64_t i);

/* How many of @n things are. */
uint64_t shard_count(const struct shard *s, uint64_t n);

/* The shard of the things that come @first things later, as they are numbered by themselves. */
struct shard shard_from(const struct shard *s, uint64_t first);

/*
 * "shard" of a document of results: {"of", "number", "by"}; by cells, which are @cells in all
 * and the first of which is number @first among those of all kernels, or by points of one cell.
 */
json_t *shard_by_cells(const struct shard *s, uint64_t first, uint64_t cells);
json_t *shard_by_points(const struct shard *s);

#endif
