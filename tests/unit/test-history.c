// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What operations make of names and sizes: what may be found after a crash in the middle of
 * them, after them, and once they were synced. A history that forgets what was, or goes on
 * to allow it, fails here.
 */
#include "tests/unit/states-fixture.h"

#include <errno.h>
#include <linux/falloc.h>
#include <linux/fs.h>

#define PAGE DX_PAGE

TestSuite(history, .init = start_states, .fini = end_states);

/* ---- rename ---- */

Test(history, a_rename_that_was_not_synced_was_done_or_not)
{
	create(A, "a");
	fsync_of(A);
	names(DX_OP_RENAME, "a", "b", 0);
	FOUND("a", NULL);
	expect_legal();
	FOUND("b", NULL);
	expect_legal();
	FOUND(NULL);
	expect_only(ORACLE_REACHED, "b");
}

Test(history, it_is_never_half_done)
{
	create(A, "a");
	fsync_of(A);
	names(DX_OP_RENAME, "a", "b", 0);
	found();
	found_file("a", 100, 0);
	found_file("b", 100, 0);
	found_end();
	expect_illegal(ORACLE_LINKS, "a");
	expect_illegal(ORACLE_LINKS, "b");
	expect_nothing_by(ORACLE_ALL_RULES & ~(1U << ORACLE_LINKS), "without links");
}

