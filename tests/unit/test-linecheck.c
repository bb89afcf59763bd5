// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs of which it is known what a power cut would lose. A checker that misses a
 * write-back, a fence, the order of the two, a foreign store or a hole fails
 * here, and one that cries where nothing is lost does, too.
 */
#include "tests/unit/checker-fixture.h"

#include <errno.h>
#include <linux/falloc.h>

TestSuite(linecheck, .init = start_run, .fini = end_run);

static const struct linecheck_violation *v;

static const enum dx_log_op syncs[] = { DX_OP_MSYNC, DX_OP_FSYNC, DX_OP_FDATASYNC, DX_OP_SYNC,
					DX_OP_SYNCFS };
#define SYNCS (sizeof(syncs) / sizeof(syncs[0]))

Test(linecheck, what_is_written_back_and_drained_is_there)
{
	for (size_t i = 0; i < SYNCS; i++) {
		map_store(i * 64);
		good_sync(syncs[i]);
	}
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, SYNCS);
	cr_expect_gt(linecheck_counts(lc)->promised_bytes, DX_PAGE);
}

Test(linecheck, each_call_that_writes_nothing_back_is_caught)
{
	for (size_t i = 0; i < SYNCS; i++) {
		map_store(i * 64);
		sync_begin(syncs[i]);
		fence(DX_TRACE_SFENCE);
		sync_end();
	}
	/* What one call left behind, the later ones promise as well. */
	cr_assert_geq(judge(&v), SYNCS);
	for (size_t i = 0; i < SYNCS; i++) {
		bool found = false;

		for (size_t k = 0; k < linecheck_violations(lc, &v); k++)
			found |= v[k].promise->rec->op == syncs[i] && v[k].offset == i * 64 &&
				 v[k].fault == LINECHECK_NOT_WRITTEN_BACK;
		cr_expect(found, "call %zu", i);
	}
}

/* The second call promises the same bytes: that the first broke its promise is no excuse. */
Test(linecheck, what_one_call_left_behind_the_next_one_breaks_too)
{
	map_store(0);
	sync_begin(DX_OP_MSYNC);
	sync_end();
	sync_begin(DX_OP_FSYNC);
	sync_end();
	good_sync(DX_OP_SYNC);
	cr_assert_eq(judge(&v), 2);
	cr_expect_eq(v[0].promise->rec->op, DX_OP_MSYNC);
	cr_expect_eq(v[1].promise->rec->op, DX_OP_FSYNC);
}

/* A page of stores by code of its own each, then calls that write nothing back. */
static void lose_a_page(unsigned int calls)
{
	uint64_t generation = next_generation();

	begin(DX_OP_FILL, MAP_HANDLE, 0, DX_PAGE, 0, generation);
	for (uint64_t at = 0; at < DX_PAGE; at += 8) {
		uint64_t value = dx_pattern64(SEED, FILE_HANDLE, at, generation);

		store(AT(at), &value, 8);
	}
	end(0);
	while (calls--) {
		sync_begin(DX_OP_FSYNC);
		sync_end();
	}
}

Test(linecheck, what_is_not_kept_is_counted)
{
	lose_a_page(8);
	cr_expect_eq(judge(&v), 8 * DX_PAGE / 8);
	cr_expect_eq(linecheck_counts(lc)->left_out, 0);
	go_on();
	sync_begin(DX_OP_FSYNC);
	sync_end();
	cr_expect_eq(judge(&v), 8 * DX_PAGE / 8);
	cr_expect_eq(linecheck_counts(lc)->left_out, DX_PAGE / 8);
}

/* ---- what is counted as one ---- */

#define SAME_CODE 0x2000

/* A store by the same code as the others, through a descriptor or a mapping @handle. */
static void store_by_same_code(enum dx_log_op op, uint32_t handle, uint32_t file, uint64_t offset,
			       uint64_t block)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, file, offset, generation);

	begin(op, handle, offset, 8, 0, generation);
	store(DEVICE + block + offset, &value, 8);
	run.rec[run.n - 1].ip = SAME_CODE;
	end(op == DX_OP_WRITE ? 8 : 0);
}

