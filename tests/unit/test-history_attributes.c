// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Modes and extended attributes that may be there after a crash, and which call promises them.
 * A history that forgets a value that may still be, allows one that was promised away, or takes
 * fdatasync for fsync fails here.
 */
#include "tests/unit/states-fixture.h"

#include <sys/mman.h>
#include <sys/uio.h>

TestSuite(history_attributes, .init = start_states, .fini = end_states);

/* ---- what is found of "a" ---- */

static void found_mode(uint64_t mode)
{
	found();
	found_entry("a", S_IFREG | mode, 100, 1, 0);
	found_end();
}

static void found_value(uint64_t size, uint64_t generation)
{
	found();
	found_file("a", 100, 0);
	if (size)
		found_xattr(0, size, generation);
	found_end();
}

static void expect_modes(uint64_t legal, uint64_t other)
{
	found_mode(legal);
	expect_legal();
	found_mode(other);
	expect_only(ORACLE_MODE, "a");
}

/* ---- versions ---- */

Test(history_attributes, a_mode_that_was_not_synced_is_old_or_any_later)
{
	static const uint64_t legal[] = { 0644, 0600, 0777 };

	create(A, "a");
	fsync_of(A);
	chmod_of(A, 0600);
	chmod_of(A, 0777);
	for (size_t i = 0; i < sizeof(legal) / sizeof(legal[0]); i++) {
		found_mode(legal[i]);
		expect_legal();
	}
	found_mode(0640);
	expect_only(ORACLE_MODE, "a");
	found_mode(0);
	expect_only(ORACLE_MODE, "a");
}

Test(history_attributes, a_file_has_the_mode_that_it_was_made_with)
{
	create(A, "a");
	names(DX_OP_MKDIR, "d", NULL, 0);
	expect_modes(0644, 0);
	found();
	found_directory("d");
	found_end();
	expect_legal();
	found();
	found_entry("d", S_IFDIR | 0700, 99, 2, 4096);
	found_end();
	expect_only(ORACLE_MODE, "d");
}

Test(history_attributes, a_mode_that_was_synced_is_there_or_a_later)
{
	const struct oracle_finding *one;

	create(A, "a");
	chmod_of(A, 0600);
	fsync_of(A);
	expect_modes(0600, 0644);
	one = expect_only(ORACLE_MODE, "a");
	cr_expect_eq(one->promise->rec->op, DX_OP_FSYNC);
	cr_expect_str_eq(one->what, "has mode 0644, may have 0600");
	chmod_of(A, 0640);
	expect_modes(0600, 0644);
	expect_modes(0640, 0644);
	fsync_of(A);
	expect_modes(0640, 0600);
}

Test(history_attributes, a_value_that_was_not_synced_is_old_or_any_later)
{
	uint64_t first, second;

	create(A, "a");
	fsync_of(A);
	first = set_xattr(A, 0, 30);
	second = set_xattr(A, 0, 20);
	remove_xattr(A, 0);
	found_value(30, first);
	expect_legal();
	found_value(20, second);
	expect_legal();
	found_value(0, 0);
	expect_legal();
	found_value(30, second); /* of the size of the one before it */
	expect_only(ORACLE_XATTR, "a");
	found_value(20, second + 16);
	expect_only(ORACLE_XATTR, "a");
}

Test(history_attributes, a_value_that_was_synced_is_there_or_a_later)
{
	const struct oracle_finding *one;
	uint64_t first, second;

	create(A, "a");
	first = set_xattr(A, 0, 30);
	fsync_of(A);
	found_value(0, 0);
	one = expect_only(ORACLE_XATTR, "a");
	cr_expect_eq(one->promise->rec->op, DX_OP_FSYNC);
	cr_expect(strstr(one->what, "user.daxbench.0 is not there"), "%s", one->what);
	second = set_xattr(A, 0, 30);
	found_value(30, first);
	expect_legal();
	fsync_of(A);
	found_value(30, second);
	expect_legal();
	found_value(30, first);
	one = expect_only(ORACLE_XATTR, "a");
	cr_expect(strstr(one->what, "is what setxattr #"), "%s", one->what);
}