/* The file system counts two, so fsck is content: but the file had two names at no time. */
Test(history, it_is_not_even_if_both_names_are_counted)
{
	create(A, "a");
	names(DX_OP_RENAME, "a", "b", 0);
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_entry("b", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_only(ORACLE_LINKS, "b");
}

Test(history, nor_is_it_in_the_other_direction)
{
	create(A, "b");
	names(DX_OP_RENAME, "b", "a", 0);
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_entry("b", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_only(ORACLE_LINKS, "b");
}

Test(history, a_synced_rename_is_done)
{
	create(A, "a");
	sync_all();
	names(DX_OP_RENAME, "a", "b", 0);
	sync_all();
	FOUND("b", NULL);
	expect_legal();
	FOUND("a", NULL);
	expect_illegal(ORACLE_NAME, "a");
	expect_illegal(ORACLE_NAME, "b");
	expect_illegal(ORACLE_REACHED, "b");
}

/* Of two calls that ran at one time either may have been the last. */
Test(history, a_name_of_two_workers_may_be_either_s)
{
	begin(DX_OP_OPEN, A, O_RDWR | O_CREAT, 0644, 0, 0);
	text("a");
	by(1);
	names(DX_OP_UNLINK, "a", NULL, 0);
	sync_all();
	crash();
	by(0);
	end(0);
	FOUND("a", NULL);
	expect_legal();
	FOUND(NULL);
	expect_legal();
}

Test(history, a_rename_over_a_file_leaves_one_or_the_other)
{
	uint64_t old, new;

	create(A, "a");
	new = write_to(A, 0, PAGE, 0);
	create(B, "b");
	old = write_to(B, 0, PAGE, 0);
	sync_all();
	names(DX_OP_RENAME, "a", "b", 0);

	found_page_of("b", A, new);
	expect_legal();

	found();
	found_file("a", 100, PAGE);
	found_bytes(A, 0, PAGE, new);
	found_file("b", 101, PAGE);
	found_bytes(B, 0, PAGE, old);
	found_end();
	expect_legal();

	found_page_of("a", A, new); /* no "b" at all */
	expect_only(ORACLE_NAME, "b");

	FOUND("a", NULL); /* nor the data */
	expect_illegal(ORACLE_NAME, "b");
	expect_illegal(ORACLE_SIZE, "a");
}

/* The old name is gone, and the new one is still the other file. */
Test(history, a_rename_over_a_file_does_not_lose_the_one_that_is_renamed)
{
	uint64_t old;

	create(A, "a");
	write_to(A, 0, PAGE, 0);
	create(B, "b");
	old = write_to(B, 0, PAGE, 0);
	sync_all();
	names(DX_OP_RENAME, "a", "b", 0);
	found_page_of("b", B, old);
	expect_only(ORACLE_REACHED, "b");
}

Test(history, a_synced_rename_over_a_file_has_replaced_it)
{
	uint64_t old;

	create(A, "a");
	write_to(A, 0, PAGE, 0);
	create(B, "b");
	old = write_to(B, 0, PAGE, 0);
	sync_all();
	names(DX_OP_RENAME, "a", "b", 0);
	sync_all();
	found_page_of("b", B, old);
	expect_only(ORACLE_DATA, "b");
}

Test(history, fsync_after_a_rename_takes_the_old_name_away)
{
	create(A, "a");
	fsync_of(A);
	names(DX_OP_RENAME, "a", "b", 0);
	fsync_of(A);
	FOUND("b", NULL);
	expect_legal();
	FOUND("a", NULL);
	expect_illegal(ORACLE_STRICT_NAME, "a");
	expect_illegal(ORACLE_STRICT_NAME, "b");
	/* To POSIX it is the same file by its old name. */
	expect_nothing_by(ORACLE_ALL_RULES & ~(1U << ORACLE_STRICT_NAME), "without strict names");
}

/* It is there by both names, and must not be by the old one. */
Test(history, strict_names_are_a_rule_of_their_own)
{
	create(A, "a");
	names(DX_OP_LINK, "a", "b", 0);
	names(DX_OP_UNLINK, "a", NULL, 0);
	fsync_of(A);
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_entry("b", S_IFREG | 0644, 100, 2, 0);
	found_end();
	cr_expect_eq(expect_only(ORACLE_STRICT_NAME, "a")->promise->rec->op, DX_OP_FSYNC);
	sync_all();
	cr_expect_eq(expect_only(ORACLE_NAME, "a")->promise->rec->op, DX_OP_SYNC);
}

Test(history, the_name_of_another_file_is_not_promised_by_fsync)
{
	create(A, "a");
	fsync_of(A);
	names(DX_OP_RENAME, "a", "b", 0);
	create(C, "a");
	fsync_of(A);
	FOUND("b", NULL);
	expect_legal();
	FOUND("a", "b", NULL);
	expect_legal();
}

Test(history, an_exchange_loses_neither)
{
	uint64_t a, b;

	create(A, "a");
	a = write_to(A, 0, PAGE, 0);
	create(B, "b");
	b = write_to(B, 0, PAGE, 0);
	sync_all();
	names(DX_OP_RENAME, "a", "b", RENAME_EXCHANGE);

	found();
	found_file("a", 101, PAGE);
	found_bytes(B, 0, PAGE, b);
	found_file("b", 100, PAGE);
	found_bytes(A, 0, PAGE, a);
	found_end();
	expect_legal();

	/* "b" was overwritten instead, and A is there twice. */
	found();
	found_file("a", 100, PAGE);
	found_bytes(A, 0, PAGE, a);
	found_file("b", 101, PAGE);
	found_bytes(A, 0, PAGE, a);
	found_end();
	expect_only(ORACLE_REACHED, "a");
}

Test(history, files_go_with_their_directory)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	create(A, "d/a");
	sync_all();
	names(DX_OP_RENAME, "d", "e", 0);
	found();
	found_directory("d");
	found_file("d/a", 100, 0);
	found_end();
	expect_legal();
	found();
	found_directory("e");
	found_file("e/a", 100, 0);
	found_end();
	expect_legal();
	found();
	found_directory("e");
	found_end();
	expect_only(ORACLE_REACHED, "e/a");
	sync_all();
	found();
	found_directory("d");
	found_file("d/a", 100, 0);
	found_end();
	expect_illegal(ORACLE_NAME, "d");
	expect_illegal(ORACLE_NAME, "d/a");
	expect_illegal(ORACLE_NAME, "e");
	expect_illegal(ORACLE_NAME, "e/a");
}

/* It is in no transaction of the file's. */
Test(history, fsync_of_a_file_does_not_promise_the_rename_of_its_directory)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	create(A, "d/a");
	sync_all();
	names(DX_OP_RENAME, "d", "e", 0);
	fsync_of(A);
	found();
	found_directory("d");
	found_file("d/a", 100, 0);
	found_end();
	expect_legal();
	fsync_directory(B, "e");
	expect_legal(); /* nor has the directory a say in its own name */
	names(DX_OP_RENAME, "e/a", "e/b", 0);
	fsync_of(A); /* but that of the file, which came after it */
	found();
	found_directory("e");
	found_file("e/a", 100, 0);
	found_end();
	expect_illegal(ORACLE_STRICT_NAME, "e/a");
	expect_illegal(ORACLE_STRICT_NAME, "e/b");
}

