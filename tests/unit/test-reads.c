// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was read before it was written. Catches a read that is not told (a state would be
 * taken for one that was recovered), a write taken for more than it is, what an earlier
 * recovery read, and an answer that overruns its room.
 */
#include "checker/plugin/reads.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PAGE  4096ULL
#define FIRST 0x100000000ULL
#define OTHER 0x120000000ULL
#define BYTES (4 * PAGE)
#define ROOM  512U

static const struct dx_trace_range ranges[] = { { FIRST, BYTES }, { OTHER, BYTES } };
static struct reads *reads;
static struct dx_trace_range run[ROOM];

static void start(void)
{
	reads = reads_open(ranges, 2);
	cr_assert(reads);
}

static void end(void)
{
	reads_close(reads);
}

TestSuite(reads, .init = start, .fini = end);

static void expect_runs(uint64_t n, const struct dx_trace_range *want)
{
	cr_assert_eq(reads_runs(reads, run, ROOM), n);
	for (uint64_t i = 0; i < n; i++) {
		cr_expect_eq(run[i].base, want[i].base, "run %lu", (unsigned long)i);
		cr_expect_eq(run[i].size, want[i].size, "run %lu", (unsigned long)i);
	}
}

Test(reads, nothing)
{
	expect_runs(0, NULL);
}

Test(reads, lines_that_adjoin_are_one_run)
{
	reads_load(reads, FIRST + PAGE - 64, 8);
	reads_load(reads, FIRST + PAGE + 63, 1); /* in the next page */
	reads_load(reads, FIRST + PAGE + 128, 64);
	reads_load(reads, OTHER, 1);
	expect_runs(3, (struct dx_trace_range[]){ { FIRST + PAGE - 64, 128 },
						  { FIRST + PAGE + 128, 64 },
						  { OTHER, 64 } });
}

Test(reads, across_lines)
{
	reads_load(reads, FIRST + 60, 8);
	expect_runs(1, (struct dx_trace_range[]){ { FIRST, 128 } });
}

Test(reads, what_was_written_first_is_not_read)
{
	reads_store(reads, FIRST + 8, 16);
	reads_load(reads, FIRST + 8, 16);
	expect_runs(0, NULL);
	reads_load(reads, FIRST + 8, 17);
	expect_runs(1, (struct dx_trace_range[]){ { FIRST, 64 } });
}

Test(reads, a_word_written_in_part_is_not_written)
{
	reads_store(reads, FIRST + 8, 7);
	reads_load(reads, FIRST + 8, 1);
	expect_runs(1, (struct dx_trace_range[]){ { FIRST, 64 } });
}

Test(reads, written_after_it_was_read)
{
	reads_load(reads, FIRST + 200, 4);
	reads_store(reads, FIRST + 192, 64);
	expect_runs(1, (struct dx_trace_range[]){ { FIRST + 192, 64 } });
}

Test(reads, begins_anew)
{
	reads_load(reads, FIRST, 64);
	reads_store(reads, OTHER, 64);
	reads_begin(reads);
	expect_runs(0, NULL);
	reads_load(reads, OTHER, 64);
	expect_runs(1, (struct dx_trace_range[]){ { OTHER, 64 } });
}

Test(reads, elsewhere)
{
	reads_load(reads, FIRST - 64, 64);
	reads_load(reads, FIRST + BYTES, 64);
	reads_store(reads, OTHER + BYTES, 64);
	expect_runs(0, NULL);
}

/* It says how many there are, and writes no more than it may. */
Test(reads, no_room)
{
	struct dx_trace_range few[3] = { 0 };

	for (unsigned int i = 0; i < 4; i++)
		reads_load(reads, FIRST + 128 * i, 1);
	cr_expect_eq(reads_runs(reads, few, 2), 4);
	cr_expect_eq(few[1].base, FIRST + 128);
	cr_expect_eq(few[1].size, 64);
	cr_expect_eq(few[2].size, 0);
}

/* Byte by byte, of the first range. */
static struct {
	bool written[BYTES], read[BYTES / 64];
} slow;

static void slow_access(uint64_t at, uint32_t len, bool is_store)
{
	for (uint64_t b = at; b < at + len; b++) {
		uint64_t word = b & ~7ULL;

		if (!is_store && !slow.written[b])
			slow.read[b / 64] = true;
		if (is_store && word >= at && word + 8 <= at + len)
			slow.written[b] = true;
	}
}

static void expect_as_slow(void)
{
	uint64_t n = reads_runs(reads, run, ROOM), i = 0;

	cr_assert_leq(n, ROOM);
	for (uint64_t line = 0; line < BYTES / 64; line++) {
		uint64_t addr = FIRST + line * 64;
		bool found;

		while (i < n && run[i].base + run[i].size <= addr)
			i++;
		found = i < n && run[i].base <= addr;
		cr_assert_eq(found, slow.read[line], "line %lu", (unsigned long)line);
	}
}

Test(reads, as_byte_by_byte)
{
	unsigned int seed = 7;

	for (unsigned int round = 0; round < 300; round++) {
		reads_begin(reads);
		memset(&slow, 0, sizeof(slow));
		for (unsigned int k = 0; k < 40; k++) {
			bool is_store = rand_r(&seed) % 3;
			uint32_t len = 1U << rand_r(&seed) % (is_store ? 11 : 7);
			uint64_t at = (uint64_t)rand_r(&seed) % (BYTES - len);

			(is_store ? reads_store : reads_load)(reads, FIRST + at, len);
			slow_access(at, len, is_store);
		}
		expect_as_slow();
	}
}
