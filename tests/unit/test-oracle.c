// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs and what was found after a crash in them, legal and illegal, rule by rule. An oracle
 * that passes what a sync call has promised away fails here, and one that asks for more
 * than was promised does, too. What breaks one rule is passed without it.
 */
#include "tests/unit/states-fixture.h"

#include <errno.h>
#include <linux/falloc.h>

#define PAGE DX_PAGE

TestSuite(oracle, .init = start_states, .fini = end_states);

/* ---- names ---- */

Test(oracle, a_name_that_nobody_made_is_found)
{
	create(A, "a");
	FOUND("a", "b", NULL);
	expect_only(ORACLE_NAME, "b");
}

Test(oracle, a_name_is_of_the_type_that_it_was_made_as)
{
	create(A, "a");
	names(DX_OP_MKDIR, "d", NULL, 0);
	names(DX_OP_SYMLINK, "a", "l", 0);
	found();
	found_directory("a");
	found_end();
	expect_only(ORACLE_NAME, "a");
	FOUND("d", NULL);
	expect_only(ORACLE_NAME, "d");
	FOUND("l", NULL);
	expect_only(ORACLE_NAME, "l");
}

Test(oracle, a_name_may_change_its_type)
{
	create(A, "a");
	names(DX_OP_UNLINK, "a", NULL, 0);
	names(DX_OP_MKDIR, "a", NULL, 0);
	found();
	found_directory("a");
	found_end();
	expect_legal();
	FOUND("a", NULL);
	expect_legal();
	sync_all();
	expect_illegal(ORACLE_NAME, "a");
}

/* ---- links ---- */

