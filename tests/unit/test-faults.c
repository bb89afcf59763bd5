// SPDX-License-Identifier: GPL-2.0-or-later
/* The comparison; that the counts are right is shown in the guest. */
#include "bench/faults.h"

#include <criterion/criterion.h>

Test(faults, any_matches_all)
{
	struct dx_counts want = DX_COUNTS_ANY, seen = { 1, 2, 3, 4, 5, 6 };
	char why[128];

	cr_assert(faults_match(&want, &seen, why, sizeof(why)));
	cr_assert_str_empty(why);
}

Test(faults, each_difference_is_named)
{
	struct dx_counts want = { 8, 0, DX_ANY, 0, 5, 0 }, seen = { 9, 1, 3, 0, 5, 0 };
	char why[128], short_of_room[20];

	cr_assert_not(faults_match(&want, &seen, why, sizeof(why)));
	cr_assert_str_eq(why, "pte_faults 9, expected 8; pmd_faults 1, expected 0");
	cr_assert_not(faults_match(&want, &seen, short_of_room, sizeof(short_of_room)));
}

Test(faults, lines_are_compared_where_they_were_counted)
{
	struct dx_counts want = { 0, 0, 0, 0, 0, 64 }, seen = { 0, 0, 0, 0, 0, DX_ANY };
	char why[128];

	cr_assert(faults_match(&want, &seen, why, sizeof(why)));
	seen.lines_written_back = 63;
	cr_assert_not(faults_match(&want, &seen, why, sizeof(why)));
	cr_assert_str_eq(why, "lines_written_back 63, expected 64");
}

Test(faults, some_matches_all_but_none)
{
	struct dx_counts want = { 8, 0, DX_SOME, 0, 0, 0 }, seen = { 8, 0, 3, 0, 0, 0 };
	char why[128];

	cr_assert(faults_match(&want, &seen, why, sizeof(why)));
	seen.pmd_fallbacks = 0;
	cr_assert_not(faults_match(&want, &seen, why, sizeof(why)));
	cr_assert_str_eq(why, "pmd_fallbacks 0, expected some");
}

Test(faults, page_size_is_of_what_was_seen)
{
	struct dx_counts none = { 0 }, pte = { .pte_faults = 3 }, pmd = { .pmd_faults = 1 };
	struct dx_counts both = { .pte_faults = 1, .pmd_faults = 1 };

	cr_assert_str_eq(faults_page_size(&none), "-");
	cr_assert_str_eq(faults_page_size(&pte), "4K");
	cr_assert_str_eq(faults_page_size(&pmd), "2M");
	cr_assert_str_eq(faults_page_size(&both), "mixed");
}

/* Too small a buffer loses events, and a proof with them; each has 56 bytes or less. */
Test(faults, buffer_grows_with_what_is_wanted)
{
	struct dx_counts any = DX_COUNTS_ANY, few = { .pte_faults = 100 };
	struct dx_counts many = { .pte_faults = 1000000,
				  .pmd_faults = DX_ANY,
				  .entries_written_back = 1000000 };

	cr_expect_eq(faults_buffer_kib(&any), 4096);
	cr_expect_eq(faults_buffer_kib(&few), 4096);
	cr_expect_geq(faults_buffer_kib(&many), 2000000ULL * 56 / 1024);
	cr_expect_leq(faults_buffer_kib(&many), 256 << 10, "a guest has 2 GiB");
}

Test(faults, closing_nothing_is_fine)
{
	faults_close(NULL);
}