Test(linecheck, lines_that_the_same_code_lost_in_one_file_are_one)
{
	store_by_same_code(DX_OP_STORE, MAP_HANDLE, FILE_HANDLE, 0, BLOCK);
	store_by_same_code(DX_OP_STORE, MAP_HANDLE, FILE_HANDLE, 8, BLOCK);
	store_by_same_code(DX_OP_STORE, MAP_HANDLE, FILE_HANDLE, 128, BLOCK);
	sync_begin(DX_OP_FSYNC);
	sync_end();
	cr_assert_eq(judge(&v), 1);
	cr_expect_eq(v[0].alike, 1);
	cr_expect_eq(v[0].bytes, 16);
}

/* What is known of a store through MAP_SYNC must not hide the write beside it in the line. */
Test(linecheck, bytes_that_came_under_other_conditions_are_told_apart)
{
	store_by_same_code(DX_OP_STORE, MAP_HANDLE, FILE_HANDLE, 0, BLOCK);
	store_by_same_code(DX_OP_WRITE, FILE_HANDLE, FILE_HANDLE, 8, BLOCK);
	sync_begin(DX_OP_FSYNC);
	sync_end();
	cr_assert_eq(judge(&v), 2);
	cr_expect_eq(v[0].conditions, LINECHECK_MAP_SYNC);
	cr_expect_eq(v[1].conditions, 0);
	cr_expect_eq(v[1].offset, 8);
	cr_expect_eq(v[1].bytes, 8);
}

Test(linecheck, stores_by_another_way_through_the_kernel_are_told_apart)
{
	store_by_same_code(DX_OP_WRITE, FILE_HANDLE, FILE_HANDLE, 0, BLOCK);
	store_by_same_code(DX_OP_WRITE, FILE_HANDLE, FILE_HANDLE, 64, BLOCK);
	run.rec[run.n - 2].stack = 1;
	sync_begin(DX_OP_FSYNC);
	sync_end();
	cr_expect_eq(judge(&v), 2);
}

Test(linecheck, files_are_told_apart)
{
	open_file(3, "other", O_RDWR | O_CREAT);
	store_by_same_code(DX_OP_WRITE, FILE_HANDLE, FILE_HANDLE, 0, BLOCK);
	store_by_same_code(DX_OP_WRITE, 3, 3, 0, BLOCK + DX_PAGE);
	begin(DX_OP_SYNC, 0, 0, 0, 0, 0);
	sync_end();
	extent(3, 0, 0, BLOCK + DX_PAGE, DX_PAGE, 0);
	cr_assert_eq(judge(&v), 2);
	cr_expect_neq(v[0].file, v[1].file);
}

Test(linecheck, a_missing_fence_is_seen_by_the_strict_rules_only)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_LOCK);
	sync_end();
	v = expect_caught(LINECHECK_NOT_DRAINED);
	cr_expect_eq(judge_by(PERSIST_SDM, CONTENT_NEVER, &v), 0);
	cr_expect_eq(judge_by(PERSIST_EADR, CONTENT_NEVER, &v), 0);
}

Test(linecheck, a_store_after_the_write_back_is_lost)
{
	uint64_t generation, value;

	map_store(8);
	write_back(AT(0), 1, DX_TRACE_CLWB);
	generation = next_generation();
	value = dx_pattern64(SEED, FILE_HANDLE, 0, generation);
	begin(DX_OP_STORE, MAP_HANDLE, 0, 8, 0, generation);
	store(AT(0), &value, 8);
	end(0);
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	sync_end();
	v = expect_caught(LINECHECK_STALE_WRITE_BACK);
	cr_expect_eq(v[0].offset, 0);
	cr_expect_eq(v[0].bytes, 8);
	cr_expect_eq(v[0].store.seq, run.rec[run.n - 5].seq);
}

