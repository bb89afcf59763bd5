// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of all contents: that it is whole, has each once, ends at the bound that
 * the caller gave, and knows blocks that persist all or none. A list that is cut
 * off in silence, or counts what cannot be told apart, is caught here.
 */
#include "tests/unit/persist-fixture.h"

TestSuite(persist_states, .init = open_strict, .fini = close_model);

/* How many states the lines of X, Y and Z have, or an error. */
static int count_states(size_t lines, size_t max)
{
	const uint64_t addr[] = { BASE + X, BASE + Y, BASE + Z };
	unsigned char *state = NULL;
	size_t n = 0;
	int r = persist_line_states(model, addr, lines, max, &state, &n);

	free(state);
	return r ? r : (int)n;
}

Test(persist_states, nothing_in_flight_is_one_state)
{
	cr_expect_eq(count_states(3, 1), 1);
}

Test(persist_states, bounds_are_kept_exactly)
{
	store(0, X, 1);
	store(0, X1, 1);
	store(0, Y, 1);
	cr_expect_eq(count_states(2, 6), 6);
	cr_expect_eq(count_states(2, 5), -E2BIG);
	cr_expect_eq(count_states(1, 3), 3);
	cr_expect_eq(count_states(1, 2), -E2BIG);
	cr_expect_eq(count_states(1, 0), -E2BIG);
	cr_expect_eq(count_states(0, 1), -EINVAL);
}

Test(persist_states, equal_contents_count_once)
{
	for (unsigned int i = 0; i < 100; i++) {
		store(0, X, 7);
		store_nt(0, X1, 7);
		fill(0, DX_TRACE_STRING, X2, 7, 2);
	}
	/* X, then any of X2, X3; with any of X1. */
	cr_expect_eq(count_states(1, 10), 10);
	cr_expect_eq(count_states(1, 9), -E2BIG);
}

Test(persist_states, storing_what_is_there_is_no_new_state)
{
	fill(0, 0, X, 0, 8);
	fill(0, DX_TRACE_NT, Y, 0, 8);
	cr_expect_eq(count_states(2, 1), 1);
}

Test(persist_states, two_to_the_words)
{
	fill(0, DX_TRACE_NT, X, 1, 8);
	cr_expect_eq(count_states(1, 256), 256);
	fill(0, DX_TRACE_WIDE, Y, 1, 8);
	cr_expect_eq(count_states(2, 65536), 65536);
	cr_expect_eq(count_states(2, 65535), -E2BIG);
}

/* Too many to be made: that is found out without making them. */
Test(persist_states, the_bound_is_one_of_time_too)
{
	for (uint64_t i = 1; i < 500; i++)
		fill(0, DX_TRACE_NT, X, i, 24);
	cr_expect_eq(count_states(3, 1000), -E2BIG);
}

Test(persist_states, a_line_holds_what_was_durable_elsewhere)
{
	unsigned char *state;
	size_t n;

	store(0, X7, 5);
	flush(0, DX_TRACE_CLFLUSH, X, 1);
	store(0, X, 1);
	cr_assert_eq(persist_line_states(model, &(uint64_t){ BASE + 13 }, 1, 9, &state, &n), 0);
	cr_assert_eq(n, 2);
	cr_expect_eq(state[X7], 5);
	cr_expect_eq(state[LINE + X7], 5);
	cr_expect_eq(state[X] + state[LINE + X], 1);
	free(state);
}

/* ---- blocks that persist all or none ---- */

Test(persist_states, nt_of_a_run_in_a_block_is_all_or_none)
{
	open_model(PERSIST_STRICT, 512);
	fill(0, DX_TRACE_NT, X, 1, 24);
	EXPECT_STATES("0000 1111", X, X7, Y, Z);
}

Test(persist_states, blocks_end_at_their_size)
{
	open_model(PERSIST_STRICT, 512);
	fill(0, DX_TRACE_NT, 448, 1, 16);
	EXPECT_STATES("0000 0011 1100 1111", 448, 504, 512, 568);
	open_model(PERSIST_STRICT, 4096);
	fill(0, DX_TRACE_NT, 448, 1, 16);
	EXPECT_STATES("0000 1111", 448, 504, 512, 568);
}

Test(persist_states, runs_are_apart_from_one_another)
{
	open_model(PERSIST_STRICT, 4096);
	fill(0, DX_TRACE_NT, X, 1, 1);
	fill(0, DX_TRACE_NT, X1, 1, 1);
	EXPECT_STATES("00 01 10 11", X, X1);
}

Test(persist_states, of_two_runs_in_a_block_the_later_wins)
{
	open_model(PERSIST_STRICT, 512);
	fill(0, DX_TRACE_NT, X, 1, 2);
	fill(0, DX_TRACE_NT, X1, 2, 2);
	EXPECT_STATES("000 022 110 122", X, X1, X2);
}

Test(persist_states, write_back_stores_know_no_blocks)
{
	open_model(PERSIST_STRICT, 4096);
	fill(0, 0, X, 1, 2);
	fill(0, DX_TRACE_STRING, Y, 1, 2);
	EXPECT_STATES("0000 0001 0010 0011 1000 1001 1010 1011 1100 1101 1110 1111", X, X1, Y, Y1);
}

Test(persist_states, blocks_and_prefixes_together)
{
	open_model(PERSIST_STRICT, 512);
	fill(0, DX_TRACE_NT, X, 1, 16);
	store(0, X, 2);
	EXPECT_STATES("000 111 200 211", X, X1, Y);
}

Test(persist_states, more_blocks_than_the_bound_are_too_many)
{
	open_model(PERSIST_STRICT, 512);
	for (unsigned int i = 0; i < 4; i++)
		fill(0, DX_TRACE_NT, X, 1, 8);
	cr_expect_eq(count_states(1, 15), -E2BIG);
	cr_expect_eq(count_states(1, 16), 2);
	for (unsigned int i = 0; i < 30; i++)
		fill(0, DX_TRACE_NT, X, 1, 8);
	cr_expect_eq(count_states(1, SIZE_MAX), -E2BIG);
}
