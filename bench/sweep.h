/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a user writes behind "param=": a value, or many of them.
 *
 *	64		one
 *	1..100000*10	1, 10, 100, ... up to 100000: each 10 times the last
 *	1..16+5		1, 6, 11, 16: each 5 more than the last
 *	1..4		the same with +1
 *	64/4K/2M	these; each may be a range, too
 *
 * Commas are between parameters. The last value is the largest that is not above
 * the end of the range: 1..10+4 is 1, 5, 9.
 */
#ifndef BENCH_SWEEP_H
#define BENCH_SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "daxbench/workload.h"
#include "lib/err.h"

#define SWEEP_MAX 1000 /* values of one parameter */

/*
 * The values that @text asks for of parameter @p of @workload, in the order
 * given, twice the same only where it is said twice. @ret is malloc'ed. -EINVAL:
 * not a number, out of the parameter's range, a range without an end or with
 * more than SWEEP_MAX values; the hint says what would do.
 */
int sweep_parse(const char *workload, const struct dx_param *p, const char *text, uint64_t **ret,
		size_t *ret_n, struct err *e);

#endif