Test(linecheck, clflush_needs_no_fence)
{
	map_store(0);
	sync_begin(DX_OP_MSYNC);
	write_back(AT(0), 1, DX_TRACE_CLFLUSH);
	sync_end();
	expect_clean();
}

Test(linecheck, the_wrong_line_is_caught)
{
	map_store(64);
	sync_begin(DX_OP_MSYNC);
	write_back(AT(0), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	sync_end();
	v = expect_caught(LINECHECK_NOT_WRITTEN_BACK);
	cr_expect_eq(v[0].offset, 64);
	cr_expect_eq(v[0].physical, AT(64));
	cr_expect_eq(v[0].until, CONTENT_NEVER);
}

Test(linecheck, it_says_until_when_it_would_be_lost)
{
	map_store(0);
	sync_begin(DX_OP_MSYNC);
	sync_end();
	write_back(AT(0), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	v = expect_caught(LINECHECK_NOT_WRITTEN_BACK);
	cr_expect_eq(v[0].until, run.rec[run.n - 1].seq);
}

/* A call covers what had ended before it began: not what ran beside it. */
Test(linecheck, what_begins_during_the_call_is_not_promised)
{
	uint64_t value = dx_pattern64(SEED, FILE_HANDLE, 0, 1 << 4);

	map_store(64);
	good_sync(DX_OP_FSYNC);
	begin(DX_OP_STORE, MAP_HANDLE, 0, 8, 0, next_generation());
	value = dx_pattern64(SEED, FILE_HANDLE, 0, run.generation << 4);
	store(AT(0), &value, 8);
	end(0);
	expect_clean();
}

/*
 * A worker whose log is full goes on, and its stores are in the trace alone. What was lost
 * before that is caught all the same.
 */
Test(linecheck, what_a_full_log_could_not_hold_is_not_judged)
{
	uint64_t unlogged = 0x1234;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	map_store(64);
	area(0)->full = DX_FULL_ROOM;
	store(AT(0), &unlogged, 8);
	expect_clean();
}

Test(linecheck, what_was_lost_before_the_log_was_full_is_caught)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	sync_end();
	map_store(64);
	area(0)->full = DX_FULL_ROOM;
	v = expect_caught(LINECHECK_NOT_WRITTEN_BACK);
}

Test(linecheck, a_store_over_promised_bytes_by_nobody_is_caught)
{
	uint64_t rubbish = 0x1234;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	store(AT(0), &rubbish, 8);
	v = expect_caught(LINECHECK_FOREIGN_STORE);
	cr_expect_eq(v[0].promise, NULL);
	cr_expect_eq(v[0].offset, 0);
}

Test(linecheck, a_promised_byte_may_be_overwritten_by_the_file)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	map_store(0);
	map_store(0);
	expect_clean();
	good_sync(DX_OP_MSYNC);
}

/* The program reads something else than it wrote: no crash is needed. */
Test(linecheck, other_content_is_told_from_lost_content)
{
	uint64_t rubbish = 0x1234;

	begin(DX_OP_STORE, MAP_HANDLE, 0, 8, 0, next_generation());
	store(AT(0), &rubbish, 8);
	end(0);
	good_sync(DX_OP_FSYNC);
	v = expect_caught(LINECHECK_CONTENT);
}

Test(linecheck, a_hole_where_bytes_were_promised_is_caught)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, 0, 0, 0);
	v = expect_caught(LINECHECK_HOLE);
}

Test(linecheck, bytes_without_a_place_are_counted_not_passed)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, -5, 0, 0, 0, 0);
	cr_expect_eq(judge(&v), 0);
	cr_expect_eq(linecheck_counts(lc)->unplaced_bytes, DX_PAGE);
}

/* Freed blocks promise nothing: what others store there is their affair. */
Test(linecheck, truncated_bytes_are_promised_no_more)
{
	uint64_t rubbish = 0x1234;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	simple(DX_OP_TRUNCATE, FILE_HANDLE, 0, 0, 0, 0);
	store(AT(0), &rubbish, 8);
	expect_clean();
}

