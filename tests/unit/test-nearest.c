// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a suggestion that nobody meant. */
#include "lib/nearest.h"

#include <criterion/criterion.h>

Test(nearest, what_was_meant_or_nothing)
{
	const char *const names[] = { "run", "record", "probe" };

	cr_assert_str_eq(nearest("rnu", names, 3), "run");
	cr_assert_str_eq(nearest("recrod", names, 3), "record");
	cr_assert_null(nearest("xylophone", names, 3));
	cr_assert_null(nearest("anything", names, 0));
}