Test(oracle, two_names_are_counted)
{
	create(A, "a");
	names(DX_OP_LINK, "a", "b", 0);
	sync_all();
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_entry("b", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_legal();
	found();
	found_file("a", 100, 0);
	found_file("b", 100, 0);
	found_end();
	expect_illegal(ORACLE_LINKS, "a");
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_illegal(ORACLE_LINKS, "a");
	expect_illegal(ORACLE_NAME, "b");
}

Test(oracle, a_count_of_too_many_names_is_found)
{
	create(A, "a");
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_only(ORACLE_LINKS, "a");
}

Test(oracle, two_files_are_never_one)
{
	create(A, "a");
	create(B, "b");
	sync_all();
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_entry("b", S_IFREG | 0644, 100, 2, 0);
	found_end();
	expect_only(ORACLE_LINKS, "b");
}

/* ---- symbolic links ---- */

Test(oracle, a_symbolic_link_leads_where_it_was_made_to)
{
	names(DX_OP_SYMLINK, "target", "l", 0);
	found();
	found_link("l", "target");
	found_end();
	expect_legal();
	found();
	found_link("l", "targ");
	found_end();
	expect_only(ORACLE_TARGET, "l");
	found();
	found_entry("l", S_IFLNK | 0777, 98, 1, 0);
	found_end();
	expect_only(ORACLE_TARGET, "l");
}

Test(oracle, one_that_was_made_anew_is_one_or_the_other)
{
	names(DX_OP_SYMLINK, "first", "l", 0);
	names(DX_OP_UNLINK, "l", NULL, 0);
	names(DX_OP_SYMLINK, "second", "l", 0);
	found();
	found_link("l", "first");
	found_end();
	expect_legal();
	found();
	found_link("l", "second");
	found_end();
	expect_legal();
	found();
	found_link("l", "third");
	found_end();
	expect_only(ORACLE_TARGET, "l");
	sync_all();
	found();
	found_link("l", "first");
	found_end();
	expect_only(ORACLE_TARGET, "l");
}

/* ---- data ---- */

Test(oracle, data_that_was_not_promised_may_be_old_new_or_torn)
{
	uint64_t first = synced_page(), second = write_to(A, 0, PAGE, 0);
	unsigned char page[PAGE];

	found_page_of("a", A, first);
	expect_legal();
	found_page_of("a", A, second);
	expect_legal();
	lay(page, A, 0, PAGE, first);
	lay(page, A, 512, 1024, second);
	found();
	found_file("a", 100, PAGE);
	found_page(0, page);
	found_end();
	expect_legal();
}

Test(oracle, data_that_was_promised_is_there)
{
	uint64_t generation = synced_page();
	const struct oracle_finding *one;
	unsigned char page[PAGE] = { 0 };

	found_page_of("a", A, generation);
	expect_legal();
	found_size(PAGE);
	one = expect_only(ORACLE_DATA, "a");
	cr_expect_eq(one->offset, 0);
	cr_expect_eq(one->promise->rec->op, DX_OP_FSYNC);
	cr_expect_str_eq(one->file->first_name, "a");

	lay(page, A, 0, PAGE, generation); /* one word of it is torn */
	memset(page + 1024, 0, 8);
	found();
	found_file("a", 100, PAGE);
	found_page(0, page);
	found_end();
	one = expect_only(ORACLE_DATA, "a");
	cr_expect_eq(one->offset, 1024);
	cr_expect_eq(one->bytes, 8);
	cr_expect(strstr(one->what, "0000000000000000"), "%s", one->what);
	cr_expect(strstr(one->what, "write"), "%s", one->what);
}

Test(oracle, older_data_is_not_enough_newer_is)
{
	uint64_t first = synced_page(), second = write_to(A, 0, PAGE, 0), third;

	fsync_of(A);
	found_page_of("a", A, second);
	expect_legal();
	found_page_of("a", A, first);
	expect_only(ORACLE_DATA, "a");

	third = write_to(A, 0, PAGE, 0);
	found_page_of("a", A, third);
	expect_legal();
	found_page_of("a", A, second);
	expect_legal();
	found_page_of("a", A, first);
	expect_only(ORACLE_DATA, "a");

	fsync_of(A);
	found_page_of("a", A, first); /* of two promises ago */
	expect_only(ORACLE_DATA, "a");
	found_page_of("a", A, second);
	expect_only(ORACLE_DATA, "a");
}

Test(oracle, a_file_that_shrank_may_lack_what_was_promised_behind_its_end)
{
	create(A, "a");
	write_to(A, 0, 2 * PAGE, 0);
	fsync_of(A);
	truncate_to(A, 0);
	truncate_to(A, 2 * PAGE);
	found_size(2 * PAGE); /* truncated and made larger */
	expect_legal();
	FOUND("a", NULL);
	expect_legal();
	found_size(PAGE);
	expect_only(ORACLE_SIZE, "a");
	fsync_of(A);
	found_size(2 * PAGE);
	expect_legal();
}

/* ---- what is nobody's ---- */

Test(oracle, a_hole_reads_as_zeros)
{
	create(A, "a");
	truncate_to(A, 4 * PAGE);
	fsync_of(A);
	found_size(4 * PAGE);
	expect_legal();
	found();
	found_file("a", 100, 4 * PAGE);
	found_bytes(B, 2 * PAGE, 8, 99);
	found_end();
	cr_expect_eq(expect_only(ORACLE_FOREIGN, "a")->offset, 2 * PAGE);
}

Test(oracle, behind_the_end_nobody_looks)
{
	create(A, "a");
	truncate_to(A, PAGE + 100);
	fsync_of(A);
	found();
	found_file("a", 100, PAGE + 100);
	found_bytes(B, PAGE + 128, 64, 99);
	found_end();
	expect_legal();
}

Test(oracle, so_does_what_lies_between_two_writes)
{
	unsigned char page[PAGE] = { 0 };

	create(A, "a");
	lay(page, A, 0, 1000, write_to(A, 0, 1000, 0));
	lay(page, A, 2000, 1000, write_to(A, 2000, 1000, 0));
	found();
	found_file("a", 100, 3000);
	found_page(0, page);
	found_end();
	expect_legal();
	page[1000] = page[1999] = 1;
	found();
	found_file("a", 100, 3000);
	found_page(0, page);
	found_end();
	cr_expect_eq(expect_only(ORACLE_FOREIGN, "a")->bytes, 2);
	found();
	found_file("a", 100, 1000); /* behind the end nobody looks */
	found_page(0, page);
	found_end();
	expect_legal();
}

Test(oracle, what_a_file_grew_by_is_promised_as_zeros)
{
	unsigned char page[PAGE] = { 0 };

	create(A, "a");
	lay(page, A, 0, 1000, write_to(A, 0, 1000, 0));
	truncate_to(A, PAGE);
	fsync_of(A);
	found();
	found_file("a", 100, PAGE);
	found_page(0, page);
	found_end();
	expect_legal();
	page[1000] = 1;
	found();
	found_file("a", 100, PAGE);
	found_page(0, page);
	found_end();
	cr_expect_eq(expect_only(ORACLE_DATA, "a")->offset, 1000);
}

Test(oracle, so_does_what_was_only_allocated)
{
	create(A, "a");
	simple(DX_OP_FALLOCATE, A, 0, 0, 2 * PAGE, 0);
	fsync_of(A);
	found_size(2 * PAGE);
	expect_legal();
	found();
	found_file("a", 100, 2 * PAGE);
	found_bytes(B, PAGE, PAGE, 99);
	found_end();
	cr_expect_gt(expect_only(ORACLE_FOREIGN, "a")->bytes, PAGE / 2);
}

Test(oracle, bytes_that_nobody_synced_are_somebodys_all_the_same)
{
	uint64_t generation;

	create(A, "a");
	generation = write_to(A, 0, PAGE, 0);
	create(B, "b");
	found_page_of("a", A, generation);
	expect_legal();
	found_page_of("a", B, generation);
	expect_only(ORACLE_FOREIGN, "a");
	found_page_of("a", A, generation + 16); /* which comes later, if at all */
	expect_only(ORACLE_FOREIGN, "a");
}

Test(oracle, a_file_that_is_just_being_made_is_empty)
{
	begin(DX_OP_OPEN, A, O_RDWR | O_CREAT, 0644, 0, 0);
	text("a");
	crash();
	end(0);
	FOUND("a", NULL);
	expect_legal();
	found_page_of("a", A, 16);
	expect_illegal(ORACLE_FOREIGN, "a");
	expect_illegal(ORACLE_SIZE, "a");
}

/* Its blocks are another file's: whose bytes these are is not told. */
Test(oracle, a_clone_is_not_judged_by_whose_bytes_it_has)
{
	uint64_t generation = synced_page();

	create(B, "b");
	begin(DX_OP_REFLINK, B, A, 0, 0, PAGE);
	end(0);
	found();
	found_file("a", 100, PAGE);
	found_bytes(A, 0, PAGE, generation);
	found_file("b", 101, PAGE);
	found_bytes(A, 0, PAGE, generation);
	found_end();
	expect_legal();
	found();
	found_file("a", 100, PAGE);
	found_bytes(A, 0, PAGE, generation);
	found_file("b", 101, PAGE);
	found_bytes(C, 0, PAGE, 99);
	found_end();
	expect_legal();
	fsync_of(B);
	expect_only(ORACLE_DATA, "b");
}

Test(oracle, nor_is_one_where_nobody_wrote)
{
	create(A, "a");
	truncate_to(A, 3 * PAGE);
	create(B, "b");
	begin(DX_OP_REFLINK, B, A, 0, 0, PAGE);
	end(0);
	found();
	found_file("a", 100, 3 * PAGE);
	found_bytes(C, 2 * PAGE, PAGE, 99);
	found_end();
	expect_legal();
}

/* ---- the file system itself ---- */

static void failed_step(enum dump_step step, int64_t result)
{
	create(A, "a");
	found();
	found_file("a", 100, 0);
	if (step != DUMP_WALK)
		found_step(DUMP_WALK, 0, "");
	found_step(step, result, "words of it");
	parse_dump();
}

/* The second page of "a", as @generation left it, is its only one. */
static void found_moved(uint64_t generation)
{
	unsigned char page[DX_PAGE] = { 0 };

	lay(page, A, DX_PAGE, DX_PAGE, generation);
	found();
	found_file("a", 100, DX_PAGE);
	found_page(0, page);
	found_end();
}

/* collapse moves blocks, and what lies in them is what was written back. */
Test(oracle, what_is_moved_may_be_what_it_was_before_it_was_stored_to)
{
	uint64_t synced, older, stored;

	create(A, "a");
	synced = write_to(A, 0, 2 * DX_PAGE, 0);
	map_of(A, DX_MAP_READ | DX_MAP_WRITE);
	fsync_of(A);
	older = store_to(DX_PAGE, DX_PAGE);
	stored = store_to(DX_PAGE, DX_PAGE);
	simple(DX_OP_FALLOCATE, A, FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE, 0);
	found_moved(synced);
	expect_legal();
	found_moved(older);
	expect_legal();
	found_moved(stored);
	expect_legal();
	fsync_of(A);
	found_moved(stored);
	expect_legal();
	found_moved(older);
	expect_only(ORACLE_DATA, "a");
	found_moved(synced);
	expect_only(ORACLE_DATA, "a");
}

/* Blocks are written in place: a crash that undoes the move shows it where they were before. */
Test(oracle, what_was_written_behind_an_insertion_may_be_before_it)
{
	uint64_t behind, newest;

	create(A, "a");
	write_to(A, 0, DX_PAGE, 0);
	fsync_of(A);
	simple(DX_OP_FALLOCATE, A, FALLOC_FL_INSERT_RANGE, 0, DX_PAGE, 0);
	behind = write_to(A, DX_PAGE, DX_PAGE, 0);
	found_moved(behind);
	expect_legal();
	found_moved(behind + 16);
	expect_only(ORACLE_DATA, "a");
	fsync_of(A); /* the insertion is durable with it */
	newest = write_to(A, DX_PAGE, DX_PAGE, 0);
	found();
	found_file("a", 100, 2 * DX_PAGE);
	found_bytes(A, DX_PAGE, DX_PAGE, newest);
	found_end();
	expect_legal();
	found_moved(newest);
	expect_illegal(ORACLE_DATA, "a");
}

Test(oracle, what_was_written_behind_a_collapse_may_be_where_it_was)
{
	unsigned char pages[3][DX_PAGE] = { 0 };
	uint64_t synced, behind;

	create(A, "a");
	synced = write_to(A, 0, 3 * DX_PAGE, 0);
	fsync_of(A);
	simple(DX_OP_FALLOCATE, A, FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE, 0);
	behind = write_to(A, 0, DX_PAGE, 0);
	lay(pages[0], A, 0, DX_PAGE, synced);
	lay(pages[1], A, 0, DX_PAGE, behind);
	lay(pages[2], A, 2 * DX_PAGE, DX_PAGE, synced);
	found();
	found_file("a", 100, 3 * DX_PAGE);
	for (unsigned int i = 0; i < 3; i++)
		found_page(i, pages[i]);
	found_end();
	expect_legal();
}

Test(oracle, what_cannot_be_mounted_is_found)
{
	const struct oracle_finding *one;

	create(A, "a");
	sync_all();
	dump_out_begin(&st.out, st.room, DUMP_ROOM);
	found_step(DUMP_MOUNT, EUCLEAN, "words of it");
	parse_dump();
	one = expect_only(ORACLE_RECOVERS, ""); /* and no name is asked for */
	cr_expect_str_eq(one->what, "mount: words of it");
}

Test(oracle, a_dump_that_says_nothing_is_found)
{
	dump_out_begin(&st.out, st.room, DUMP_ROOM);
	parse_dump();
	expect_only(ORACLE_RECOVERS, "");
	found(); /* it was mounted, and nobody looked */
	parse_dump();
	expect_only(ORACLE_RECOVERS, "");
}

Test(oracle, what_cannot_be_read_is_found)
{
	failed_step(DUMP_WALK, EIO);
	expect_only(ORACLE_RECOVERS, "");
}

Test(oracle, what_cannot_be_unmounted_is_found)
{
	failed_step(DUMP_UMOUNT, EBUSY);
	expect_only(ORACLE_RECOVERS, "");
}

Test(oracle, what_fsck_finds_is_found)
{
	const struct oracle_finding *one;

	failed_step(DUMP_FSCK, 4);
	one = expect_only(ORACLE_CONSISTENT, "");
	cr_expect(strstr(one->what, "fsck: exit status 4: words of it"), "%s", one->what);
}

Test(oracle, what_cannot_be_written_to_is_found)
{
	failed_step(DUMP_WRITE, ENOSPC);
	expect_only(ORACLE_CONSISTENT, "");
}

Test(oracle, what_went_well_is_not)
{
	failed_step(DUMP_WRITE, 0);
	expect_legal();
}

Test(oracle, a_kernel_that_dies_is_found)
{
	create(A, "a");
	sync_all();
	found();
	found_step(DUMP_DIED, 1, "Oops");
	parse_dump();
	cr_expect(strstr(expect_only(ORACLE_RECOVERS, "")->what, "Oops"));
}

Test(oracle, what_the_kernel_says_is_found)
{
	create(A, "a");
	found();
	found_step(DUMP_WALK, 0, "");
	dump_out_add(&st.out, DUMP_LOG, NULL, "WARNING", 7);
	parse_dump();
	cr_expect(strstr(expect_only(ORACLE_RECOVERS, "")->what, "WARNING"));
}

static void found_unreadable(uint64_t mode)
{
	const uint64_t value[5] = { mode, 1, 0, 100, EIO };

	found();
	dump_out_add(&st.out, DUMP_ENTRY, value, "a", 1);
	found_end();
}

Test(oracle, a_file_that_cannot_be_read_is_found)
{
	create(A, "a");
	sync_all();
	found_unreadable(S_IFREG | 0644);
	expect_only(ORACLE_RECOVERS, "a");
	found_unreadable(0); /* not even looked at */
	expect_only(ORACLE_RECOVERS, "a");
}

Test(oracle, of_a_new_file_system_the_old_files_may_be_gone)
{
	synced_page();
	simple(DX_OP_ENV_UMOUNT, 0, 0, 0, 0, 0);
	simple(DX_OP_ENV_MKFS, 0, 0, 0, 0, 0);
	FOUND(NULL);
	expect_legal();
	simple(DX_OP_ENV_MOUNT, 0, 0, 0, 0, 0);
	sync_all();
	expect_legal();
	FOUND("a", NULL);
	expect_only(ORACLE_NAME, "a");
}

/* Whose history is not known, may have any file; the file system may not be wrong. */
Test(oracle, without_a_history_there_are_no_strangers)
{
	FOUND("a", "d/b", NULL);
	cr_assert_eq(oracle_judge(st.dump, NULL, ORACLE_ALL_RULES, &st.findings), 0);
	cr_expect_eq(st.findings.n, 0);
}

Test(oracle, without_a_history_links_are_counted)
{
	found();
	found_entry("a", S_IFREG | 0644, 100, 2, 0);
	found_entry("b", S_IFREG | 0644, 101, 2, 0);
	found_entry("c", S_IFREG | 0644, 101, 2, 0);
	found_end();
	cr_assert_eq(oracle_judge(st.dump, NULL, ORACLE_ALL_RULES, &st.findings), 0);
	cr_assert_eq(st.findings.n, 1);
	cr_expect_eq(st.findings.list[0].rule, ORACLE_LINKS);
	cr_expect_str_eq(st.findings.list[0].path, "a");
}

Test(oracle, without_a_history_it_must_still_mount)
{
	found();
	found_step(DUMP_WALK, 0, "");
	found_step(DUMP_UMOUNT, -EIO, "");
	parse_dump();
	cr_assert_eq(oracle_judge(st.dump, NULL, ORACLE_ALL_RULES, &st.findings), 0);
	cr_assert_eq(st.findings.n, 1);
	cr_expect_eq(st.findings.list[0].rule, ORACLE_RECOVERS);
}

Test(oracle, rules_have_names)
{
	for (int i = 0; i < ORACLE_RULES; i++)
		cr_expect(oracle_rule_names[i] && *oracle_rule_names[i]);
}