Test(history, a_rename_of_one_name_of_a_file_to_another_does_nothing)
{
	create(A, "a");
	names(DX_OP_LINK, "a", "b", 0);
	names(DX_OP_RENAME, "a", "b", 0);
	sync_all();
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_entry("b", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_legal();
	FOUND("b", NULL);
	expect_only(ORACLE_NAME, "a");
}

Test(history, a_rename_that_failed_did_nothing)
{
	create(A, "a");
	sync_all();
	begin(DX_OP_RENAME, 0, 0, 0, 0, 0);
	text("a");
	text("b");
	end(-ENOSPC);
	FOUND("a", NULL);
	expect_legal();
	FOUND("b", NULL);
	expect_illegal(ORACLE_NAME, "a");
	expect_illegal(ORACLE_NAME, "b");
}

Test(history, paths_are_the_same_with_a_dot_before_them)
{
	create(A, "./a");
	names(DX_OP_RENAME, "a", "././b", 0);
	sync_all();
	FOUND("b", NULL);
	expect_legal();
}

/* The log was full before it could have the name; and nothing that comes later is judged. */
Test(history, an_operation_without_its_name_changes_nothing)
{
	create(A, "a");
	sync_all();
	begin(DX_OP_UNLINK, 0, 0, 0, 0, 0);
	FOUND("a", NULL);
	expect_legal();
}

Test(history, what_sync_has_promised_no_later_call_takes_back)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	create(A, "d/a");
	sync_all();
	names(DX_OP_RENAME, "d", "e", 0);
	sync_all();
	fsync_of(A);
	fsync_directory(B, "e");
	found();
	found_directory("d");
	found_file("d/a", 100, 0);
	found_end();
	expect_illegal(ORACLE_NAME, "d/a");
	expect_illegal(ORACLE_NAME, "e/a");
}

/* ---- links, unlink ---- */

/* linkat() does not follow it. */
Test(history, a_link_to_a_symbolic_link_is_one)
{
	create(A, "a");
	names(DX_OP_SYMLINK, "a", "l", 0);
	names(DX_OP_LINK, "l", "m", 0);
	sync_all();
	found();
	found_file("a", 100, 0);
	found_link("l", "a");
	found_link("m", "a");
	found_end();
	expect_legal();
}

Test(history, an_unlink_that_was_not_synced_was_done_or_not)
{
	uint64_t generation = synced_page();

	names(DX_OP_UNLINK, "a", NULL, 0);
	FOUND(NULL);
	expect_legal();
	found_page_of("a", A, generation);
	expect_legal();
}

Test(history, what_was_unlinked_and_synced_is_gone)
{
	create(A, "a");
	fsync_of(A);
	names(DX_OP_UNLINK, "a", NULL, 0);
	sync_all();
	FOUND(NULL);
	expect_legal();
	FOUND("a", NULL);
	cr_expect_eq(expect_only(ORACLE_NAME, "a")->promise->rec->op, DX_OP_SYNC);
}

Test(history, so_is_a_directory)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	sync_all();
	names(DX_OP_RMDIR, "d", NULL, 0);
	FOUND(NULL);
	expect_legal();
	found();
	found_directory("d");
	found_end();
	expect_legal();
	sync_all();
	expect_only(ORACLE_NAME, "d");
}

Test(history, an_old_descriptor_does_not_promise_the_new_file)
{
	create(A, "a");
	fsync_of(A);
	names(DX_OP_UNLINK, "a", NULL, 0);
	create(B, "a");
	fsync_of(A);
	FOUND(NULL);
	expect_legal();
	FOUND("a", NULL);
	expect_legal();
	fsync_of(B);
	FOUND(NULL);
	expect_illegal(ORACLE_STRICT_NAME, "a");
}

