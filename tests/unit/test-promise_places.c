// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose place on the medium is known after which call, and by what mappings a
 * promise came about. Catches a checker that takes a program's flush for a sync of
 * the file's extents, or a hole that was stored to for one; and one that no longer
 * sees bytes that really moved.
 */
#include "tests/unit/checker-fixture.h"

#include <errno.h>

TestSuite(promise_places, .init = start_run, .fini = end_run);

static const struct linecheck_violation *v;

#define ELSEWHERE (9 * DX_PAGE)

/* The file gets a second page, written and synced, behind the first. */
static void add_page(void)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, FILE_HANDLE, DX_PAGE, generation);

	begin(DX_OP_WRITE, FILE_HANDLE, DX_PAGE, 8, 0, generation);
	store_nt(AT(DX_PAGE), &value, 8);
	end(8);
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, BLOCK, 2 * DX_PAGE, 0);
}

/* What FIEMAP says: the second page lies where nothing of it is. */
static void tell_of_a_move(void)
{
	extent(FILE_HANDLE, 0, 0, BLOCK, DX_PAGE, 0);
	extent(FILE_HANDLE, 1, DX_PAGE, ELSEWHERE, DX_PAGE, 0);
}

static void flush_and_drain(void)
{
	map_store(0);
	begin(DX_OP_FLUSH, MAP_HANDLE, 0, 8, DX_CLWB, 0);
	write_back(AT(0), 1, DX_TRACE_CLWB);
	end(0);
	begin(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	fence(DX_TRACE_SFENCE);
	end(0);
	tell_of_a_move();
}

Test(promise_places, a_drain_says_nothing_of_pages_that_were_not_flushed)
{
	add_page();
	flush_and_drain();
	cr_expect_eq(judge(&v), 0);
	cr_expect_eq(linecheck_counts(lc)->unplaced_bytes, 0);
}

Test(promise_places, a_sync_does)
{
	add_page();
	flush_and_drain();
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	end(0);
	tell_of_a_move();
	cr_assert_eq(judge(&v), 1);
	cr_expect_eq(v[0].offset, DX_PAGE);
	cr_expect_eq(v[0].promise->rec->op, DX_OP_FSYNC);
}

/* msync() of the first page has all of the file's extents durable, and so what they lead to. */
Test(promise_places, so_does_an_msync_of_another_page)
{
	add_page();
	map_store(0);
	sync_begin(DX_OP_MSYNC);
	write_back(AT(0), 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	end(0);
	tell_of_a_move();
	cr_assert_eq(judge(&v), 1);
	cr_expect_eq(v[0].offset, DX_PAGE);
}

/* A hole, then a store to it. */
static void fill_hole(void)
{
	/* A write that failed: so there is a page to be a hole. */
	begin(DX_OP_WRITE, FILE_HANDLE, 64, 8, 0, next_generation());
	end(-ENOSPC);
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, 0, 0, 0);
	map_store(0);
}

Test(promise_places, what_was_a_hole_lies_nobody_knows_where)
{
	fill_hole();
	sync_begin(DX_OP_SYNC);
	write_back(AT(0), 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, -EBADF, 0, 0, 0, 0);
	cr_expect_eq(judge(&v), 0);
	cr_expect_eq(linecheck_counts(lc)->unplaced_bytes, DX_PAGE);
}

Test(promise_places, until_it_is_told)
{
	fill_hole();
	good_sync(DX_OP_SYNC);
	cr_expect_eq(judge(&v), 0);
	cr_expect_eq(linecheck_counts(lc)->unplaced_bytes, 0);
}

Test(promise_places, a_hole_where_bytes_were_promised_is_found)
{
	fill_hole();
	sync_begin(DX_OP_SYNC);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, 0, 0, 0);
	cr_assert_eq(judge(&v), 1);
	cr_expect_eq(v[0].fault, LINECHECK_HOLE);
}

/* ---- write faults without a store ---- */

#define VIEW_FILE 3U
#define VIEW_MAP  4U

