// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/latency.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define SUB_BITS 6U /* 64 buckets for each power of two */
#define BUCKETS	 ((64U - SUB_BITS + 1U) << SUB_BITS)

struct latency {
	uint64_t count, max;
	uint64_t bucket[BUCKETS];
};

struct latency *latency_new(void)
{
	return calloc(1, sizeof(struct latency));
}

/* Values below 64 have a bucket each; above, the six bits behind the highest choose. */
static unsigned int bucket_of(uint64_t value)
{
	unsigned int shift;

	if (value < 1U << SUB_BITS)
		return (unsigned int)value;
	shift = 63U - (unsigned int)__builtin_clzll(value) - SUB_BITS;
	return ((shift + 1) << SUB_BITS) + (unsigned int)(value >> shift) - (1U << SUB_BITS);
}

static uint64_t upper_end(unsigned int bucket)
{
	unsigned int shift = (bucket >> SUB_BITS) - 1;
	uint64_t low;

	if (bucket < 1U << SUB_BITS)
		return bucket;
	low = (uint64_t)((bucket & ((1U << SUB_BITS) - 1)) + (1U << SUB_BITS)) << shift;
	return low + ((1ULL << shift) - 1);
}

void latency_add(struct latency *l, uint64_t value)
{
	l->bucket[bucket_of(value)]++;
	l->count++;
	if (value > l->max)
		l->max = value;
}

uint64_t latency_quantile(const struct latency *l, double q)
{
	uint64_t wanted = (uint64_t)ceil(q * (double)l->count), seen = 0;

	for (unsigned int i = 0; i < BUCKETS && l->count; i++) {
		seen += l->bucket[i];
		if (l->bucket[i] && seen >= wanted)
			return upper_end(i) < l->max ? upper_end(i) : l->max;
	}
	return l->max;
}

json_t *latency_to_json(const struct latency *l)
{
	static const struct {
		const char *name;
		double q;
	} quantiles[] = { { "p50", 0.5 },     { "p90", 0.9 },	    { "p99", 0.99 },
			  { "p99_9", 0.999 }, { "p99_99", 0.9999 }, { "max", 1 } };
	json_t *j = json_object(), *buckets = json_array();

	json_object_set_new(j, "count", json_integer((json_int_t)l->count));
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
		double q = quantiles[i].q;
		/* One value at least must lie beyond it, or it is only the maximum again. */
		bool known = l->count && (q >= 1 || (double)l->count * (1 - q) > 1 - 1e-9);

		json_object_set_new(j, quantiles[i].name,
				    known ? json_integer((json_int_t)latency_quantile(l, q))
					  : json_null());
	}
	for (unsigned int i = 0; i < BUCKETS; i++)
		if (l->bucket[i])
			json_array_append_new(buckets, json_pack("[I, I]", (json_int_t)upper_end(i),
								 (json_int_t)l->bucket[i]));
	json_object_set_new(j, "buckets", buckets);
	return j;
}
