/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Order statistics and a bootstrap: no assumption of a normal distribution. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>
#include <stdint.h>

struct stats_summary {
	double median;
	double ci_low, ci_high; /* 95 % interval of the median, percentile bootstrap */
	double mad;		/* median absolute deviation, not scaled */
	double min, max;
};

/* Quantile @q in [0, 1] of @n > 0 sorted values: linear interpolation (R's type 7). */
double stats_quantile_sorted(const double *sorted, size_t n, double q);

/* Median of @n > 0 values in any order. Returns 0 or -ENOMEM. */
int stats_median(const double *values, size_t n, double *ret);

/*
 * Summary of @n > 0 finite values. The bootstrap draws 2000 resamples with a
 * generator seeded by @seed: the same input gives the same interval to the
 * last digit. All values equal: the interval is that value. Returns 0,
 * -EINVAL (n = 0, a value that is not finite) or -ENOMEM.
 */
int stats_summarise(const double *values, size_t n, uint64_t seed, struct stats_summary *ret);

/* The generator, for whoever else needs repeatable chance: xoshiro256**, seeded by splitmix64. */
struct stats_rng {
	uint64_t s[4];
};
void stats_rng_seed(struct stats_rng *rng, uint64_t seed);
uint64_t stats_rng_next(struct stats_rng *rng);
/* Uniform in [0, bound), bound > 0, without bias. */
uint64_t stats_rng_below(struct stats_rng *rng, uint64_t bound);

#endif
