// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What operations do to files: which bytes they give a value, which they free, and
 * what stands under a name afterwards. Catches a checker that looks for bytes where
 * they were, or for what was freed or overwritten.
 */
#include "tests/unit/checker-fixture.h"

#include <errno.h>
#include <linux/falloc.h>
#include <linux/fs.h>

#define OTHER	    3U
#define SECOND	    4U
#define SECOND_MAP  5U
#define OTHER_BLOCK (9 * DX_PAGE)
#define KEEP	    FALLOC_FL_KEEP_SIZE

/* A page whose first word and whose word at 200 were stored to, and are durable. */
static void start(void)
{
	start_run();
	map_store(0);
	map_store(200);
	good_sync(DX_OP_FSYNC);
}

TestSuite(promise_changes, .init = start, .fini = end_run);

/* ---- what the CPU and the kernel do ---- */

static void make_durable(uint64_t offset)
{
	write_back(AT(offset & ~63ULL), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
}

static void zero(uint64_t offset, uint32_t len)
{
	static const unsigned char zeros[256];

	cr_assert_leq(len, sizeof(zeros));
	store(AT(offset), zeros, len);
	write_back(AT(offset & ~63ULL), 1 + (uint32_t)((offset + len - 1) / 64 - offset / 64),
		   DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
}

/* A store by nobody: found where bytes are promised. */
static void spoil(uint64_t offset)
{
	store(AT(offset), "foreign", 8);
}

static void map_at(uint64_t offset, uint64_t length, uint64_t flags)
{
	begin(DX_OP_MAP, SECOND_MAP, FILE_HANDLE, offset, length,
	      DX_MAP_READ | DX_MAP_WRITE | flags);
	end(0x9000);
}

/* A sync by which the file's pages from @first on lie at @device, one after the other. */
static void sync_at(uint64_t first, uint64_t device, uint64_t pages)
{
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, first * DX_PAGE, device, pages * DX_PAGE, 0);
}

static void sync_of(uint32_t handle)
{
	begin(DX_OP_FSYNC, handle, 0, 0, 0, 0);
	end(0);
	extent(handle, 0, 0, BLOCK, DX_PAGE, 0);
}

/* A sync that does not tell where anything lies. */
static void sync_nowhere(void)
{
	sync_begin(DX_OP_FSYNC);
	end(0);
	extent(FILE_HANDLE, -EBADF, 0, 0, 0, 0);
}

static void expect_unplaced(uint64_t bytes)
{
	cr_expect_eq(judge(&(const struct linecheck_violation *){ NULL }), 0);
	cr_expect_eq(linecheck_counts(lc)->unplaced_bytes, bytes);
}

/* ---- what the program does ---- */

static void truncate_to(uint64_t size)
{
	simple(DX_OP_TRUNCATE, FILE_HANDLE, size, 0, 0, 0);
}

static void allocate(uint64_t mode, uint64_t offset, uint64_t length)
{
	simple(DX_OP_FALLOCATE, FILE_HANDLE, mode, offset, length, 0);
}

static void write_word(uint64_t offset)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, FILE_HANDLE, offset, generation);

	begin(DX_OP_WRITE, FILE_HANDLE, offset, 8, 0, generation);
	store_nt(AT(offset), &value, 8);
	fence(DX_TRACE_SFENCE);
	end(8);
}

static void unlink_name(const char *name)
{
	names(DX_OP_UNLINK, name, NULL, 0);
}

static void open_other(void)
{
	open_file(OTHER, "other", O_RDWR | O_CREAT);
}

/* ---- writes ---- */

Test(promise_changes, a_write_makes_the_file_longer)
{
	uint64_t generation = next_generation();

	begin(DX_OP_WRITE, FILE_HANDLE, DX_PAGE, 8, 0, generation);
	end(8);
	sync_at(0, BLOCK, 2);
	expect_caught_at(DX_PAGE, LINECHECK_CONTENT);
}

/* The file ends at 104, and a store put something at 200: 104 to 304 is a gap. */
static void write_behind_a_gap(void)
{
	truncate_to(104);
	zero(104, 248);
	good_sync(DX_OP_FSYNC);
	map_store(200);
	make_durable(200);
	write_word(304);
}

