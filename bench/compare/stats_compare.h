/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two groups of figures: by which factor do they differ, and how sure is that?
 * No assumption of a normal distribution, and an answer for as few as four on a side.
 */
#ifndef BENCH_COMPARE_STATS_COMPARE_H
#define BENCH_COMPARE_STATS_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

/* More in a group are not looked at. */
#define STATS_COMPARE_MAX 128

struct stats_ratio {
	double ratio;	  /* of b to a: Hodges-Lehmann */
	double low, high; /* of it, 95 % */
	double low90, high90;
	double p;	 /* two-sided, of no difference: Mann-Whitney */
	bool interval;	 /* low and high are known; else there is too little for 95 % */
	bool interval90; /* the same for 90 % */
};

/*
 * @n and @m figures, 1 to STATS_COMPARE_MAX of each. -EINVAL: not so many, or one that is
 * not above 0 and finite; -ENOMEM.
 */
int stats_ratio(const double *a, size_t n, const double *b, size_t m, struct stats_ratio *ret);

/*
 * Two one-sided tests at 5 %: is the ratio shown to lie within 1 / (1 + @share) and
 * 1 + @share?
 */
bool stats_equivalent(const struct stats_ratio *r, double share);

/*
 * The largest c such that a Mann-Whitney U of groups without ties is below c with a
 * probability of at most @alpha / 2: of the sorted pairwise differences the c-th from
 * either end are the interval's. 0: there is none at this level.
 */
size_t stats_mann_whitney_cut(size_t n, size_t m, double alpha);

#endif