Test(linecheck, a_truncation_that_failed_frees_nothing)
{
	uint64_t rubbish = 0x1234;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	simple(DX_OP_TRUNCATE, FILE_HANDLE, 0, 0, 0, -1);
	store(AT(0), &rubbish, 8);
	v = expect_caught(LINECHECK_FOREIGN_STORE);
}

/* Blocks that moved are looked for where they are now. */
Test(linecheck, promised_bytes_are_checked_at_their_new_place)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	map_store(64);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, BLOCK + DX_PAGE, DX_PAGE, 0);
	v = expect_caught(LINECHECK_CONTENT);
	cr_expect_eq(v[0].physical, AT(DX_PAGE));
}

/* ---- where the bytes are, by what the log says of the device ---- */

/* The file's page, stored and synced as it should be; the log says that it lies elsewhere. */
static void say_the_device_is_at(uint64_t physical)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	record(0, 0)->arg[2] = physical;
}

Test(linecheck, bytes_looked_for_at_the_wrong_place_are_not_passed)
{
	static const int64_t shifts[] = { DX_PAGE, -(int64_t)DX_PAGE, DX_PMD, -(int64_t)DX_PMD };

	say_the_device_is_at(DEVICE);
	expect_clean();
	for (size_t i = 0; i < sizeof(shifts) / sizeof(shifts[0]); i++) {
		record(0, 0)->arg[2] = DEVICE + (uint64_t)shifts[i];
		go_on();
		v = expect_caught(LINECHECK_CONTENT);
		cr_expect_eq(v[0].physical, AT(shifts[i]));
		cr_expect_eq(v[0].offset, 0);
	}
}

/* What lies there says which file and offset it was written as, and that is another one. */
Test(linecheck, a_page_that_another_offset_was_written_to_is_not_passed)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, FILE_HANDLE, DX_PAGE, generation);

	map_store(0);
	store(AT(DX_PAGE), &value, 8);
	write_back(AT(DX_PAGE), 1, DX_TRACE_CLWB);
	good_sync(DX_OP_FSYNC);
	record(0, 0)->arg[2] = DEVICE + DX_PAGE;
	v = expect_caught(LINECHECK_CONTENT);
	cr_expect(!memcmp(v[0].found, &value, sizeof(value)));
}

/* dm-linear: the second half of the memory is the first of the device. */
static void say_two_halves(uint64_t first, uint64_t second)
{
	uint64_t half = 4 * DX_PAGE; /* the file's page is in the first */

	record(0, 0)->arg[2] = first;
	record(0, 0)->arg[3] = half;
	begin(DX_OP_DEVICE, 0, 0, half, second, half);
	end(0);
}

Test(linecheck, each_piece_of_a_device_has_its_own_place)
{
	say_two_halves(DEVICE, DEVICE + DX_PMD);
	map_store(0);
	good_sync(DX_OP_FSYNC);
	expect_clean();
}

Test(linecheck, pieces_the_other_way_round_are_not_passed)
{
	say_two_halves(DEVICE + DX_PMD, DEVICE);
	map_store(0);
	good_sync(DX_OP_FSYNC);
	v = expect_caught(LINECHECK_CONTENT);
	cr_expect_eq(v[0].physical, AT(DX_PMD));
}

Test(linecheck, bytes_behind_the_pieces_are_counted_not_passed)
{
	record(0, 0)->arg[3] = BLOCK;
	map_store(0);
	good_sync(DX_OP_FSYNC);
	cr_expect_eq(judge(&v), 0);
	cr_expect_eq(linecheck_counts(lc)->unplaced_bytes, DX_PAGE);
}

Test(linecheck, bytes_outside_of_what_was_recorded_are_counted_not_passed)
{
	say_the_device_is_at(BASE + RANGE_SIZE);
	cr_expect_eq(judge(&v), 0);
	cr_expect_eq(linecheck_counts(lc)->unplaced_bytes, DX_PAGE);
}

