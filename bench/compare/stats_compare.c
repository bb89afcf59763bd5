// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The groups are taken to have the same shape on a logarithmic scale, one shifted
 * against the other: a slower machine is slower by a factor. The shift that fits best
 * is the median of all pairwise differences (Hodges and Lehmann, 1963). Its interval
 * holds the shifts that a Mann-Whitney test would not reject, and ends at one of those
 * differences: which one the distribution of U says. That is counted out for small
 * groups, and taken for normal for large ones.
 *
 * U's distribution without a difference: among all choices of n ranks of n + m, how
 * many have which sum. choices[k][s] counts the sets of k ranks so far with the sum s.
 */
#include "bench/compare/stats_compare.h"
#include "bench/stats.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MAX 24 /* of a group: beyond, the normal distribution is as good */

/* ---- the distribution of U ---- */

/* Adds rank @rank to the ranks that could be chosen. */
static void allow_rank(double *choices, size_t n, size_t sums, size_t rank)
{
	for (size_t k = n; k > 0; k--)
		for (size_t s = sums - 1; s >= rank; s--)
			choices[k * sums + s] += choices[(k - 1) * sums + s - rank];
}

/* @ret, malloc'ed: how often each U, 0 to n * m, comes, in @ret_all choices. */
static int count_u(size_t n, size_t m, double **ret, double *ret_all)
{
	size_t least = n * (n + 1) / 2, sums = least + n * m + 1;
	AUTO_FREE double *choices = calloc((n + 1) * sums, sizeof(*choices));
	double *u = calloc(n * m + 1, sizeof(*u));

	if (!choices || !u) {
		free(u);
		return -ENOMEM;
	}
	choices[0] = 1;
	for (size_t rank = 1; rank <= n + m; rank++)
		allow_rank(choices, n, sums, rank);
	*ret_all = 0;
	for (size_t i = 0; i <= n * m; i++) {
		u[i] = choices[n * sums + least + i];
		*ret_all += u[i];
	}
	*ret = u;
	return 0;
}

static double deviation_of_u(size_t n, size_t m)
{
	return sqrt((double)n * (double)m * (double)(n + m + 1) / 12);
}

/* The upper tail of the normal distribution, and the point that leaves @p of it above. */
static double normal_tail(double z)
{
	return erfc(z / sqrt(2)) / 2;
}

static double normal_point(double p)
{
	double low = 0, high = 40;

	for (int i = 0; i < 100; i++) {
		double middle = (low + high) / 2;

		if (normal_tail(middle) > p)
			low = middle;
		else
			high = middle;
	}
	return high;
}

size_t stats_mann_whitney_cut(size_t n, size_t m, double alpha)
{
	AUTO_FREE double *u = NULL;
	double all, sum = 0, cut;
	size_t c = 0;

	if (n > EXACT_MAX || m > EXACT_MAX) {
		cut = (double)n * (double)m / 2 - normal_point(alpha / 2) * deviation_of_u(n, m);
		return cut > 0 ? (size_t)cut : 0;
	}
	if (count_u(n, m, &u, &all))
		return 0;
	for (; c <= n * m && (sum += u[c]) <= alpha / 2 * all; c++)
		;
	return c;
}

/* ---- the test ---- */

/* U of @b: pairs in which it is larger, ties as halves; and the ties' term of its variance. */
static double u_of(const double *a, size_t n, const double *b, size_t m, double *ret_ties)
{
	double u = 0, all = (double)(n + m), ties = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			u += b[k] > a[i] ? 1 : b[k] == a[i] ? 0.5 : 0;
	/* The sum of t^3 - t over groups of t equal values, each value adding its share of it. */
	for (size_t i = 0; i < n + m; i++) {
		double value = i < n ? a[i] : b[i - n], t = 0;

		for (size_t k = 0; k < n + m; k++)
			t += value == (k < n ? a[k] : b[k - n]);
		ties += t * t - 1;
	}
	*ret_ties = all > 1 ? ties / (all * (all - 1)) : 0;
	return u;
}

static double p_exact(size_t n, size_t m, double u)
{
	AUTO_FREE double *count = NULL;
	double all, sum = 0, least = fmin(u, (double)n * (double)m - u);

	if (count_u(n, m, &count, &all))
		return 1;
	for (size_t i = 0; (double)i <= least; i++)
		sum += count[i];
	return fmin(1, 2 * sum / all);
}

/* With a correction for continuity, and for ties. */
static double p_normal(size_t n, size_t m, double u, double ties)
{
	double nm = (double)n * (double)m;
	double deviation = sqrt(nm / 12 * ((double)(n + m + 1) - ties));

	if (!(deviation > 0))
		return 1;
	return fmin(1, 2 * normal_tail((fabs(u - nm / 2) - 0.5) / deviation));
}

static double p_value(const double *a, size_t n, const double *b, size_t m)
{
	double ties, u = u_of(a, n, b, m, &ties);

	if (ties > 0 || n > EXACT_MAX || m > EXACT_MAX)
		return p_normal(n, m, u, ties);
	return p_exact(n, m, u);
}

/* ---- the shift and its interval ---- */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool is_fit(const double *values, size_t n)
{
	if (!n || n > STATS_COMPARE_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(values[i]) || !(values[i] > 0))
			return false;
	return true;
}

static bool interval(const double *shifts, size_t pairs, size_t cut, double *low, double *high)
{
	if (!cut)
		return false;
	*low = exp(shifts[cut - 1]);
	*high = exp(shifts[pairs - cut]);
	return true;
}

int stats_ratio(const double *a, size_t n, const double *b, size_t m, struct stats_ratio *ret)
{
	AUTO_FREE double *shifts = NULL;

	memset(ret, 0, sizeof(*ret));
	if (!is_fit(a, n) || !is_fit(b, m))
		return -EINVAL;
	shifts = malloc(n * m * sizeof(*shifts));
	if (!shifts)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			shifts[i * m + k] = log(b[k]) - log(a[i]);
	qsort(shifts, n * m, sizeof(*shifts), compare);
	ret->ratio = exp(stats_quantile_sorted(shifts, n * m, 0.5));
	ret->interval = interval(shifts, n * m, stats_mann_whitney_cut(n, m, 0.05), &ret->low,
				 &ret->high);
	ret->interval90 = interval(shifts, n * m, stats_mann_whitney_cut(n, m, 0.10), &ret->low90,
				   &ret->high90);
	ret->p = p_value(a, n, b, m);
	return 0;
}

bool stats_equivalent(const struct stats_ratio *r, double share)
{
	return r->interval90 && r->low90 * (1 + share) > 1 && r->high90 < 1 + share;
}