Test(history_attributes, what_was_removed_and_synced_is_gone)
{
	uint64_t value;

	create(A, "a");
	value = set_xattr(A, 0, 8);
	fsync_of(A);
	remove_xattr(A, 0);
	found_value(8, value);
	expect_legal();
	fsync_of(A);
	expect_only(ORACLE_XATTR, "a");
	found_value(0, 0);
	expect_legal();
}

Test(history_attributes, of_what_goes_on_both_are_legal)
{
	create(A, "a");
	fsync_of(A);
	begin(DX_OP_CHMOD, A, 0600, 0, 0, 0);
	by(1);
	sync_all(); /* it began before the mode was changed: whether it has it, nobody knows */
	crash();
	by(0);
	end(0);
	expect_modes(0600, 0640);
	expect_modes(0644, 0640);
}

/* Of two that run at one time either may have been the last. */
Test(history_attributes, modes_of_two_workers_are_both_legal)
{
	create(A, "a");
	begin(DX_OP_CHMOD, A, 0600, 0, 0, 0);
	by(1);
	chmod_of(A, 0660);
	by(0);
	end(0);
	fsync_of(A);
	expect_modes(0600, 0644);
	expect_modes(0660, 0644);
}

Test(history_attributes, a_call_that_failed_changed_nothing)
{
	create(A, "a");
	begin(DX_OP_CHMOD, A, 0600, 0, 0, 0);
	end(-EROFS);
	begin(DX_OP_SETXATTR, A, 0, 8, 0, next_generation());
	end(-ENOSPC);
	sync_all();
	expect_modes(0644, 0600);
	found_value(8, run.generation);
	expect_only(ORACLE_XATTR, "a");
}

/* What nobody made has no history, but the log may do something to it. */
Test(history_attributes, attributes_of_what_nobody_made_are_passed_over)
{
	open_file(A, "old", O_RDWR);
	chmod_of(A, 0600);
	set_xattr(A, 0, 8);
	fsync_of(A);
	FOUND(NULL);
	expect_legal();
}

/* ---- promises ---- */

/* A mode and a value, and what @promises them, or does not. */
static void expect_promised(bool promised, void (*promises)(void))
{
	uint64_t value;

	create(A, "a");
	sync_all();
	chmod_of(A, 0600);
	value = set_xattr(A, 3, 100);
	promises();
	found();
	found_entry("a", S_IFREG | 0644, 100, 1, 0);
	found_xattr(3, 100, value);
	found_end();
	if (promised)
		expect_only(ORACLE_MODE, "a");
	else
		expect_legal();
	found_mode(0600);
	if (promised)
		expect_only(ORACLE_XATTR, "a");
	else
		expect_legal();
}

static void by_fsync(void)
{
	fsync_of(A);
}

static void by_other_descriptor(void)
{
	open_file(B, "a", O_RDONLY);
	fsync_of(B);
}

static void by_sync(void)
{
	sync_all();
}

static void by_syncfs(void)
{
	sync_file(DX_OP_SYNCFS, A);
}

static void by_umount(void)
{
	simple(DX_OP_ENV_UMOUNT, 0, 0, 0, 0, 0);
}

static void by_remount(void)
{
	simple(DX_OP_ENV_REMOUNT, 0, 1, 0, 0, 0);
}

static void by_fdatasync(void)
{
	sync_file(DX_OP_FDATASYNC, A);
}

static void by_msync(void)
{
	map_of(A, DX_MAP_READ | DX_MAP_WRITE);
	simple(DX_OP_MSYNC, MAPPING, 0, DX_PAGE, MS_SYNC, 0);
}

static void by_remount_for_writing(void)
{
	simple(DX_OP_ENV_REMOUNT, 0, 0, 0, 0, 0);
}

static void by_the_directory(void)
{
	fsync_directory(B, ".");
}

static void by_another_file(void)
{
	create(B, "b");
	fsync_of(B);
	names(DX_OP_UNLINK, "b", NULL, 0);
}

Test(history_attributes, fsync_promises_them)
{
	expect_promised(true, by_fsync);
}

Test(history_attributes, through_any_descriptor)
{
	expect_promised(true, by_other_descriptor);
}