/* The data of a realtime file lies on the second device, whatever the first has there. */
Test(linecheck, a_realtime_extent_is_of_the_second_device)
{
	record(0, 0)->arg[2] = DEVICE + DX_PMD;
	begin(DX_OP_DEVICE, 0, 1, 0, DEVICE, RANGE_SIZE - DX_PMD);
	end(0);
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, BLOCK, DX_PAGE, DX_EXTENT_REALTIME);
	expect_clean();
	cr_expect_gt(linecheck_counts(lc)->promised_bytes, 0);
}

/* ---- the program's own flushes ---- */

static void rely(void)
{
	begin(DX_OP_RELY, MAP_HANDLE, 0, 64, 0, 0);
	sync_end();
}

static void flush_line(uint64_t offset)
{
	begin(DX_OP_FLUSH, MAP_HANDLE, offset, 64, 0, 0);
	write_back(AT(offset), 1, DX_TRACE_CLWB);
	end(0);
}

static void drain(void)
{
	begin(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	fence(DX_TRACE_SFENCE);
	sync_end();
}

Test(linecheck, a_program_that_flushes_and_drains_is_right)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	map_store(0);
	flush_line(0);
	drain();
	rely();
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 3);
}

Test(linecheck, a_program_that_forgets_the_flush_is_told)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	map_store(0);
	drain();
	rely();
	v = expect_caught(LINECHECK_NOT_WRITTEN_BACK);
	cr_expect(promise_is_applications(v[0].promise));
}

Test(linecheck, a_program_that_forgets_the_fence_is_told)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	map_store(0);
	flush_line(0);
	rely();
	v = expect_caught(LINECHECK_NOT_DRAINED);
}

Test(linecheck, a_program_that_flushes_another_line_is_told)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	map_store(0);
	flush_line(64);
	drain();
	rely();
	v = expect_caught(LINECHECK_NOT_WRITTEN_BACK);
}

/* ---- the rest ---- */

Test(linecheck, what_is_wasted_is_counted)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	good_sync(DX_OP_FSYNC);
	judge(&v);
	cr_expect_eq(linecheck_counts(lc)->write_backs, 128);
	cr_expect_eq(linecheck_counts(lc)->clean, 127);
	cr_expect_eq(linecheck_counts(lc)->fences, 2);
	cr_expect_eq(linecheck_counts(lc)->idle_fences, 1);
}

Test(linecheck, each_record_left_out_that_matters_is_missed)
{
	size_t found = 0;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	for (size_t i = 0; i < run.n; i++)
		if (run.rec[i].kind != DX_TRACE_MARK)
			found += judge_by(PERSIST_STRICT, i, &v) > 0;
	cr_expect_eq(found, 3, "%zu of store, write-back and fence", found);
}

/* ---- what may be there after operations that did not do all ---- */

#define OTHER_HANDLE 3U
#define THIRD_HANDLE 4U

static void write_file(uint64_t offset, int64_t result)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, FILE_HANDLE, offset, generation);

	begin(DX_OP_WRITE, FILE_HANDLE, offset, 8, 0, generation);
	if (result > 0)
		store(AT(offset), &value, (uint32_t)result);
	end(result);
}

