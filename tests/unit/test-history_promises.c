// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which call promises what of names and sizes, and who is named for data that is not there.
 * A checker that takes a call for less, for more, or for another's fails here.
 */
#include "tests/unit/states-fixture.h"

#include <errno.h>
#include <sys/uio.h>

#define PAGE DX_PAGE

static const enum dx_log_op syncs[] = { DX_OP_FSYNC, DX_OP_FDATASYNC, DX_OP_SYNC, DX_OP_SYNCFS,
					DX_OP_ENV_UMOUNT };
#define SYNCS (sizeof(syncs) / sizeof(syncs[0]))

TestSuite(history_promises, .init = start_states, .fini = end_states);

/* ---- names ---- */

Test(history_promises, a_file_that_was_never_synced_may_be_there_or_not)
{
	create(A, "a");
	FOUND(NULL);
	expect_legal();
	FOUND("a", NULL);
	expect_legal();
}

Test(history_promises, a_synced_file_is_there)
{
	create(A, "a");
	fsync_of(A);
	FOUND("a", NULL);
	expect_legal();
	FOUND(NULL);
	expect_illegal(ORACLE_STRICT_NAME, "a");
	cr_expect_eq(expect_illegal(ORACLE_REACHED, "a")->promise->rec->op, DX_OP_FSYNC);
}

Test(history_promises, it_may_be_missing_until_the_call_has_returned)
{
	create(A, "a");
	begin(DX_OP_FSYNC, A, 0, 0, 0, 0);
	crash();
	end(0);
	FOUND(NULL);
	expect_legal();
	FOUND("a", NULL);
	expect_legal();
}

Test(history_promises, a_call_that_failed_promises_nothing)
{
	for (size_t i = 0; i < SYNCS; i++) {
		create(A, "a");
		simple(syncs[i], i < 2 ? A : 0, 0, 0, 0, -EIO);
	}
	FOUND(NULL);
	expect_legal();
}

Test(history_promises, a_call_that_never_returned_promises_nothing)
{
	create(A, "a");
	begin(DX_OP_FSYNC, A, 0, 0, 0, 0);
	mark(DX_MARK_END);
	FOUND(NULL);
	expect_legal();
}

Test(history_promises, what_began_after_the_call_did_is_not_promised)
{
	create(A, "a");
	begin(DX_OP_SYNC, 0, 0, 0, 0, 0);
	by(1);
	create(B, "b");
	by(0);
	end(0);
	FOUND("a", NULL);
	expect_legal();
	FOUND("a", "b", NULL);
	expect_legal();
	FOUND("b", NULL);
	expect_illegal(ORACLE_NAME, "a");
}

/* fdatasync says that its data can be had, by some name. */
Test(history_promises, fdatasync_promises_that_it_is_reached)
{
	create(A, "a");
	sync_file(DX_OP_FDATASYNC, A);
	FOUND(NULL);
	cr_expect_eq(expect_only(ORACLE_REACHED, "a")->promise->rec->op, DX_OP_FDATASYNC);
	FOUND("a", NULL);
	expect_legal();
}

Test(history_promises, fdatasync_does_not_say_by_which_name)
{
	create(A, "a");
	names(DX_OP_RENAME, "a", "b", 0);
	sync_file(DX_OP_FDATASYNC, A);
	FOUND("a", NULL);
	expect_legal();
	FOUND("b", NULL);
	expect_legal();
	FOUND(NULL);
	expect_only(ORACLE_REACHED, "b");
}

Test(history_promises, sync_and_its_like_promise_all_names)
{
	create(A, "a");
	create(B, "b");
	names(DX_OP_MKDIR, "d", NULL, 0);
	names(DX_OP_SYMLINK, "a", "l", 0);
	for (size_t i = 2; i < SYNCS; i++) {
		size_t was = run.n;

		sync_file(syncs[i], 0);
		found();
		found_file("a", 100, 0);
		found_file("b", 101, 0);
		found_directory("d");
		found_link("l", "a");
		found_end();
		expect_legal();
		FOUND("a", "b", NULL);
		expect_illegal(ORACLE_NAME, "d");
		expect_illegal(ORACLE_NAME, "l");
		cr_expect_eq(expect_illegal(ORACLE_REACHED, "d")->promise->rec->op, DX_OP_SYNC);
		cr_assert_gt(run.n, was);
	}
}

