// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a list that loses elements when it moves, is written behind its end, or wraps. */
#include "lib/grow.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>

Test(grow, all_are_there_at_the_end)
{
	uint64_t *list = NULL;
	size_t room = 0;

	for (size_t n = 0; n < 1000; n++) {
		list = grow(list, n, &room, sizeof(*list));
		cr_assert(list);
		cr_assert_gt(room, n);
		list[n] = n;
	}
	for (size_t n = 0; n < 1000; n++)
		cr_expect_eq(list[n], n);
	free(list);
}

Test(grow, it_stays_while_there_is_room)
{
	size_t room = 0;
	char *list = grow(NULL, 0, &room, 1), *same = grow(list, 1, &room, 1);

	cr_expect_eq(same, list);
	cr_expect_eq(room, 2);
	free(same);
}

Test(grow, what_cannot_be_had_changes_nothing)
{
	size_t room = SIZE_MAX / 4;
	char list[1];

	cr_expect_eq(grow(list, room, &room, 8), NULL);
	cr_expect_eq(room, SIZE_MAX / 4);
}
