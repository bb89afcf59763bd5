// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs, and what e2fsck might leave after a crash in them without a journal. Rules that ask
 * for what nobody promises there raise an alarm that is false; such as look away from what
 * was synced and let go pass what is lost. Each case is tried in both directions.
 */
#include "tests/unit/states-fixture.h"

#include "checker/states/oracle_rules.h"

#include <linux/falloc.h>

#define PAGE DX_PAGE

static const enum oracle_kind without[] = { ORACLE_EXT4_NO_JOURNAL, ORACLE_EXT2 };

TestSuite(oracle_rules, .init = start_states, .fini = end_states);

static void legal_by(enum oracle_kind kind)
{
	expect_nothing_by(oracle_rules_of(kind), "without a journal");
}

static void expect_legal_without(void)
{
	legal_by(ORACLE_EXT4_NO_JOURNAL);
	legal_by(ORACLE_EXT2);
}

static const struct oracle_finding *wrong_by(enum oracle_kind kind, enum oracle_rule rule,
					     const char *path)
{
	const struct oracle_findings *all = ask(oracle_rules_of(kind));

	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].rule == rule && !strcmp(all->list[i].path, path))
			return &all->list[i];
	cr_assert_fail("not found: %s \"%s\"", oracle_rule_names[rule], path);
	return NULL;
}

static void expect_wrong_without(enum oracle_rule rule, const char *path)
{
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		wrong_by(without[i], rule, path);
}

/* ---- which rules ---- */

Test(oracle_rules, with_a_journal_all_hold)
{
	cr_expect_eq(oracle_rules_of(ORACLE_JOURNAL), ORACLE_ALL_RULES);
}

Test(oracle_rules, what_fsck_cannot_mend_is_found)
{
	static const int64_t fine[] = { 0, 1, 2, 3 }, wrong[] = { 4, 5, 8, 127, -1 };

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		found();
		found_step(DUMP_REPAIR, fine[i], "");
		found_end();
		expect_legal_without();
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		found();
		found_step(DUMP_REPAIR, wrong[i], "UNEXPECTED INCONSISTENCY");
		found_end();
		expect_wrong_without(ORACLE_RECOVERS, "");
	}
}

Test(oracle_rules, what_fsck_finds_once_it_was_mended_is_found)
{
	found();
	found_step(DUMP_REPAIR, 1, "");
	found_step(DUMP_FSCK, 4, "");
	found_end();
	expect_wrong_without(ORACLE_CONSISTENT, "");
}

/* ---- names ---- */

Test(oracle_rules, a_synced_file_keeps_its_name_on_ext4)
{
	create(A, "a");
	fsync_of(A);
	FOUND("a", NULL);
	expect_legal_without();
	FOUND(NULL);
	cr_expect_eq(wrong_by(ORACLE_EXT4_NO_JOURNAL, ORACLE_NAME, "a")->promise->rec->op,
		     DX_OP_FSYNC);
	legal_by(ORACLE_EXT2);
}

Test(oracle_rules, so_it_does_by_any_sync_of_it)
{
	create(A, "a");
	sync_file(DX_OP_FDATASYNC, A);
	FOUND(NULL);
	wrong_by(ORACLE_EXT4_NO_JOURNAL, ORACLE_NAME, "a");
}

Test(oracle_rules, and_the_fresh_directories_above)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	names(DX_OP_MKDIR, "d/e", NULL, 0);
	create(A, "d/e/a");
	fsync_of(A);
	FOUND(NULL);
	wrong_by(ORACLE_EXT4_NO_JOURNAL, ORACLE_NAME, "d/e/a");
	wrong_by(ORACLE_EXT4_NO_JOURNAL, ORACLE_NAME, "d/e");
	wrong_by(ORACLE_EXT4_NO_JOURNAL, ORACLE_NAME, "d");
}

Test(oracle_rules, a_file_below_a_directory_that_moved_may_be_anywhere)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	create(A, "d/a");
	fsync_of(A);
	names(DX_OP_RENAME, "d", "e", 0);
	FOUND(NULL);
	expect_legal_without();
}

Test(oracle_rules, the_entry_of_a_file_that_was_not_synced_may_be_cleared)
{
	create(A, "a");
	fsync_directory(B, ".");
	FOUND(NULL);
	expect_legal_without();
	fsync_of(A);
	FOUND(NULL);
	expect_wrong_without(ORACLE_NAME, "a");
}

Test(oracle_rules, sync_keeps_all)
{
	create(A, "a");
	names(DX_OP_MKDIR, "d", NULL, 0);
	names(DX_OP_SYMLINK, "target", "l", 0);
	sync_all();
	FOUND("a", NULL);
	expect_wrong_without(ORACLE_NAME, "d");
	expect_wrong_without(ORACLE_NAME, "l");
	found();
	found_file("a", 100, 0);
	found_directory("d");
	found_link("l", "targ");
	found_end();
	expect_wrong_without(ORACLE_TARGET, "l");
}

Test(oracle_rules, a_link_that_was_not_synced_leads_anywhere)
{
	names(DX_OP_SYMLINK, "target", "l", 0);
	found();
	found_link("l", "targ");
	found_end();
	expect_legal_without();
}