/* The page is on the medium, and shared with another file. Then a write fault may copy it. */
static void share_page(void)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	open_file(VIEW_FILE, "other", O_RDWR | O_CREAT);
	begin(DX_OP_REFLINK, VIEW_FILE, FILE_HANDLE, 0, 0, DX_PAGE);
	end(0);
}

/* By the other file's owner, where both files lay. */
static void store_to_the_shared_block(void)
{
	static const uint64_t foreign = 0x1122334455667788;

	store(AT(0), &foreign, sizeof(foreign));
}

static void populate(uint64_t write)
{
	begin(DX_OP_POPULATE, MAP_HANDLE, 0, DX_PAGE, write, 0);
	end(0);
}

Test(promise_places, a_populate_for_reading_leaves_shared_blocks_where_they_are)
{
	share_page();
	populate(0);
	store_to_the_shared_block();
	cr_assert_eq(judge(&v), 1);
	cr_expect_eq(v[0].fault, LINECHECK_FOREIGN_STORE);
}

Test(promise_places, a_populate_for_writing_may_copy_them)
{
	share_page();
	populate(1);
	store_to_the_shared_block();
	cr_expect_eq(judge(&v), 0);
}

static void map_populated(uint64_t flags)
{
	begin(DX_OP_MAP, VIEW_MAP, FILE_HANDLE, 0, DX_PAGE,
	      DX_MAP_READ | DX_MAP_WRITE | DX_MAP_POPULATE | flags);
	end(0x9000);
}

Test(promise_places, so_may_a_mapping_that_is_populated_page_by_page)
{
	share_page();
	map_populated(DX_MAP_PTE);
	store_to_the_shared_block();
	cr_expect_eq(judge(&v), 0);
}

Test(promise_places, but_not_by_read_faults_nor_in_private)
{
	static const uint64_t flags[] = { 0, DX_MAP_PTE | DX_MAP_PRIVATE };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		share_page();
		map_populated(flags[i]);
		store_to_the_shared_block();
		cr_assert_eq(judge(&v), 1);
		end_run();
		start_run();
	}
}

Test(promise_places, a_populate_of_a_hole_gives_it_a_block_nobody_knows_which)
{
	fill_hole();
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, 0, 0, 0);
	populate(1);
	sync_begin(DX_OP_SYNC);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, -EBADF, 0, 0, 0, 0);
	judge(&v);
	cr_expect_eq(linecheck_counts(lc)->unplaced_bytes, DX_PAGE);
}

/* ---- the conditions of a violation ---- */

static void msync_by(uint32_t handle)
{
	map_store(0);
	begin(DX_OP_MSYNC, handle, 0, DX_PAGE, MS_SYNC, 0);
	end(0);
	extent(FILE_HANDLE, 0, 0, BLOCK, DX_PAGE, 0);
}

Test(promise_places, a_read_only_descriptor_is_a_condition)
{
	open_file(VIEW_FILE, "file", O_RDONLY);
	begin(DX_OP_MAP, VIEW_MAP, VIEW_FILE, 0, DX_PAGE, DX_MAP_READ);
	end(0x9000);
	msync_by(VIEW_MAP);
	cr_assert_eq(judge(&v), 1);
	cr_expect(v[0].conditions & LINECHECK_READ_ONLY);
}

Test(promise_places, a_writable_one_is_none)
{
	msync_by(MAP_HANDLE);
	cr_assert_eq(judge(&v), 1);
	cr_expect_eq(v[0].conditions, LINECHECK_MAP_SYNC, "the usual mapping has MAP_SYNC");
}

Test(promise_places, shared_blocks_are_a_condition)
{
	open_file(VIEW_FILE, "other", O_RDWR | O_CREAT);
	good_sync(DX_OP_FSYNC);
	begin(DX_OP_REFLINK, VIEW_FILE, FILE_HANDLE, 0, 0, DX_PAGE);
	end(0);
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, ELSEWHERE, DX_PAGE, 0);
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	sync_end();
	cr_assert_gt(judge(&v), 0);
	cr_expect(v[0].conditions & LINECHECK_REFLINKED);
}