Test(history_promises, each_of_them_does)
{
	const enum dx_log_op all[] = { DX_OP_SYNC, DX_OP_SYNCFS, DX_OP_ENV_UMOUNT };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		end_states();
		start_states();
		names(DX_OP_MKDIR, "d", NULL, 0);
		sync_file(all[i], 0);
		FOUND(NULL);
		cr_expect_eq(expect_illegal(ORACLE_NAME, "d")->promise->rec->op, all[i]);
	}
}

Test(history_promises, a_remount_does_if_it_is_read_only)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	simple(DX_OP_ENV_REMOUNT, 0, 0, 0, 0, 0);
	FOUND(NULL);
	expect_legal();
	simple(DX_OP_ENV_REMOUNT, 0, 1, 0, 0, 0);
	expect_illegal(ORACLE_NAME, "d");
}

Test(history_promises, fsync_of_a_directory_promises_the_names_in_it)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	create(A, "d/a");
	create(B, "b");
	fsync_directory(C, "d");
	found();
	found_directory("d");
	found_end();
	expect_illegal(ORACLE_NAME, "d/a");
	found();
	found_directory("d");
	found_file("d/a", 100, 0);
	found_end();
	expect_legal(); /* "b" is not in it */
}

Test(history_promises, a_directory_that_was_removed_promises_nothing)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	create(A, "a");
	open_file(B, "d", O_RDONLY | O_DIRECTORY);
	names(DX_OP_RMDIR, "d", NULL, 0);
	fsync_of(B);
	FOUND(NULL);
	expect_legal();
}

Test(history_promises, fsync_of_the_root_promises_what_is_right_below_it)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	names(DX_OP_MKDIR, "d/e", NULL, 0);
	create(A, "a");
	fsync_directory(C, ".");
	found();
	found_directory("d");
	found_file("a", 100, 0);
	found_end();
	expect_legal();
	FOUND("a", NULL);
	expect_illegal(ORACLE_NAME, "d");
	found();
	found_directory("d");
	found_end();
	expect_illegal(ORACLE_NAME, "a");
}

/* ---- sizes ---- */

Test(history_promises, a_synchronous_write_promises_its_size)
{
	const uint64_t how[][2] = { { O_DSYNC, 0 }, { 0, RWF_DSYNC }, { 0, RWF_SYNC } };

	for (size_t i = 0; i < 3; i++) {
		uint64_t generation;

		end_states();
		start_states();
		open_file(A, "a", O_RDWR | O_CREAT | how[i][0]);
		generation = write_to(A, 0, PAGE, how[i][1]);
		found_page_of("a", A, generation);
		expect_legal();
		found_size(PAGE);
		cr_expect_eq(expect_only(ORACLE_DATA, "a")->promise->rec->op, DX_OP_WRITE);
		FOUND("a", NULL);
		cr_expect_eq(expect_only(ORACLE_SIZE, "a")->promise->rec->op, DX_OP_WRITE);
		FOUND(NULL);
		if (i < 2)
			expect_only(ORACLE_REACHED, "a");
		else
			expect_illegal(ORACLE_STRICT_NAME, "a");
	}
}

Test(history_promises, one_that_wrote_nothing_promises_nothing)
{
	open_file(A, "a", O_RDWR | O_CREAT | O_DSYNC);
	write_to(A, 0, 0, 0);
	FOUND(NULL);
	expect_legal();
}