Test(promise_changes, a_gap_before_a_write_is_zero)
{
	write_behind_a_gap();
	good_sync(DX_OP_FSYNC);
	expect_caught_at(200, LINECHECK_CONTENT);
}

Test(promise_changes, a_gap_that_was_zeroed_is_right)
{
	write_behind_a_gap();
	zero(104, 200);
	good_sync(DX_OP_FSYNC);
	expect_clean();
}

/* ---- stores ---- */

Test(promise_changes, a_store_counts_from_where_its_mapping_begins)
{
	uint64_t value;

	truncate_to(2 * DX_PAGE);
	map_at(DX_PAGE, DX_PAGE, 0);
	value = dx_pattern64(SEED, FILE_HANDLE, DX_PAGE, (run.generation + 1) << 4);
	begin(DX_OP_STORE, SECOND_MAP, 0, 8, 0, next_generation());
	store(AT(DX_PAGE), &value, 8);
	make_durable(DX_PAGE);
	end(0);
	sync_at(0, BLOCK, 2);
	expect_clean();
}

/* Nothing is stored in the file: by what is at AT(8) it is seen if that was expected. */
static void store_elsewhere(uint64_t flags)
{
	map_at(0, DX_PAGE, flags);
	begin(DX_OP_STORE, SECOND_MAP, 8, 8, 0, next_generation());
	end(0);
	good_sync(DX_OP_FSYNC);
}

Test(promise_changes, a_store_to_a_private_mapping_is_not_the_files)
{
	store_elsewhere(DX_MAP_PRIVATE);
	expect_clean();
}

Test(promise_changes, a_store_to_a_shared_mapping_is)
{
	store_elsewhere(0);
	expect_caught_at(8, LINECHECK_CONTENT);
}

Test(promise_changes, each_kind_of_store_changes_the_file)
{
	static const enum dx_log_op ops[] = { DX_OP_STORE, DX_OP_STORE_BYTES, DX_OP_STORE_UNALIGNED,
					      DX_OP_FILL,  DX_OP_COPY,	      DX_OP_COPY_NT };

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		end_run();
		start();
		begin(ops[i], MAP_HANDLE, 8, 8, 0, next_generation());
		end(0);
		good_sync(DX_OP_FSYNC);
		expect_caught_at(8, LINECHECK_CONTENT);
	}
}

Test(promise_changes, what_is_unmapped_and_closed_is_nobodys)
{
	simple(DX_OP_UNMAP, MAP_HANDLE, 0, 0, 0, 0);
	begin(DX_OP_STORE, MAP_HANDLE, 8, 8, 0, next_generation());
	end(0);
	good_sync(DX_OP_SYNC);
	simple(DX_OP_CLOSE, FILE_HANDLE, 0, 0, 0, 0);
	simple(DX_OP_FSYNC, FILE_HANDLE, 0, 0, 0, 0);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 2);
}

/* ---- truncation ---- */

static void cut_and_grow(void)
{
	truncate_to(104);
	truncate_to(DX_PAGE);
}

Test(promise_changes, what_was_cut_off_is_zero_when_the_file_grows_again)
{
	cut_and_grow();
	good_sync(DX_OP_FSYNC);
	expect_caught_at(200, LINECHECK_CONTENT);
}

Test(promise_changes, what_was_cut_off_and_zeroed_is_right)
{
	cut_and_grow();
	zero(104, 256);
	good_sync(DX_OP_FSYNC);
	expect_clean();
}

