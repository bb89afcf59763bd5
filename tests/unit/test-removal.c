// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records left out, one at a time. Caught is a checker that does not miss what a promise
 * depends on, one that misses what it does not, and a witness that takes the one for
 * the other: "wrong" is 0 in each of these runs.
 */
#include "checker/list/removal.h"
#include "tests/unit/recorded-fixture.h"

#include <linux/falloc.h>

TestSuite(removal, .init = start_files, .fini = end_files);

static struct removal_counts counts[REMOVAL_KINDS];

static void leave_out(uint64_t seed, uint64_t n)
{
	struct err e = { 0 };

	put_files();
	cr_assert_eq(removal_try(files.trace, files.log, seed, n, counts, &e), 0, "%s", e.what);
	for (int kind = 0; kind < REMOVAL_KINDS; kind++)
		cr_expect_eq(counts[kind].wrong, 0, "%s, record %llu",
			     removal_kind_name((enum removal_kind)kind),
			     (unsigned long long)counts[kind].first_wrong);
}

static void expect(enum removal_kind kind, uint64_t tried, uint64_t caught)
{
	cr_expect_eq(counts[kind].tried, tried, "%s: %llu tried", removal_kind_name(kind),
		     (unsigned long long)counts[kind].tried);
	cr_expect_eq(counts[kind].caught, caught, "%s: %llu caught", removal_kind_name(kind),
		     (unsigned long long)counts[kind].caught);
}

Test(removal, what_a_promise_depends_on_is_missed)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	map_store(64);
	good_sync(DX_OP_MSYNC);
	leave_out(1, 0);
	expect(REMOVAL_STORE, 2, 2);
	expect(REMOVAL_WRITE_BACK, 2, 2);
	expect(REMOVAL_FENCE, 2, 2);
}

Test(removal, what_is_done_twice_is_not)
{
	map_store(0); /* overwritten before it is promised */
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 1, DX_TRACE_CLWB);
	write_back(AT(0), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	fence(DX_TRACE_MFENCE);
	sync_end();
	leave_out(1, 0);
	expect(REMOVAL_STORE, 2, 1);
	expect(REMOVAL_WRITE_BACK, 2, 0);
	expect(REMOVAL_FENCE, 2, 0);
	cr_expect_eq(counts[REMOVAL_STORE].explained[WITNESS_OVERWRITTEN], 1);
	cr_expect_eq(counts[REMOVAL_WRITE_BACK].explained[WITNESS_TWICE], 2);
	cr_expect_eq(counts[REMOVAL_FENCE].explained[WITNESS_AGAIN], 2);
}

Test(removal, nor_what_was_never_promised)
{
	map_store(0);
	write_back(AT(0), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	leave_out(1, 0);
	expect(REMOVAL_STORE, 1, 0);
	expect(REMOVAL_WRITE_BACK, 1, 0);
	expect(REMOVAL_FENCE, 1, 0);
	cr_expect_eq(counts[REMOVAL_STORE].explained[WITNESS_NEVER_PROMISED], 1);
}

/*
 * A hole was promised to be zeros; now it has a block, and a store to it that nobody
 * synced. After a crash it may be that or zeros, but what the block held before it may not:
 * the zeros, and their fence, are needed, though the store is the newer one.
 */
Test(removal, a_byte_that_may_be_two_things_must_be_one_of_them)
{
	static const unsigned char zeros[64];
	uint64_t generation, value;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	simple(DX_OP_TRUNCATE, FILE_HANDLE, 2 * DX_PAGE, 0, 0, 0);
	begin(DX_OP_MAP, 3, FILE_HANDLE, 0, 2 * DX_PAGE, DX_MAP_READ | DX_MAP_WRITE);
	end(0x9000);
	simple(DX_OP_FALLOCATE, FILE_HANDLE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, DX_PAGE,
	       0);
	simple(DX_OP_FSYNC, FILE_HANDLE, 0, 0, 0, 0);
	extent(FILE_HANDLE, 0, 0, 0, 0, 0);
	generation = next_generation();
	value = dx_pattern64(SEED, FILE_HANDLE, 0, generation);
	begin(DX_OP_STORE, 3, 0, 8, 0, generation);
	store_nt(AT(0), zeros, sizeof(zeros));
	fence(DX_TRACE_SFENCE);
	store(AT(0), &value, 8);
	end(0);
	begin(DX_OP_MSYNC, 3, DX_PAGE, DX_PAGE, MS_SYNC, 0);
	end(0);
	extent(FILE_HANDLE, 0, 0, BLOCK, DX_PAGE, 0);
	leave_out(1, 0);
	expect(REMOVAL_STORE, 3, 2);
	expect(REMOVAL_WRITE_BACK, 1, 1);
	expect(REMOVAL_FENCE, 2, 2);
}

/* What is wrong with all records does not make a removal caught. */
Test(removal, a_run_that_loses_something_is_tried_as_well)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	sync_end();
	map_store(64);
	good_sync(DX_OP_MSYNC);
	leave_out(1, 0);
	expect(REMOVAL_STORE, 2, 2);
	expect(REMOVAL_WRITE_BACK, 1, 1);
	expect(REMOVAL_FENCE, 2, 1);
}

Test(removal, as_many_as_asked_for_by_the_seed)
{
	uint64_t first;

	for (unsigned int i = 0; i < 8; i++) {
		map_store(i * 64);
		good_sync(DX_OP_FSYNC);
	}
	leave_out(5, 6);
	first = counts[REMOVAL_STORE].tried;
	cr_expect_eq(first + counts[REMOVAL_WRITE_BACK].tried + counts[REMOVAL_FENCE].tried, 6);
	leave_out(5, 6);
	cr_expect_eq(counts[REMOVAL_STORE].tried, first);
	leave_out(5, 1000);
	expect(REMOVAL_STORE, 8, 8);
}
