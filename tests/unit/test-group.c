// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a workload in a group by part of its name, and a test that is measured with the rest. */
#include "bench/group.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct dx_workload usual = { .name = "a", .groups = "default,fault,sync" };
static const struct dx_workload test = { .name = "b", .groups = "control,test" };
static const struct dx_workload lists = { .name = "c", .groups = "list", .list = DX_LIST_FILE };
static const struct dx_workload seeded = { .name = "d", .groups = "list", .list = DX_LIST_SOUP };
static const struct dx_workload none = { .name = "e", .groups = "mine" };
static const struct dx_workload bare = { .name = "f" };

Test(group, by_whole_names)
{
	cr_assert(group_has("default", &usual));
	cr_assert(group_has("sync", &usual));
	cr_assert_not(group_has("syn", &usual));
	cr_assert_not(group_has("syncs", &usual));
	cr_assert_not(group_has("default,fault", &usual));
	cr_assert_not(group_has("", &usual));
	cr_assert_not(group_has("default", &bare));
}

Test(group, full_is_what_can_be_measured)
{
	cr_assert(group_has("full", &usual));
	cr_assert(group_has("full", &none));
	cr_assert_not(group_has("full", &test));
	cr_assert_not(group_has("full", &lists));
	cr_assert_not(group_has("full", &seeded));
}

Test(group, theme_is_the_first_that_is_one)
{
	cr_assert_str_eq(group_theme(&usual), "fault");
	cr_assert_str_eq(group_theme(&test), "control");
	cr_assert_str_eq(group_theme(&none), "");
	cr_assert_str_eq(group_theme(&bare), "");
}