Test(promise_changes, what_is_before_the_cut_stays_promised)
{
	truncate_to(104);
	spoil(200);
	spoil(0);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

Test(promise_changes, pages_that_were_cut_off_lie_nobody_knows_where)
{
	truncate_to(0);
	truncate_to(DX_PAGE);
	spoil(0);
	sync_nowhere();
	expect_unplaced(DX_PAGE);
}

Test(promise_changes, truncation_to_more_promises_zeros)
{
	truncate_to(2 * DX_PAGE);
	write_word(DX_PAGE + 64);
	store(AT(DX_PAGE + 128), "rubbish", 8);
	make_durable(DX_PAGE + 128);
	sync_at(0, BLOCK, 2);
	expect_caught_at(DX_PAGE + 128, LINECHECK_CONTENT);
}

/* And so what a store put behind the end, in the page that it is in. */
static void grow_over_a_store(void)
{
	truncate_to(104);
	zero(104, 248);
	good_sync(DX_OP_FSYNC);
	map_store(200);
	make_durable(200);
	truncate_to(DX_PAGE);
}

Test(promise_changes, what_was_stored_behind_the_end_is_zero_when_the_file_grows)
{
	grow_over_a_store();
	good_sync(DX_OP_FSYNC);
	expect_caught_at(200, LINECHECK_CONTENT);
}

Test(promise_changes, what_was_stored_behind_the_end_and_zeroed_is_right)
{
	grow_over_a_store();
	zero(104, 248);
	good_sync(DX_OP_FSYNC);
	expect_clean();
}

static void reopen(uint64_t flags, int64_t result)
{
	begin(DX_OP_OPEN, SECOND, O_RDWR | flags, 0, 0, 0);
	text("file");
	end(result);
	spoil(0);
}

Test(promise_changes, opening_with_o_trunc_frees_all)
{
	reopen(O_TRUNC, 0);
	expect_clean();
	map_store(0);
	sync_of(FILE_HANDLE);
	go_on();
	expect_clean(); /* the file is empty */
}

Test(promise_changes, opening_without_it_frees_nothing)
{
	reopen(0, 0);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

Test(promise_changes, nor_does_opening_that_failed)
{
	reopen(O_TRUNC, -EACCES);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

/* ---- holes and zeros ---- */

static const uint64_t zeroing[] = { FALLOC_FL_PUNCH_HOLE | KEEP, FALLOC_FL_ZERO_RANGE | KEEP };

Test(promise_changes, a_punched_or_zeroed_range_is_zero)
{
	for (size_t i = 0; i < 2; i++) {
		end_run();
		start();
		allocate(zeroing[i], 128, 128);
		good_sync(DX_OP_FSYNC);
		expect_caught_at(200, LINECHECK_CONTENT);
		cr_expect_eq(linecheck_violations(lc, &(const struct linecheck_violation *){ 0 }),
			     1, "the first word was not in it");
	}
}

Test(promise_changes, a_range_that_is_zero_is_right)
{
	for (size_t i = 0; i < 2; i++) {
		end_run();
		start();
		allocate(zeroing[i], 128, 128);
		zero(128, 128);
		good_sync(DX_OP_FSYNC);
		expect_clean();
	}
}

Test(promise_changes, punched_bytes_are_promised_no_more_others_are)
{
	allocate(FALLOC_FL_PUNCH_HOLE | KEEP, 128, 128);
	spoil(200);
	expect_clean();
	spoil(0);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

Test(promise_changes, a_punch_that_failed_frees_nothing)
{
	simple(DX_OP_FALLOCATE, FILE_HANDLE, FALLOC_FL_PUNCH_HOLE | KEEP, 128, 128, -EIO);
	spoil(200);
	expect_caught_at(200, LINECHECK_FOREIGN_STORE);
}

Test(promise_changes, punched_pages_lie_nobody_knows_where)
{
	for (size_t i = 0; i < 2; i++) {
		end_run();
		start();
		allocate(zeroing[i], 0, DX_PAGE);
		sync_nowhere();
		expect_unplaced(DX_PAGE);
	}
}

Test(promise_changes, unshared_pages_lie_nobody_knows_where)
{
	allocate(FALLOC_FL_UNSHARE_RANGE, 0, DX_PAGE);
	sync_nowhere();
	expect_unplaced(DX_PAGE);
}

/* The page was a hole at the last sync, and is stored to. */
Test(promise_changes, a_hole_that_is_stored_to_lies_nobody_knows_where)
{
	allocate(FALLOC_FL_PUNCH_HOLE | KEEP, 0, DX_PAGE);
	sync_begin(DX_OP_FSYNC);
	end(0);
	extent(FILE_HANDLE, 0, 0, 0, 0, 0);
	map_store(0);
	expect_clean();
	sync_nowhere();
	go_on();
	expect_unplaced(DX_PAGE);
}

/* A word behind the end of the file is stored to and lost: promised once the file is longer. */
static void lose_behind_the_end(void)
{
	map_at(DX_PAGE, DX_PAGE, 0);
	begin(DX_OP_STORE, SECOND_MAP, 0, 8, 0, next_generation());
	end(0);
	sync_at(0, BLOCK, 2);
}

Test(promise_changes, allocation_makes_the_file_longer)
{
	static const uint64_t modes[] = { 0, FALLOC_FL_ZERO_RANGE };

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		end_run();
		start();
		allocate(modes[i], DX_PAGE, DX_PAGE);
		lose_behind_the_end();
		expect_caught_at(DX_PAGE, LINECHECK_CONTENT);
	}
}

Test(promise_changes, or_not_if_it_keeps_the_size)
{
	allocate(KEEP, DX_PAGE, DX_PAGE);
	lose_behind_the_end();
	expect_clean();
}

Test(promise_changes, allocation_does_not_make_it_shorter)
{
	allocate(0, 0, 64);
	map_store(128);
	sync_at(0, BLOCK, 1);
	expect_caught_at(128, LINECHECK_NOT_WRITTEN_BACK);
}

/* ---- shifts: the file has a second page, stored to, behind the first ---- */

static void add_page(void)
{
	truncate_to(2 * DX_PAGE);
	write_word(DX_PAGE + 8);
	sync_at(0, BLOCK, 2);
}

Test(promise_changes, collapsing_moves_what_is_behind)
{
	add_page();
	allocate(FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE);
	sync_at(0, BLOCK + DX_PAGE, 1);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promised_bytes, 3 * DX_PAGE);
}

Test(promise_changes, what_was_collapsed_is_not_where_it_was)
{
	add_page();
	allocate(FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE);
	sync_at(0, BLOCK, 1);
	expect_caught_at(0, LINECHECK_CONTENT);
}

Test(promise_changes, collapsing_makes_the_file_shorter)
{
	add_page();
	allocate(FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE);
	sync_at(0, BLOCK + DX_PAGE, 1);
	map_at(DX_PAGE, DX_PAGE, 0);
	begin(DX_OP_STORE, SECOND_MAP, 0, 8, 0, next_generation());
	end(0);
	sync_at(0, BLOCK + DX_PAGE, 2);
	expect_clean();
}

/* The end of a second page is written again: of the one that moved nothing may be there. */
static void collapse_and_grow(bool rubbish)
{
	const uint64_t last = 2 * DX_PAGE - 8, place = DEVICE + OTHER_BLOCK;
	uint64_t generation, value;

	add_page();
	allocate(FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE);
	generation = next_generation();
	value = dx_pattern64(SEED, FILE_HANDLE, last, generation);
	begin(DX_OP_WRITE, FILE_HANDLE, last, 8, 0, generation);
	store_nt(place + DX_PAGE - 8, &value, 8);
	if (rubbish)
		store_nt(place + 8, "rubbish", 8);
	end(8);
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, BLOCK + DX_PAGE, DX_PAGE, 0);
	extent(FILE_HANDLE, 1, DX_PAGE, OTHER_BLOCK, DX_PAGE, 0);
}

Test(promise_changes, what_is_behind_a_collapsed_file_is_zero_when_it_grows)
{
	collapse_and_grow(false);
	expect_clean();
}

Test(promise_changes, and_nothing_else)
{
	collapse_and_grow(true);
	expect_caught_at(DX_PAGE + 8, LINECHECK_CONTENT);
}

Test(promise_changes, a_collapse_that_failed_moves_nothing)
{
	add_page();
	simple(DX_OP_FALLOCATE, FILE_HANDLE, FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE, -EIO);
	sync_at(0, BLOCK, 2);
	expect_clean();
}

/* The blocks, one behind the other: a hole or @device, then the first page's. */
static void insert_page(uint64_t device)
{
	allocate(FALLOC_FL_INSERT_RANGE, 0, DX_PAGE);
	sync_begin(DX_OP_FSYNC);
	end(0);
	if (device)
		extent(FILE_HANDLE, 0, 0, device, DX_PAGE, 0);
	extent(FILE_HANDLE, device ? 1 : 0, DX_PAGE, BLOCK, DX_PAGE, 0);
}

Test(promise_changes, inserting_moves_what_is_behind)
{
	insert_page(0);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promised_bytes, 3 * DX_PAGE);
}

