/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A histogram of latencies in fixed memory: buckets of equal width inside each
 * power of two, so that any value is known to within 1/64 of itself.
 */
#ifndef BENCH_LATENCY_H
#define BENCH_LATENCY_H

#include <jansson.h>
#include <stdint.h>

struct latency;

/* Empty; free() releases it. NULL without memory. */
struct latency *latency_new(void);

void latency_add(struct latency *l, uint64_t value);

/*
 * The upper end of the bucket in which quantile @q (in (0, 1]) lies, never more
 * than the largest value added; 0 when empty.
 */
uint64_t latency_quantile(const struct latency *l, double q);

/*
 * { "count", "p50", "p90", "p99", "p99_9", "p99_99", "max", "buckets": [[upper,
 * count], ...] }, buckets that hold something only. A quantile beyond which no
 * value lies is null: p99_9 takes 1000 values. A new reference.
 */
json_t *latency_to_json(const struct latency *l);

#endif