Test(history, a_file_that_was_unlinked_while_open_is_gone)
{
	synced_page();
	names(DX_OP_UNLINK, "a", NULL, 0);
	write_to(A, 0, PAGE, 0);
	sync_file(DX_OP_FDATASYNC, A);
	FOUND(NULL);
	expect_legal();
	sync_all();
	expect_legal();
}

Test(history, a_file_keeps_its_data_while_it_has_a_name)
{
	uint64_t generation = synced_page();

	names(DX_OP_LINK, "a", "b", 0);
	sync_all();
	names(DX_OP_UNLINK, "a", NULL, 0);
	found_page_of("b", A, generation);
	expect_legal();
	found();
	found_file("b", 100, PAGE);
	found_end();
	expect_only(ORACLE_DATA, "b");
	FOUND(NULL);
	expect_illegal(ORACLE_NAME, "b");
	cr_expect_eq(expect_illegal(ORACLE_REACHED, "b")->rule, ORACLE_REACHED);
}

Test(history, a_file_without_a_name_is_none)
{
	open_file(A, ".", O_RDWR | O_TMPFILE);
	write_to(A, 0, PAGE, 0);
	fsync_of(A);
	sync_all();
	FOUND(NULL);
	expect_legal();
}

Test(history, a_symbolic_link_is_followed)
{
	create(A, "a");
	names(DX_OP_SYMLINK, "a", "l", 0);
	open_file(B, "l", O_RDWR);
	truncate_to(B, PAGE);
	fsync_of(B);
	sync_all();
	found();
	found_file("a", 100, PAGE);
	found_link("l", "a");
	found_end();
	expect_legal();
	found();
	found_file("a", 100, 0);
	found_link("l", "a");
	found_end();
	expect_only(ORACLE_SIZE, "a");
}

/* What was there before the log began has no history. */
Test(history, operations_on_what_nobody_made_are_passed_over)
{
	open_file(A, "old", O_RDWR);
	simple(DX_OP_FALLOCATE, A, 0, 0, PAGE, 0);
	truncate_to(A, 2 * PAGE);
	write_to(A, 0, PAGE, 0);
	names(DX_OP_RENAME, "old", "new", 0);
	names(DX_OP_LINK, "old", "other", 0);
	fsync_of(A);
	simple(DX_OP_CLOSE, A, 0, 0, 0, 0);
	FOUND(NULL);
	expect_legal();
}

/* ---- sizes ---- */

Test(history, a_size_that_was_promised_is_there)
{
	create(A, "a");
	truncate_to(A, 3 * PAGE);
	fsync_of(A);
	found_size(3 * PAGE);
	expect_legal();
	found_size(0);
	cr_expect_eq(expect_only(ORACLE_SIZE, "a")->promise->rec->op, DX_OP_FSYNC);
	found_size(2 * PAGE);
	expect_only(ORACLE_SIZE, "a");
	found_size(3 * PAGE + 1);
	expect_only(ORACLE_SIZE, "a");
}

Test(history, a_truncation_is_not_half_done)
{
	create(A, "a");
	truncate_to(A, 3 * PAGE);
	fsync_of(A);
	truncate_to(A, PAGE);
	found_size(3 * PAGE);
	expect_legal();
	found_size(PAGE);
	expect_legal();
	found_size(2 * PAGE);
	expect_only(ORACLE_SIZE, "a");
	sync_file(DX_OP_FDATASYNC, A);
	found_size(PAGE);
	expect_legal();
	found_size(3 * PAGE);
	cr_expect_eq(expect_only(ORACLE_SIZE, "a")->promise->rec->op, DX_OP_FDATASYNC);
}

Test(history, a_file_that_is_made_larger_is_not_half_so)
{
	create(A, "a");
	truncate_to(A, PAGE);
	fsync_of(A);
	truncate_to(A, 4 * PAGE);
	found_size(PAGE);
	expect_legal();
	found_size(4 * PAGE);
	expect_legal();
	found_size(2 * PAGE);
	expect_only(ORACLE_SIZE, "a");
	fsync_of(A);
	found_size(PAGE);
	expect_only(ORACLE_SIZE, "a");
	found_size(4 * PAGE);
	expect_legal();
}