Test(promise_changes, what_was_moved_by_inserting_is_not_where_it_was)
{
	allocate(FALLOC_FL_INSERT_RANGE, 0, DX_PAGE);
	sync_at(1, OTHER_BLOCK, 1);
	expect_caught_at(DX_PAGE, LINECHECK_CONTENT);
}

Test(promise_changes, what_was_inserted_is_zero)
{
	store(DEVICE + OTHER_BLOCK, "rubbish", 8);
	write_back(DEVICE + OTHER_BLOCK, 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	insert_page(OTHER_BLOCK);
	expect_caught_at(0, LINECHECK_CONTENT);
}

Test(promise_changes, shifted_pages_lie_nobody_knows_where)
{
	allocate(FALLOC_FL_INSERT_RANGE, 0, DX_PAGE);
	sync_nowhere();
	expect_unplaced(2 * DX_PAGE);
}

/* ---- shared blocks ---- */

static void reflink(uint64_t from, uint64_t to, int64_t result)
{
	open_other();
	begin(DX_OP_REFLINK, OTHER, FILE_HANDLE, from, to, DX_PAGE);
	end(result);
}

static void sync_other_at(uint64_t offset, uint64_t device)
{
	begin(DX_OP_FSYNC, OTHER, 0, 0, 0, 0);
	end(0);
	extent(OTHER, 0, offset, device, DX_PAGE, 0);
}

Test(promise_changes, a_reflink_has_the_bytes_of_the_other_file)
{
	reflink(0, 0, 0);
	sync_other_at(0, BLOCK);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promised_bytes, 2 * DX_PAGE);
}

