// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bootstrap of a median draws n of the n values with replacement and takes
 * the median of the draw, 2000 times; the interval is the 2.5 % and 97.5 %
 * quantiles of these medians. The values are sorted once: a draw is then a
 * count of how often each rank came, and its median is found by walking the
 * counts, so no draw is ever sorted.
 */
#include "bench/stats.h"
#include "lib/random.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define RESAMPLES 2000

static uint64_t rotate(uint64_t x, unsigned int k)
{
	return x << k | x >> (64 - k);
}

/* splitmix64 fills the state: a seed of 0 is as good as any. */
void stats_rng_seed(struct stats_rng *rng, uint64_t seed)
{
	for (size_t i = 0; i < 4; i++)
		rng->s[i] = random_next(&seed);
}

/* xoshiro256**, Blackman and Vigna, 2018. */
uint64_t stats_rng_next(struct stats_rng *rng)
{
	uint64_t *s = rng->s;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

/* Lemire's multiplication; what would favour small values is drawn again. */
uint64_t stats_rng_below(struct stats_rng *rng, uint64_t bound)
{
	uint64_t threshold = -bound % bound;

	for (;;) {
		unsigned __int128 product = (unsigned __int128)stats_rng_next(rng) * bound;

		if ((uint64_t)product >= threshold)
			return (uint64_t)(product >> 64);
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double stats_quantile_sorted(const double *sorted, size_t n, double q)
{
	double position = q * (double)(n - 1);
	size_t below = (size_t)position;
	double part = position - (double)below;

	if (below + 1 >= n)
		return sorted[n - 1];
	return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

static double *sorted_copy(const double *values, size_t n)
{
	double *copy = malloc(n * sizeof(*copy));

	if (copy) {
		memcpy(copy, values, n * sizeof(*copy));
		qsort(copy, n, sizeof(*copy), compare);
	}
	return copy;
}

int stats_median(const double *values, size_t n, double *ret)
{
	AUTO_FREE double *sorted = sorted_copy(values, n);

	if (!sorted)
		return -ENOMEM;
	*ret = stats_quantile_sorted(sorted, n, 0.5);
	return 0;
}

/* The value of rank @k (from 0) in a draw that took each sorted value counts[] times. */
static double value_of_rank(const double *sorted, const uint32_t *counts, size_t k)
{
	size_t i = 0;

	while (k >= counts[i])
		k -= counts[i++];
	return sorted[i];
}

static double median_of_draw(const double *sorted, uint32_t *counts, size_t n,
			     struct stats_rng *rng)
{
	memset(counts, 0, n * sizeof(*counts));
	for (size_t i = 0; i < n; i++)
		counts[stats_rng_below(rng, n)]++;
	return (value_of_rank(sorted, counts, (n - 1) / 2) + value_of_rank(sorted, counts, n / 2)) /
	       2;
}

static int bootstrap(const double *sorted, size_t n, uint64_t seed, struct stats_summary *ret)
{
	AUTO_FREE double *medians = malloc(RESAMPLES * sizeof(*medians));
	AUTO_FREE uint32_t *counts = malloc(n * sizeof(*counts));
	struct stats_rng rng;

	if (!medians || !counts)
		return -ENOMEM;
	stats_rng_seed(&rng, seed);
	for (size_t i = 0; i < RESAMPLES; i++)
		medians[i] = median_of_draw(sorted, counts, n, &rng);
	qsort(medians, RESAMPLES, sizeof(*medians), compare);
	ret->ci_low = stats_quantile_sorted(medians, RESAMPLES, 0.025);
	ret->ci_high = stats_quantile_sorted(medians, RESAMPLES, 0.975);
	return 0;
}

static int deviation(const double *values, size_t n, double median, double *ret)
{
	AUTO_FREE double *distance = malloc(n * sizeof(*distance));

	if (!distance)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		distance[i] = fabs(values[i] - median);
	return stats_median(distance, n, ret);
}

int stats_summarise(const double *values, size_t n, uint64_t seed, struct stats_summary *ret)
{
	AUTO_FREE double *sorted = NULL;
	struct stats_summary s;
	int r;

	if (!n)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(values[i]))
			return -EINVAL;
	sorted = sorted_copy(values, n);
	if (!sorted)
		return -ENOMEM;
	s.min = sorted[0];
	s.max = sorted[n - 1];
	s.median = stats_quantile_sorted(sorted, n, 0.5);
	s.ci_low = s.ci_high = s.median;
	s.mad = 0;
	r = s.min < s.max ? bootstrap(sorted, n, seed, &s) : 0;
	if (!r && s.min < s.max)
		r = deviation(values, n, s.median, &s.mad);
	if (!r)
		*ret = s;
	return r;
}
