// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches an end left out or gone past, a range that never ends, a value out of its parameter. */
#include "bench/sweep.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct dx_param pages = { "pages", "pages", 64, 1, 100000, "" };
static const struct dx_param size = { "size", "bytes", 4096, 4096, 64 << 20, "" };
static const struct dx_param from_0 = { "omit", "kind", 0, 0, UINT64_MAX, "" };
static struct err e;

/* The values as "1 10 100", or the error. */
static const char *values_of(const struct dx_param *p, const char *text)
{
	static char buf[400];
	uint64_t *values;
	size_t n, used = 0;

	if (sweep_parse("w", p, text, &values, &n, &e))
		return e.what;
	buf[0] = '\0';
	for (size_t i = 0; i < n && used < sizeof(buf); i++)
		used += (size_t)snprintf(buf + used, sizeof(buf) - used, "%s%llu", i ? " " : "",
					 (unsigned long long)values[i]);
	free(values);
	return buf;
}

static const struct {
	const struct dx_param *param;
	const char *text, *values;
} good[] = {
	{ &pages, "64", "64" },
	{ &pages, "1..100000*10", "1 10 100 1000 10000 100000" },
	{ &pages, "1..99999*10", "1 10 100 1000 10000" },
	{ &pages, "1..16+5", "1 6 11 16" },
	{ &pages, "1..10+4", "1 5 9" },
	{ &pages, "1..4", "1 2 3 4" },
	{ &pages, "3..3*2", "3" },
	{ &pages, "3..4+100", "3" },
	{ &pages, "0x10..0x20*2", "16 32" },
	{ &pages, "1/10/100", "1 10 100" },
	{ &pages, "7/1..4*2/7", "7 1 2 4 7" },
	{ &size, "64K/4K/2M", "65536 4096 2097152" },
	{ &size, "4K..16K+4K", "4096 8192 12288 16384" },
	{ &size, "4K..2M*32", "4096 131072" },
	{ &from_0, "0..2", "0 1 2" },
	{ &from_0, "1..18446744073709551615*4294967296", "1 4294967296" },
	{ &from_0, "18446744073709551614..18446744073709551615+2", "18446744073709551614" },
};

Test(sweep, values)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		cr_expect_str_eq(values_of(good[i].param, good[i].text), good[i].values, "%s: %s",
				 good[i].text, values_of(good[i].param, good[i].text));
}

static const struct {
	const struct dx_param *param;
	const char *text, *what, *hint;
} bad[] = {
	{ &pages, "", "is not a number", "want 1 to 100000 pages" },
	{ &pages, "1/", "is not a number", "want 1 to" },
	{ &pages, "0..10", "pages=0: is out of range", "want 1 to" },
	{ &pages, "1..100001*10", "pages=100001: is out of range", "want 1 to 100000 pages" },
	{ &pages, "1..2K*2", "pages=2K: is not a number", "" },
	{ &pages, "10..1*10", "10..1 ends before it begins", "1..10" },
	{ &pages, "1..10*1", "\"*1\" gets nowhere", "factor of 2" },
	{ &pages, "1..10*0", "\"*0\" gets nowhere", "factor of 2" },
	{ &pages, "1..10+0", "\"+0\" gets nowhere", "step of 1" },
	{ &pages, "1..10*-2", "\"*-2\" is no step", "FROM..TO" },
	{ &pages, "1..10*", "\"*\" is no step", "FROM..TO" },
	{ &pages, "1..10+2+3", "\"+2+3\" is no step", "FROM..TO" },
	{ &pages, "1..10*2K", "\"*2K\" is no step", "" },
	{ &pages, "10..1-1", "pages=1-1: is not a number", "" },
	{ &pages, "-1..4", "pages=-1: is not a number", "" },
	{ &pages, "..4", "pages=: is not a number", "" },
	{ &pages, "1..", "pages=: is not a number", "" },
	{ &pages, "1...4", "pages=.4: is not a number", "" },
	{ &pages, "1..2..3", "pages=2..3: is not a number", "" },
	{ &pages, "1..99999999999999999999", "is out of range", "want 1 to" },
	{ &pages, "1..100000", "more than 1000 values", "larger steps" },
	{ &size, "4K..2M*2K", "\"*2K\" is no step", "" },
	{ &from_0, "0..8*2", "0 times 2 is 0 again", "begin with 1" },
};

Test(sweep, errors_say_what_would_do)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t *values;
		size_t n;

		e.hint[0] = '\0';
		cr_assert_eq(sweep_parse("w", bad[i].param, bad[i].text, &values, &n, &e), -EINVAL,
			     "%s", bad[i].text);
		cr_expect_str_eq(e.object, "w");
		cr_expect(strstr(e.what, bad[i].what), "%s: %s", bad[i].text, e.what);
		cr_expect(strstr(e.hint, bad[i].hint), "%s: %s", bad[i].text, e.hint);
	}
}

Test(sweep, as_many_as_there_may_be)
{
	uint64_t *values;
	size_t n;

	cr_assert_eq(sweep_parse("w", &pages, "1..1000", &values, &n, &e), 0);
	cr_assert_eq(n, SWEEP_MAX);
	cr_assert_eq(values[n - 1], 1000);
	free(values);
	cr_assert_eq(sweep_parse("w", &pages, "1..1000/1", &values, &n, &e), -EINVAL);
}