Test(promise_changes, a_reflink_without_them_is_caught)
{
	reflink(0, 0, 0);
	sync_other_at(0, OTHER_BLOCK);
	expect_caught_at(0, LINECHECK_CONTENT);
}

Test(promise_changes, a_reflink_may_be_to_another_offset)
{
	reflink(0, DX_PAGE, 0);
	sync_other_at(DX_PAGE, BLOCK);
	expect_clean();
	go_on();
	sync_other_at(DX_PAGE, OTHER_BLOCK);
	expect_caught_at(DX_PAGE, LINECHECK_CONTENT);
}

Test(promise_changes, a_reflink_that_failed_changes_nothing)
{
	reflink(0, 0, -EXDEV);
	map_store(8);
	sync_nowhere();
	expect_caught_at(8, LINECHECK_NOT_WRITTEN_BACK); /* it is where it was */
	sync_other_at(0, OTHER_BLOCK);
	go_on();
	judge(&(const struct linecheck_violation *){ NULL });
	cr_expect_eq(linecheck_counts(lc)->promised_bytes, 2 * DX_PAGE, "the other is empty");
}

Test(promise_changes, a_store_to_shared_blocks_moves_them)
{
	reflink(0, 0, 0);
	map_store(8);
	sync_nowhere();
	expect_unplaced(DX_PAGE);
}

Test(promise_changes, so_does_one_to_the_other_file)
{
	reflink(0, 0, 0);
	sync_other_at(0, BLOCK);
	begin(DX_OP_WRITE, OTHER, 8, 8, 0, next_generation());
	end(8);
	begin(DX_OP_FSYNC, OTHER, 0, 0, 0, 0);
	end(0);
	extent(OTHER, -EBADF, 0, 0, 0, 0);
	expect_unplaced(DX_PAGE);
}

/* ---- names: what may be spoilt once the last one is gone ---- */

Test(promise_changes, unlinking_the_last_name_frees)
{
	unlink_name("file");
	spoil(0);
	expect_clean();
}

