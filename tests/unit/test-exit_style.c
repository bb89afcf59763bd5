// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/compare/exit_style.h"

#include <criterion/criterion.h>

Test(exit_style, maps)
{
	static const struct {
		const char *style;
		int code, want;
	} rows[] = {
		{ 0, 3, 3 },
		{ "kselftest", 4, 4 },
		{ "kselftest", 3, 1 },
		{ "automake", 4, 77 },
		{ "automake", 3, 99 },
		{ "automake", 1, 1 },
		{ "bisect", 0, 0 },
		{ "bisect", 1, 1 },
		{ "bisect", 3, 125 },
		{ "bisect", 4, 125 },
		{ "bisect", 2, 128 },
		{ "bisect", 130, 130 },
		{ "kselftest", 130, 130 },
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_assert_eq(exit_style_map(rows[i].style, rows[i].code), rows[i].want, "row %u",
			     i);
	cr_assert(exit_style_known("bisect"));
	cr_assert_not(exit_style_known("junit"));
}