Test(history_attributes, so_does_sync)
{
	expect_promised(true, by_sync);
}

Test(history_attributes, so_does_syncfs)
{
	expect_promised(true, by_syncfs);
}

Test(history_attributes, so_does_umount)
{
	expect_promised(true, by_umount);
}

Test(history_attributes, so_does_remount_read_only)
{
	expect_promised(true, by_remount);
}

Test(history_attributes, fdatasync_does_not)
{
	expect_promised(false, by_fdatasync);
}

Test(history_attributes, nor_does_msync)
{
	expect_promised(false, by_msync);
}

Test(history_attributes, nor_does_remount_for_writing)
{
	expect_promised(false, by_remount_for_writing);
}

Test(history_attributes, nor_does_fsync_of_the_directory)
{
	expect_promised(false, by_the_directory);
}

Test(history_attributes, nor_does_fsync_of_another_file)
{
	expect_promised(false, by_another_file);
}

static void expect_by_write(bool promised, uint64_t open_flags, uint64_t write_flags)
{
	uint64_t generation;

	create(A, "a");
	sync_all();
	open_file(B, "a", O_RDWR | open_flags);
	chmod_of(A, 0600);
	generation = write_to(B, 0, DX_PAGE, write_flags);
	found_page_of("a", B, generation);
	if (promised)
		expect_only(ORACLE_MODE, "a");
	else
		expect_legal();
}

Test(history_attributes, a_write_through_o_sync_promises_them)
{
	expect_by_write(true, O_SYNC, 0);
}

Test(history_attributes, so_does_one_with_rwf_sync)
{
	expect_by_write(true, 0, RWF_SYNC);
}

Test(history_attributes, one_through_o_dsync_does_not)
{
	expect_by_write(false, O_DSYNC, 0);
}

Test(history_attributes, nor_does_one_with_rwf_dsync)
{
	expect_by_write(false, 0, RWF_DSYNC);
}

/* ---- directories ---- */

static void found_in_root(uint64_t mode, uint64_t size, uint64_t generation)
{
	dump_out_begin(&st.out, st.room, DUMP_ROOM);
	found_step(DUMP_MOUNT, 0, "");
	found_entry(".", S_IFDIR | mode, 12, 2, 4096);
	if (size)
		found_xattr(0, size, generation);
	found_end();
}

Test(history_attributes, fsync_of_a_directory_promises_its_own)
{
	uint64_t value;

	names(DX_OP_MKDIR, "d", NULL, 0);
	fsync_directory(B, ".");
	open_file(A, "d", O_RDONLY | O_DIRECTORY);
	chmod_of(A, 0700);
	value = set_xattr(A, 1, 9);
	found();
	found_directory("d");
	found_end();
	expect_legal();
	fsync_of(A);
	expect_illegal(ORACLE_MODE, "d");
	expect_illegal(ORACLE_XATTR, "d");
	found();
	found_entry("d", S_IFDIR | 0700, 99, 2, 4096);
	found_xattr(1, 9, value);
	found_end();
	expect_legal();
}

/* Which mode the workload's directory began with, the log does not say. */
Test(history_attributes, so_does_that_of_the_workload_s_directory)
{
	uint64_t value;

	open_file(A, ".", O_RDONLY | O_DIRECTORY);
	found_in_root(0711, 0, 0);
	expect_legal();
	found_in_root(0711, 8, 16);
	expect_only(ORACLE_XATTR, ".");
	chmod_of(A, 0700);
	value = set_xattr(A, 0, 8);
	found_in_root(0711, 0, 0);
	expect_legal();
	fsync_of(A);
	found_in_root(0711, 8, value);
	expect_only(ORACLE_MODE, ".");
	found_in_root(0700, 0, 0);
	expect_only(ORACLE_XATTR, ".");
	found_in_root(0700, 8, value);
	expect_legal();
	simple(DX_OP_ENV_UMOUNT, 0, 0, 0, 0, 0);
	simple(DX_OP_ENV_MKFS, 0, 0, 0, 0, 0);
	found_in_root(0755, 0, 0);
	expect_legal();
}