/* The first page of @from becomes that of a new file, which lies @pages behind it. */
static void clone(uint32_t from, uint32_t to, uint64_t pages, const void *bytes)
{
	uint64_t block = BLOCK + pages * DX_PAGE;

	open_file(to, to == OTHER_HANDLE ? "other" : "third", O_RDWR | O_CREAT);
	begin(DX_OP_REFLINK, to, from, 0, 0, DX_PAGE);
	end(0);
	store(DEVICE + block, bytes, 8);
	begin(DX_OP_FSYNC, to, 0, 0, 0, 0);
	write_back(DEVICE + block, 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(to, 0, 0, block, DX_PAGE, 0);
}

static void clone_to_other(const void *bytes)
{
	clone(FILE_HANDLE, OTHER_HANDLE, 1, bytes);
}

/* Generation 1 is there, and 2 was to be: the clone has what @generation gave it. */
static uint64_t clone_after_failed_write(uint64_t generation)
{
	uint64_t value = dx_pattern64(SEED, FILE_HANDLE, 0, generation << 4);

	write_file(0, 8);
	write_file(0, -ENOSPC);
	clone_to_other(&value);
	return value;
}

Test(linecheck, a_clone_has_what_was_there_before_a_write_that_failed)
{
	clone_after_failed_write(1);
	expect_clean();
}

Test(linecheck, a_clone_may_have_what_a_write_that_failed_was_about_to_do)
{
	clone_after_failed_write(2);
	expect_clean();
}

Test(linecheck, a_clone_of_a_clone_may_have_both)
{
	uint64_t before = clone_after_failed_write(1);

	clone(OTHER_HANDLE, THIRD_HANDLE, 2, &before);
	expect_clean();
}

Test(linecheck, a_clone_with_anything_else_is_caught)
{
	uint64_t old = dx_pattern64(SEED, FILE_HANDLE, 0, 1 << 4);

	write_file(0, 8);
	write_file(0, 8);
	clone_to_other(&old);
	v = expect_caught(LINECHECK_CONTENT);
}

/* The file ends within its page, and a store goes behind its end. */
static void store_behind_the_end(void)
{
	simple(DX_OP_TRUNCATE, FILE_HANDLE, 64, 0, 0, 0);
	map_store(128);
}

/* It grows by fallocate, which may clear the rest of the page. */
static void grow(void)
{
	begin(DX_OP_FALLOCATE, FILE_HANDLE, 0, 0, 2 * DX_PAGE, 0);
	end(0);
}

Test(linecheck, what_was_stored_behind_the_end_may_be_there_when_the_file_grows)
{
	store_behind_the_end();
	grow();
	good_sync(DX_OP_FSYNC);
	expect_clean();
}

Test(linecheck, what_was_stored_behind_the_end_may_be_cleared_when_the_file_grows)
{
	uint64_t zeros = 0;

	store_behind_the_end();
	grow();
	store(AT(128), &zeros, 8);
	good_sync(DX_OP_FSYNC);
	expect_clean();
}

Test(linecheck, zero_range_may_clear_it_too_where_the_file_grows)
{
	uint64_t zeros = 0;

	store_behind_the_end();
	begin(DX_OP_FALLOCATE, FILE_HANDLE, FALLOC_FL_ZERO_RANGE, DX_PAGE, DX_PAGE, 0);
	end(0);
	store(AT(128), &zeros, 8);
	good_sync(DX_OP_FSYNC);
	expect_clean();
}

Test(linecheck, growth_clears_nothing_before_the_end)
{
	uint64_t zeros = 0;

	map_store(0);
	store_behind_the_end();
	grow();
	store(AT(0), &zeros, 8);
	good_sync(DX_OP_FSYNC);
	v = expect_caught(LINECHECK_CONTENT);
}

/* It is refused for where it was to go, and there is no end of the verdict in that. */
Test(linecheck, a_write_that_was_refused_for_its_offset_changes_nothing)
{
	begin(DX_OP_WRITE, FILE_HANDLE, 1ULL << 50, 8, 0, next_generation());
	end(-EFBIG);
	map_store(0);
	good_sync(DX_OP_FSYNC);
	expect_clean();
	cr_expect_gt(linecheck_counts(lc)->promised_bytes, 0);
}

Test(linecheck, a_punch_may_be_of_more_than_the_file)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	begin(DX_OP_FALLOCATE, FILE_HANDLE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, DX_PAGE,
	      INT64_MAX / 2, 0);
	end(0);
	good_sync(DX_OP_FSYNC);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 2);
}

/* ---- names ---- */