Test(promise_changes, unlinking_another_name_does_not)
{
	names(DX_OP_LINK, "file", "second", 0);
	unlink_name("file");
	spoil(0);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

Test(promise_changes, nor_does_unlinking_that_failed)
{
	begin(DX_OP_UNLINK, 0, 0, 0, 0, 0);
	text("file");
	end(-EPERM);
	spoil(0);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

Test(promise_changes, renaming_over_the_last_name_frees)
{
	open_other();
	names(DX_OP_RENAME, "other", "file", 0);
	spoil(0);
	expect_clean();
}

Test(promise_changes, renaming_over_one_of_two_names_does_not)
{
	open_other();
	names(DX_OP_LINK, "file", "second", 0);
	names(DX_OP_RENAME, "other", "file", 0);
	spoil(0);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

Test(promise_changes, renaming_the_file_itself_does_not)
{
	names(DX_OP_RENAME, "file", "renamed", 0);
	spoil(0);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

Test(promise_changes, exchanging_names_does_not)
{
	open_other();
	names(DX_OP_RENAME, "other", "file", RENAME_EXCHANGE);
	spoil(0);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

Test(promise_changes, renaming_that_failed_does_not)
{
	open_other();
	begin(DX_OP_RENAME, 0, 0, 0, 0, 0);
	text("other");
	text("file");
	end(-EBUSY);
	spoil(0);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

/* ---- names: which file is opened by one ---- */

/* A store by the first handle that nobody writes back; a sync by one opened as @name. */
static void sync_by_name(const char *name)
{
	map_store(8);
	open_file(SECOND, name, O_RDWR | O_CREAT);
	sync_of(SECOND);
}

Test(promise_changes, a_file_is_opened_by_each_of_its_names)
{
	static const struct {
		enum dx_log_op op;
		const char *from, *to, *name;
		uint64_t flags;
	} by_name[] = {
		{ DX_OP_RENAME, "file", "new", "new", 0 },
		{ DX_OP_LINK, "file", "new", "new", 0 },
		{ DX_OP_SYMLINK, "file", "new", "new", 0 },
		{ DX_OP_RENAME, "file", "other", "other", RENAME_EXCHANGE },
		{ DX_OP_RENAME, "file", "dir/new", "dir/new", 0 },
	};

	for (size_t i = 0; i < sizeof(by_name) / sizeof(by_name[0]); i++) {
		end_run();
		start();
		open_other();
		names(by_name[i].op, by_name[i].from, by_name[i].to, by_name[i].flags);
		sync_by_name(by_name[i].name);
		expect_caught_at(8, LINECHECK_NOT_WRITTEN_BACK);
	}
}

Test(promise_changes, exchanged_names_are_the_other_files)
{
	open_other();
	names(DX_OP_RENAME, "file", "other", RENAME_EXCHANGE);
	begin(DX_OP_WRITE, OTHER, 0, 8, 0, next_generation());
	end(8);
	open_file(SECOND, "file", O_RDWR);
	begin(DX_OP_FSYNC, SECOND, 0, 0, 0, 0);
	end(0);
	extent(SECOND, 0, 0, OTHER_BLOCK, DX_PAGE, 0);
	expect_caught_at(0, LINECHECK_CONTENT);
}

Test(promise_changes, another_file_is_opened_by_another_name)
{
	sync_by_name("new");
	expect_clean();
}

Test(promise_changes, what_is_opened_by_a_name_that_went_is_another_file)
{
	names(DX_OP_RENAME, "file", "renamed", 0);
	sync_by_name("file");
	expect_clean();
}

/* ---- what was there before ---- */

/* Bytes that nobody wrote, in a page of a file opened with @flags whose end was written. */
static void open_page_of_rubbish(uint64_t flags)
{
	const uint64_t last = DX_PAGE - 8, place = DEVICE + OTHER_BLOCK;
	uint64_t generation, value;

	open_file(OTHER, "other", O_RDWR | flags);
	generation = next_generation();
	value = dx_pattern64(SEED, OTHER, last, generation);
	begin(DX_OP_WRITE, OTHER, last, 8, 0, generation);
	store_nt(place + last, &value, 8);
	store_nt(place + 64, "rubbish", 8);
	fence(DX_TRACE_SFENCE);
	end(8);
	sync_other_at(0, OTHER_BLOCK);
}

Test(promise_changes, a_file_that_was_made_has_zeros)
{
	open_page_of_rubbish(O_CREAT);
	expect_caught_at(64, LINECHECK_CONTENT);
}

Test(promise_changes, a_file_that_was_there_may_have_anything)
{
	open_page_of_rubbish(0);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promised_bytes, 2 * DX_PAGE);
}

/* Of which anything may be there, but not behind its end. */
Test(promise_changes, what_was_cut_off_of_it_is_zero)
{
	open_page_of_rubbish(0);
	simple(DX_OP_TRUNCATE, OTHER, 8, 0, 0, 0);
	simple(DX_OP_TRUNCATE, OTHER, DX_PAGE, 0, 0, 0);
	sync_other_at(0, OTHER_BLOCK);
	expect_caught_at(64, LINECHECK_CONTENT);
}

/* Its size was another than is known of it: this may cut it, and need not make it grow. */
static void write_other(uint64_t offset)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, OTHER, offset, generation);

	begin(DX_OP_WRITE, OTHER, offset, 8, 0, generation);
	store_nt(DEVICE + OTHER_BLOCK + offset, &value, 8);
	fence(DX_TRACE_SFENCE);
	end(8);
}

Test(promise_changes, what_may_have_been_there_is_not_zero_behind_a_write)
{
	open_file(OTHER, "other", O_RDWR);
	store_nt(DEVICE + OTHER_BLOCK + 64, "rubbish", 8);
	write_other(0);
	write_other(128);
	sync_other_at(0, OTHER_BLOCK);
	simple(DX_OP_TRUNCATE, OTHER, DX_PAGE, 0, 0, 0);
	sync_other_at(0, OTHER_BLOCK);
	expect_clean();
}

Test(promise_changes, a_new_file_system_has_none_of_the_files)
{
	simple(DX_OP_ENV_MKFS, 0, 0, 0, 0, 0);
	spoil(0);
	map_store(8);
	sync_of(FILE_HANDLE);
	expect_clean();
	sync_by_name("file");
	go_on();
	expect_clean();
}

/* ---- lengths that only the log knows of ---- */

#define HUGE (1ULL << 46)

/* Of all that the script does the last BEGIN cannot be followed, and it is said why. */
static void expect_too_big(const char *call)
{
	static const struct dx_trace_header h = { .vcpus = 1,
						  .ranges = 1,
						  .range = { { BASE, RANGE_SIZE } } };
	const struct linecheck_options o = { .mode = PERSIST_STRICT, .leave_out = CONTENT_NEVER };
	struct err e = { 0 };
	int r = 0;

	script_log = read_log();
	cr_assert_eq(linecheck_open(&lc, &h, script_log, &o, &e), 0, "%s", e.what);
	for (size_t i = 0; !r && i < run.n; i++) {
		const struct trace_record t = { &run.rec[i], run.data[i] };

		r = linecheck_record(lc, &t, &e);
		cr_expect_eq(!r, i < run.n - 2, "record %zu of %zu: %s", i, run.n, e.what);
	}
	cr_expect_eq(r, -E2BIG, "%d: %s", r, e.what);
	cr_expect_str_eq(e.object, call);
	cr_expect(strstr(e.what, "only 1024 MiB of a file are followed"), "%s", e.what);
}

Test(promise_changes, collapsing_a_huge_file)
{
	simple(DX_OP_TRUNCATE, FILE_HANDLE, HUGE, 0, 0, 0);
	simple(DX_OP_FALLOCATE, FILE_HANDLE, FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE, 0);
	expect_too_big("fallocate");
}

Test(promise_changes, inserting_into_a_huge_file)
{
	simple(DX_OP_TRUNCATE, FILE_HANDLE, HUGE, 0, 0, 0);
	simple(DX_OP_FALLOCATE, FILE_HANDLE, FALLOC_FL_INSERT_RANGE, DX_PAGE, DX_PAGE, 0);
	expect_too_big("fallocate");
}

Test(promise_changes, sharing_a_huge_file)
{
	simple(DX_OP_TRUNCATE, FILE_HANDLE, HUGE, 0, 0, 0);
	open_file(OTHER, "other", O_RDWR | O_CREAT);
	begin(DX_OP_REFLINK, OTHER, FILE_HANDLE, 0, 0, HUGE);
	end(0);
	expect_too_big("reflink");
}
