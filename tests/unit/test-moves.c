// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where bytes were before blocks moved. Catches places that no crash can show (of what an
 * insertion made, of a move that a sync has made durable), and ones that are left out.
 */
#include "checker/promise/moves.h"

#include <criterion/criterion.h>

static struct moves m;
static struct move_piece seen[16];
static size_t n_seen;

static int see(void *data, const struct move_piece *piece)
{
	cr_assert_lt(n_seen, sizeof(seen) / sizeof(seen[0]));
	seen[n_seen++] = *piece;
	return data ? *(int *)data : 0;
}

static void ask(uint64_t offset, uint64_t end)
{
	n_seen = 0;
	cr_assert_eq(moves_each(&m, offset, end, see, NULL), 0);
}

static void expect(size_t i, uint64_t now, uint64_t before, uint64_t length)
{
	cr_assert_lt(i, n_seen);
	cr_expect_eq(seen[i].now, now, "%zu: now %lu", i, (unsigned long)seen[i].now);
	cr_expect_eq(seen[i].before, before, "%zu: before %lu", i, (unsigned long)seen[i].before);
	cr_expect_eq(seen[i].length, length, "%zu: length %lu", i, (unsigned long)seen[i].length);
}

static void clear(void)
{
	m.n = n_seen = 0;
}

TestSuite(moves, .init = clear);

Test(moves, none_is_nothing)
{
	ask(0, 100);
	cr_expect_eq(n_seen, 0);
	moves_begin(&m, 30, 30, 1);
	ask(0, 100);
	cr_expect_eq(n_seen, 0);
}

Test(moves, an_insertion_made_what_lies_in_it)
{
	moves_begin(&m, 100, 150, 1);
	ask(0, 300);
	cr_assert_eq(n_seen, 1);
	expect(0, 150, 100, 150);
	ask(0, 150);
	cr_expect_eq(n_seen, 0);
	ask(160, 170);
	expect(0, 160, 110, 10);
	cr_expect_eq(seen[0].undone->began, 1);
}

Test(moves, a_collapse_brought_what_was_behind)
{
	moves_begin(&m, 150, 100, 1);
	ask(0, 300);
	cr_assert_eq(n_seen, 1);
	expect(0, 100, 150, 200);
	ask(0, 100);
	cr_expect_eq(n_seen, 0);
}

/* First 100.. to 150.., then 120.. (of them: new) to 100... */
Test(moves, are_undone_newest_first)
{
	moves_begin(&m, 100, 150, 1);
	moves_begin(&m, 120, 100, 2);
	ask(90, 200);
	cr_assert_eq(n_seen, 2);
	expect(0, 100, 120, 100);
	cr_expect_eq(seen[0].undone->began, 2);
	expect(1, 130, 100, 70); /* which are at 150 to 220 between the two */
	cr_expect_eq(seen[1].undone->began, 1);
}

Test(moves, leave_what_is_before_them_to_older_ones)
{
	moves_begin(&m, 10, 20, 1);
	moves_begin(&m, 100, 150, 2);
	ask(0, 200);
	cr_assert_eq(n_seen, 3);
	expect(0, 20, 10, 80);
	expect(1, 150, 100, 50);
	expect(2, 150, 90, 50);
}

Test(moves, are_settled_by_a_sync_that_began_after_them)
{
	moves_begin(&m, 0, 10, 1);
	moves_begin(&m, 0, 20, 5);
	moves_settle(&m, 100);
	cr_expect_eq(m.n, 2); /* neither is over */
	moves_end(&m, 1, 2);
	moves_end(&m, 5, 6);
	moves_settle(&m, 5);
	cr_assert_eq(m.n, 1);
	cr_expect_eq(m.move[0].began, 5);
	moves_settle(&m, 6);
	cr_expect_eq(m.n, 0);
}

Test(moves, end_when_one_says_so)
{
	int stop = 7;

	moves_begin(&m, 0, 10, 1);
	moves_begin(&m, 0, 10, 2);
	cr_expect_eq(moves_each(&m, 0, 100, see, &stop), 7);
	cr_expect_eq(n_seen, 1);
}

Test(moves, the_oldest_goes_when_there_is_no_room)
{
	for (uint64_t i = 1; i <= MOVES_MAX + 1; i++)
		moves_begin(&m, 0, i, i);
	cr_expect_eq(m.n, MOVES_MAX);
	cr_expect_eq(m.move[0].began, 2);
	cr_expect_eq(m.move[MOVES_MAX - 1].began, MOVES_MAX + 1);
}