/* A page is promised, then @op is done to its names; is what was promised still? */
static void rubbish_after(enum dx_log_op op, const char *old, const char *new)
{
	uint64_t rubbish = 0x1234;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	names(op, old, new, 0);
	store(AT(0), &rubbish, 8);
}

Test(linecheck, a_file_that_lost_its_name_is_promised_no_more)
{
	rubbish_after(DX_OP_UNLINK, "file", NULL);
	expect_clean();
}

Test(linecheck, a_file_whose_name_another_took_is_promised_no_more)
{
	open_file(OTHER_HANDLE, "other", O_RDWR | O_CREAT);
	rubbish_after(DX_OP_RENAME, "other", "file");
	expect_clean();
}

Test(linecheck, a_rename_to_the_same_name_loses_nothing)
{
	rubbish_after(DX_OP_RENAME, "file", "file");
	v = expect_caught(LINECHECK_FOREIGN_STORE);
}

Test(linecheck, a_symbolic_link_that_goes_takes_no_file_with_it)
{
	names(DX_OP_SYMLINK, "file", "pointer", 0);
	rubbish_after(DX_OP_UNLINK, "pointer", NULL);
	v = expect_caught(LINECHECK_FOREIGN_STORE);
}

/* The name that an O_TMPFILE was opened by is its directory's: the file has none. */
Test(linecheck, a_file_without_a_name_is_promised_nothing)
{
	open_file(OTHER_HANDLE, ".", O_RDWR | O_TMPFILE);
	store_by_same_code(DX_OP_WRITE, OTHER_HANDLE, OTHER_HANDLE, 0, BLOCK + DX_PAGE);
	begin(DX_OP_FSYNC, OTHER_HANDLE, 0, 0, 0, 0);
	end(0);
	extent(OTHER_HANDLE, 0, 0, BLOCK + DX_PAGE, DX_PAGE, 0);
	expect_clean();
}

/* The last operation of a log that was full may be there without its names. */
Test(linecheck, an_operation_whose_names_are_lost_is_passed_over)
{
	static const enum dx_log_op ops[] = { DX_OP_OPEN, DX_OP_UNLINK, DX_OP_RENAME, DX_OP_LINK,
					      DX_OP_SYMLINK };
	size_t n;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	area(0)->full = DX_FULL_ROOM;
	n = run.n;
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		simple(ops[i], ops[i] == DX_OP_OPEN ? OTHER_HANDLE : 0, 0, 0, 0, 0);
		expect_clean();
		cr_expect_gt(linecheck_counts(lc)->promised_bytes, 0);
		go_on();
		area(0)->used--;
		run.n = n;
	}
}

Test(linecheck, a_log_of_another_run_is_refused)
{
	struct dx_trace_header h = {
		.run = 77, .vcpus = 1, .ranges = 1, .range = { { BASE, RANGE_SIZE } }
	};
	const struct linecheck_options o = { .leave_out = CONTENT_NEVER };
	struct err e = { 0 };

	script_log = read_log();
	cr_expect_eq(linecheck_open(&lc, &h, script_log, &o, &e), -EBADMSG);
	cr_expect(strstr(e.what, "not of the run"), "%s", e.what);
}

Test(linecheck, marks_that_the_log_does_not_have_are_refused)
{
	const struct linecheck_options o = { .leave_out = CONTENT_NEVER };
	struct dx_trace_header h = { .vcpus = 1, .ranges = 1, .range = { { BASE, RANGE_SIZE } } };
	struct dx_trace_rec rec = {
		.kind = DX_TRACE_MARK, .detail = DX_MARK_BEGIN, .addr = 999, .count = 1
	};
	struct trace_record r = { &rec, NULL };
	struct err e = { 0 };

	script_log = read_log();
	cr_assert_eq(linecheck_open(&lc, &h, script_log, &o, &e), 0);
	cr_expect_eq(linecheck_record(lc, &r, &e), -EBADMSG);
	cr_expect(strstr(e.what, "no record 999"), "%s", e.what);
}