/* Of two that run at one time either may have been the last. */
Test(history, sizes_of_two_workers_are_both_legal)
{
	create(A, "a");
	begin(DX_OP_TRUNCATE, A, PAGE, 0, 0, 0);
	by(1);
	truncate_to(A, 2 * PAGE);
	by(0);
	end(0);
	fsync_of(A);
	found_size(PAGE);
	expect_legal();
	found_size(2 * PAGE);
	expect_legal();
	found_size(0);
	expect_only(ORACLE_SIZE, "a");
	truncate_to(A, 3 * PAGE);
	fsync_of(A);
	found_size(PAGE);
	expect_only(ORACLE_SIZE, "a");
	begin(DX_OP_TRUNCATE, A, 4 * PAGE, 0, 0, 0);
	by(1);
	begin(DX_OP_TRUNCATE, A, 5 * PAGE, 0, 0, 0);
	by(0);
	end(0); /* it is over before the other is, but not before that began */
	by(1);
	end(0);
	fsync_of(A);
	found_size(4 * PAGE);
	expect_legal();
	found_size(5 * PAGE);
	expect_legal();
	found_size(3 * PAGE);
	expect_only(ORACLE_SIZE, "a");
}

Test(history, an_append_ends_anywhere_until_it_is_promised)
{
	uint64_t generation;

	create(A, "a");
	truncate_to(A, PAGE);
	fsync_of(A);
	generation = next_generation();
	begin_write_of(A, PAGE, 2 * PAGE, 0, generation);
	crash();
	end(2 * (int64_t)PAGE);
	for (uint64_t size = PAGE; size <= 3 * PAGE; size += PAGE / 4) {
		found_size(size);
		expect_legal();
	}
	found_size(PAGE - 1);
	expect_only(ORACLE_SIZE, "a");
	found_size(3 * PAGE + 1);
	expect_only(ORACLE_SIZE, "a");
}

Test(history, a_short_write_ends_where_it_came_to)
{
	create(A, "a");
	begin_write_of(A, 0, 2 * PAGE, 0, next_generation());
	end(PAGE);
	found_size(PAGE + 1);
	expect_only(ORACLE_SIZE, "a");
	found_size(PAGE);
	expect_legal();
}

Test(history, open_can_truncate)
{
	create(A, "a");
	truncate_to(A, PAGE);
	sync_all();
	open_file(B, "a", O_RDWR | O_CREAT);
	found_size(0);
	expect_only(ORACLE_SIZE, "a"); /* but only if it is to */
	open_file(B, "a", O_RDWR | O_TRUNC);
	found_size(PAGE);
	expect_legal();
	found_size(0);
	expect_legal();
	fsync_of(B);
	expect_legal();
	found_size(PAGE);
	expect_only(ORACLE_SIZE, "a");
}

static void fallocate_of(uint64_t mode, uint64_t offset, uint64_t length)
{
	simple(DX_OP_FALLOCATE, A, mode, offset, length, 0);
}

Test(history, fallocate_sizes)
{
	create(A, "a");
	truncate_to(A, PAGE);
	fallocate_of(FALLOC_FL_KEEP_SIZE, 0, 4 * PAGE);
	fsync_of(A);
	found_size(PAGE);
	expect_legal();
	found_size(4 * PAGE);
	expect_only(ORACLE_SIZE, "a");

	fallocate_of(0, 0, 4 * PAGE);
	found_size(4 * PAGE);
	expect_legal();
	fsync_of(A);
	found_size(PAGE);
	expect_only(ORACLE_SIZE, "a");

	fallocate_of(FALLOC_FL_INSERT_RANGE, PAGE, PAGE);
	fsync_of(A);
	found_size(5 * PAGE);
	expect_legal();
	found_size(4 * PAGE);
	expect_only(ORACLE_SIZE, "a");

	fallocate_of(FALLOC_FL_COLLAPSE_RANGE, PAGE, 2 * PAGE);
	fsync_of(A);
	found_size(3 * PAGE);
	expect_legal();
	found_size(5 * PAGE);
	expect_only(ORACLE_SIZE, "a");
}