Test(history_promises, the_first_call_is_named_that_promised_the_size)
{
	create(A, "a");
	truncate_to(A, PAGE);
	sync_file(DX_OP_FDATASYNC, A);
	sync_all();
	FOUND("a", NULL);
	cr_expect_eq(expect_only(ORACLE_SIZE, "a")->promise->rec->op, DX_OP_FDATASYNC);
}

Test(history_promises, a_name_that_is_changing_is_not_promised)
{
	create(A, "a");
	by(1);
	begin(DX_OP_RENAME, 0, 0, 0, 0, 0);
	text("a");
	text("b");
	by(0);
	fsync_of(A);
	crash();
	by(1);
	end(0);
	FOUND("a", NULL);
	expect_legal();
	FOUND("b", NULL);
	expect_legal();
}

/* O_SYNC is as if fsync() followed, O_DSYNC as if fdatasync() did: open(2). */
Test(history_promises, a_write_through_o_sync_promises_its_name)
{
	open_file(A, "a", O_RDWR | O_CREAT | O_SYNC);
	write_to(A, 0, PAGE, 0);
	FOUND(NULL);
	expect_illegal(ORACLE_STRICT_NAME, "a");
}

Test(history_promises, a_write_through_o_dsync_promises_nothing_of_another_worker)
{
	open_file(A, "a", O_RDWR | O_CREAT | O_DSYNC);
	truncate_to(A, 2 * PAGE);
	begin_write_of(A, 0, PAGE, 0, next_generation());
	by(1);
	truncate_to(A, 3 * PAGE);
	by(0);
	end(PAGE);
	found_size(3 * PAGE);
	expect_nothing_by(1U << ORACLE_SIZE, "a size");
	found_size(2 * PAGE);
	expect_nothing_by(1U << ORACLE_SIZE, "a size");
}

Test(history_promises, msync_promises_the_pages_of_its_range_and_the_size)
{
	uint64_t first, second;

	create(A, "a");
	truncate_to(A, 2 * PAGE);
	map_of(A, DX_MAP_READ | DX_MAP_WRITE);
	first = store_to(0, PAGE);
	second = store_to(PAGE, PAGE);
	simple(DX_OP_MSYNC, MAPPING, 0, PAGE, MS_SYNC, 0);

	found();
	found_file("a", 100, 2 * PAGE);
	found_bytes(A, 0, PAGE, first);
	found_end();
	expect_legal();
	found();
	found_file("a", 100, 2 * PAGE);
	found_bytes(A, 0, PAGE, first);
	found_bytes(A, PAGE, PAGE, second);
	found_end();
	expect_legal();
	found();
	found_file("a", 100, 2 * PAGE);
	found_bytes(A, PAGE, PAGE, second);
	found_end();
	cr_expect_eq(expect_only(ORACLE_DATA, "a")->promise->rec->op, DX_OP_MSYNC);
	found();
	found_file("a", 100, PAGE);
	found_bytes(A, 0, PAGE, first);
	found_end();
	expect_only(ORACLE_SIZE, "a");
	FOUND(NULL);
	expect_only(ORACLE_REACHED, "a");
}

Test(history_promises, msync_that_does_not_wait_or_of_a_private_mapping_promises_nothing)
{
	create(A, "a");
	truncate_to(A, PAGE);
	map_of(A, DX_MAP_READ | DX_MAP_WRITE);
	simple(DX_OP_MSYNC, MAPPING, 0, PAGE, MS_ASYNC, 0);
	FOUND(NULL);
	expect_legal();
	simple(DX_OP_UNMAP, MAPPING, 0, 0, 0, 0);
	map_of(A, DX_MAP_READ | DX_MAP_WRITE | DX_MAP_PRIVATE);
	simple(DX_OP_MSYNC, MAPPING, 0, PAGE, MS_SYNC, 0);
	expect_legal();
	FOUND("a", NULL);
	expect_legal();
}

/* ---- data: whose promise it is ---- */

