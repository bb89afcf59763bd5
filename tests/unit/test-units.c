// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/units.h"

#include <criterion/criterion.h>
#include <errno.h>

static uint64_t size(const char *text)
{
	uint64_t v = 0;

	cr_assert_eq(units_parse_size(text, &v), 0, "%s", text);
	return v;
}

Test(units, sizes)
{
	cr_assert_eq(size("0"), 0);
	cr_assert_eq(size("4096"), 4096);
	cr_assert_eq(size("0x1000"), 4096);
	cr_assert_eq(size("4K"), 4096);
	cr_assert_eq(size("2MiB"), 2 << 20);
	cr_assert_eq(size("1gB"), 1 << 30);
	cr_assert_eq(size("100B"), 100);
	cr_assert_eq(size("18446744073709551615"), UINT64_MAX);
}

Test(units, what_is_no_size)
{
	static const char *const bad[] = { "", "K", "-1", "4KK", "4 K", "1.5M", "4Kx", "0x", " 4" };
	uint64_t v = 77;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(units_parse_size(bad[i], &v), -EINVAL, "\"%s\"", bad[i]);
	cr_assert_eq(units_parse_size("18446744073709551616", &v), -ERANGE);
	cr_assert_eq(units_parse_size("17179869184G", &v), -ERANGE);
	cr_assert_eq(v, 77, "untouched on failure");
}

Test(units, counts_and_times)
{
	uint64_t v;

	cr_assert_eq(units_parse_count("1K", &v), -EINVAL);
	cr_assert_eq(units_parse_count("12", &v), 0);
	cr_assert_eq(v, 12);
	cr_assert_eq(units_parse_ms("250ms", &v), 0);
	cr_assert_eq(v, 250);
	cr_assert_eq(units_parse_ms("2m", &v), 0);
	cr_assert_eq(v, 120000);
	cr_assert_eq(units_parse_ms("90", &v), 0);
	cr_assert_eq(v, 90000);
	cr_assert_eq(units_parse_ms("1d", &v), -EINVAL);
	cr_assert_eq(units_parse_ms("18446744073709551615h", &v), -ERANGE);
}

Test(units, printing)
{
	char buf[32];

	cr_assert_str_eq(units_format_size(2 << 20, buf, sizeof(buf)), "2M");
	cr_assert_str_eq(units_format_size(4097, buf, sizeof(buf)), "4097");
	cr_assert_str_eq(units_format_size(0, buf, sizeof(buf)), "0");
	cr_assert_str_eq(units_format_ns(1.234, buf, sizeof(buf)), "1.23 ns");
	cr_assert_str_eq(units_format_ns(999.4, buf, sizeof(buf)), "999 ns");
	cr_assert_str_eq(units_format_ns(999.6, buf, sizeof(buf)), "1.00 us");
	cr_assert_str_eq(units_format_ns(45600000, buf, sizeof(buf)), "45.6 ms");
	cr_assert_str_eq(units_format_ns(3e12, buf, sizeof(buf)), "3000 s");
}