Test(oracle_rules, a_rename_may_lose_both_names)
{
	create(A, "a");
	fsync_of(A);
	names(DX_OP_RENAME, "a", "b", 0);
	FOUND(NULL);
	expect_legal_without();
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_entry("b", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_legal_without();
	sync_all();
	expect_wrong_without(ORACLE_NAME, "a");
	FOUND(NULL);
	expect_wrong_without(ORACLE_NAME, "b");
}

/* An entry that is changed in place sets no EXT4_STATE_NEWENTRY. */
Test(oracle_rules, fsync_of_a_file_renamed_over_another_promises_no_name)
{
	create(A, "a");
	create(B, "b");
	sync_all();
	names(DX_OP_RENAME, "a", "b", 0);
	fsync_of(A);
	FOUND("a", NULL);
	expect_legal_without();
	fsync_directory(C, ".");
	FOUND("a", NULL);
	expect_wrong_without(ORACLE_NAME, "b");
	expect_wrong_without(ORACLE_NAME, "a");
}

Test(oracle_rules, of_two_names_fsync_promises_neither)
{
	create(A, "a");
	names(DX_OP_LINK, "a", "b", 0);
	fsync_of(A);
	FOUND("a", NULL);
	expect_legal_without();
	FOUND("b", NULL);
	expect_legal_without();
	/* It was told once that there is a new name, and that was taken for either. */
	names(DX_OP_UNLINK, "a", NULL, 0);
	fsync_of(A);
	FOUND(NULL);
	expect_legal_without();
}

Test(oracle_rules, an_unlinked_file_is_gone_once_its_directory_was_synced)
{
	create(A, "a");
	fsync_of(A);
	names(DX_OP_UNLINK, "a", NULL, 0);
	FOUND("a", NULL);
	expect_legal_without();
	fsync_directory(B, ".");
	expect_wrong_without(ORACLE_NAME, "a");
}

Test(oracle_rules, names_that_nobody_gave_may_be_in_a_directory_that_changes)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	sync_all();
	create(A, "d/a");
	found();
	found_directory("d");
	found_file("d/stray", 100, 0);
	found_end();
	expect_legal_without();
	sync_all();
	expect_wrong_without(ORACLE_NAME, "d/stray");
	found();
	found_directory("d");
	found_file("d/a", 101, 0);
	found_file("stray", 100, 0);
	found_end();
	expect_wrong_without(ORACLE_NAME, "stray");
}

/* ---- links ---- */

/* The inode of a file that was removed is another's now, and the old entry is there still. */
Test(oracle_rules, two_names_of_one_file_are_told_of_settled_ones_only)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	create(A, "a");
	sync_all();
	names(DX_OP_UNLINK, "a", NULL, 0);
	create(B, "d/b");
	fsync_of(B);
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_directory("d");
	found_entry("d/b", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_legal_without();
	create(C, "a");
	sync_all();
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_directory("d");
	found_entry("d/b", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_wrong_without(ORACLE_LINKS, "d/b");
}

Test(oracle_rules, a_count_that_is_wrong_is_found)
{
	create(A, "a");
	sync_all();
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_wrong_without(ORACLE_LINKS, "a");
}

/* ---- size and data ---- */

static uint64_t kept_page(void)
{
	uint64_t generation = synced_page();

	fsync_directory(B, ".");
	return generation;
}

Test(oracle_rules, synced_bytes_are_there)
{
	uint64_t first = kept_page();

	found_page_of("a", A, first);
	expect_legal_without();
	found_size(PAGE);
	expect_wrong_without(ORACLE_DATA, "a");
	found_size(PAGE / 2);
	expect_wrong_without(ORACLE_SIZE, "a");
}

Test(oracle_rules, a_file_that_is_written_to_may_lose_all)
{
	kept_page();
	write_to(A, PAGE, PAGE, 0);
	found_size(0);
	expect_legal_without();
	fsync_of(A);
	expect_wrong_without(ORACLE_SIZE, "a");
}

Test(oracle_rules, so_may_one_whose_blocks_are_freed_or_stored_to)
{
	uint64_t first = kept_page();

	map_of(A, 0);
	store_to(0, 8);
	found_size(PAGE);
	expect_legal_without();
	simple(DX_OP_MSYNC, MAPPING, 0, PAGE, MS_SYNC, 0);
	expect_wrong_without(ORACLE_DATA, "a");
	simple(DX_OP_FALLOCATE, A, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, PAGE, 0);
	expect_legal_without();
	truncate_to(A, 64);
	fsync_of(A);
	found_page_of("a", A, first);
	expect_wrong_without(ORACLE_SIZE, "a");
}

/* What the kernel wrote for MAP_SYNC, and the program's own flush, are promised as anywhere. */
Test(oracle_rules, stores_through_map_sync_change_no_blocks)
{
	uint64_t second;

	kept_page();
	map_of(A, DX_MAP_SYNC);
	second = store_to(0, PAGE);
	simple(DX_OP_FLUSH, MAPPING, 0, PAGE, 0, 0);
	simple(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	found_page_of("a", A, second);
	expect_legal_without();
	found_size(PAGE);
	expect_wrong_without(ORACLE_DATA, "a");
}

Test(oracle_rules, a_synchronous_write_is_its_own_sync)
{
	open_file(A, "a", O_RDWR | O_CREAT | O_DSYNC);
	write_to(A, 0, PAGE, 0);
	fsync_directory(B, ".");
	found_size(PAGE);
	expect_wrong_without(ORACLE_DATA, "a");
	found_size(0);
	expect_wrong_without(ORACLE_SIZE, "a");
}

Test(oracle_rules, a_write_beside_a_sync_is_not_covered)
{
	kept_page();
	by(1);
	begin_write_of(A, PAGE, PAGE, 0, next_generation());
	by(0);
	fsync_of(A);
	by(1);
	end(PAGE);
	found_size(0);
	expect_legal_without();
}

Test(oracle_rules, bytes_that_nobody_wrote_may_be_anyones)
{
	create(A, "a");
	write_to(A, 0, 64, 0);
	found();
	found_file("a", 100, PAGE);
	found_bytes(B, 0, PAGE, 77);
	found_end();
	expect_legal_without();
	cr_expect_gt(ask(ORACLE_ALL_RULES)->n, 0);
}