/* Whose promise it is: of the call that was the first to cover what is missing. */
Test(history_promises, the_call_is_named_that_promised_what_is_missing)
{
	uint64_t first = synced_page();
	const struct oracle_finding *one;

	write_to(A, 0, PAGE, 0);
	sync_file(DX_OP_FDATASYNC, A);
	sync_all();
	found_page_of("a", A, first);
	one = expect_only(ORACLE_DATA, "a");
	cr_expect_eq(one->promise->rec->op, DX_OP_FDATASYNC, "%s", one->promise->kind->name);
}

Test(history_promises, a_call_names_only_what_is_in_its_range)
{
	create(A, "a");
	truncate_to(A, 2 * PAGE);
	map_of(A, DX_MAP_READ | DX_MAP_WRITE);
	store_to(PAGE, PAGE);
	simple(DX_OP_MSYNC, MAPPING, 0, PAGE, MS_SYNC, 0);
	fsync_of(A);
	found_size(2 * PAGE);
	cr_expect_eq(expect_only(ORACLE_DATA, "a")->promise->rec->op, DX_OP_FSYNC);
}

Test(history_promises, a_program_can_promise_to_itself)
{
	create(A, "a");
	truncate_to(A, 2 * PAGE);
	fsync_of(A);
	map_of(A, DX_MAP_READ | DX_MAP_WRITE | DX_MAP_SYNC);
	store_to(PAGE, 64);
	simple(DX_OP_FLUSH, MAPPING, PAGE, 64, 0, 0);
	found_size(2 * PAGE);
	expect_legal();
	simple(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	cr_expect_eq(expect_only(ORACLE_DATA, "a")->promise->rec->op, DX_OP_DRAIN);
	store_to(0, 64);
	simple(DX_OP_RELY, MAPPING, 0, 64, 0, 0);
	cr_expect_eq(expect_only(ORACLE_DATA, "a")->promise->rec->op, DX_OP_RELY);
}

Test(history_promises, so_it_can_by_stores_past_the_caches)
{
	uint64_t generation;

	create(A, "a");
	truncate_to(A, 2 * PAGE);
	fsync_of(A);
	map_of(A, DX_MAP_READ | DX_MAP_WRITE | DX_MAP_SYNC);
	generation = next_generation();
	begin(DX_OP_COPY_NT, MAPPING, PAGE, 64, 0, generation);
	end(0);
	found_size(2 * PAGE);
	expect_legal();
	simple(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	cr_expect_eq(expect_only(ORACLE_DATA, "a")->promise->rec->op, DX_OP_DRAIN);
	found();
	found_file("a", 100, 2 * PAGE);
	found_bytes(A, PAGE, 64, generation);
	found_end();
	expect_legal();
}

/* Whose blocks may be moved is not bound by a flush: mmap(2), MAP_SYNC. */
Test(history_promises, through_a_mapping_without_map_sync_it_cannot)
{
	create(A, "a");
	truncate_to(A, PAGE);
	fsync_of(A);
	map_of(A, DX_MAP_READ | DX_MAP_WRITE);
	store_to(0, 64);
	simple(DX_OP_FLUSH, MAPPING, 0, 64, 0, 0);
	simple(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	found_size(PAGE);
	expect_legal();
}

Test(history_promises, the_directory_of_a_name_is_enough_to_reach_it)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	create(A, "d/a");
	fsync_directory(B, "d");
	names(DX_OP_RENAME, "d/a", "b", 0);
	found();
	found_directory("d");
	found_end();
	cr_expect_eq(expect_only(ORACLE_REACHED, "b")->promise->rec->op, DX_OP_FSYNC);
	FOUND("b", NULL);
	expect_legal();
}

Test(history_promises, the_first_call_is_named_that_made_it_reached)
{
	create(A, "a");
	sync_file(DX_OP_FDATASYNC, A);
	sync_all();
	names(DX_OP_RENAME, "a", "b", 0);
	FOUND(NULL);
	cr_expect_eq(expect_only(ORACLE_REACHED, "b")->promise->rec->op, DX_OP_FDATASYNC);
}
