// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a recovery has read, as a guest tells it. Caught are a line that is lost between two
 * runs, one that is found in a gap, and runs that no plugin makes, which are refused.
 */
#include "checker/states/read_set.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#define LINES 64U

static struct read_set *make(const struct dx_trace_range *run, size_t n)
{
	struct read_set *s = NULL;
	struct err e;

	cr_assert_eq(read_set_make(&s, run, n, &e), 0);
	return s;
}

Test(read_set, lines_of_runs_and_no_others)
{
	const struct dx_trace_range run[] = { { 64, 64 }, { 256, 128 }, { 1 << 20, 4096 } };
	struct read_set *s = make(run, 3);

	cr_expect(!read_set_has(s, 0));
	cr_expect(read_set_has(s, 64));
	cr_expect(!read_set_has(s, 128));
	cr_expect(!read_set_has(s, 192));
	cr_expect(read_set_has(s, 256));
	cr_expect(read_set_has(s, 320));
	cr_expect(!read_set_has(s, 384));
	cr_expect(read_set_has(s, (1 << 20) + 4032));
	cr_expect(!read_set_has(s, (1 << 20) + 4096));
	read_set_free(s);
}

Test(read_set, of_nothing)
{
	struct read_set *s = make(NULL, 0), *both = read_set_join(s, s);

	cr_assert(both);
	cr_expect(!read_set_has(both, 0));
	read_set_free(both);
	read_set_free(s);
	read_set_free(NULL);
}

static void expect_refused(const struct dx_trace_range *run, size_t n)
{
	struct read_set *s = NULL;
	struct err e;

	cr_expect_eq(read_set_make(&s, run, n, &e), -EBADMSG);
	cr_expect_null(s);
}

Test(read_set, what_no_plugin_says_is_refused)
{
	expect_refused((struct dx_trace_range[]){ { 8, 64 } }, 1);
	expect_refused((struct dx_trace_range[]){ { 64, 8 } }, 1);
	expect_refused((struct dx_trace_range[]){ { 64, 0 } }, 1);
	expect_refused((struct dx_trace_range[]){ { 128, 64 }, { 0, 64 } }, 2);
	expect_refused((struct dx_trace_range[]){ { 0, 128 }, { 64, 64 } }, 2);
	expect_refused((struct dx_trace_range[]){ { 0, 64 }, { 64, 64 } }, 2);
	expect_refused((struct dx_trace_range[]){ { UINT64_MAX - 63, 128 } }, 1);
}

/* Each line that @bits have. */
static struct read_set *of_bits(uint64_t bits)
{
	struct dx_trace_range run[LINES];
	size_t n = 0;

	for (unsigned int i = 0; i < LINES; i++) {
		if (!(bits >> i & 1))
			continue;
		if (i && bits >> (i - 1) & 1)
			run[n - 1].size += DX_TRACE_LINE;
		else
			run[n++] = (struct dx_trace_range){ i * DX_TRACE_LINE, DX_TRACE_LINE };
	}
	return make(run, n);
}

Test(read_set, joined)
{
	unsigned int seed = 3;

	for (unsigned int k = 0; k < 500; k++) {
		uint64_t a = (uint64_t)rand_r(&seed) << 33 ^ (uint64_t)rand_r(&seed) << 3,
			 b = (uint64_t)rand_r(&seed) << 33 ^ (uint64_t)rand_r(&seed);
		struct read_set *x = of_bits(a), *y = of_bits(b), *both = read_set_join(x, y);
		const struct dx_trace_range *run;
		size_t n;

		cr_assert(both);
		for (unsigned int i = 0; i < LINES; i++)
			cr_assert_eq(read_set_has(both, i * DX_TRACE_LINE), (a | b) >> i & 1);
		n = read_set_runs(both, &run);
		for (size_t i = 1; i < n; i++)
			cr_assert_gt(run[i].base, run[i - 1].base + run[i - 1].size);
		read_set_free(x);
		read_set_free(y);
		read_set_free(both);
	}
}
