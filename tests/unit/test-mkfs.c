// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a kind that is offered and not there, a kind without DAX that is mounted with
 * it, and one that is laid out otherwise than its counterpart. What mkfs makes of it is
 * seen in a guest.
 */
#include "bench/target/mkfs.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct err e;

static const char *options_of(const char *name, const char *rt_device)
{
	static char buf[256];

	mkfs_mount_options(mkfs_find(name), rt_device, buf, sizeof(buf));
	return buf;
}

Test(mkfs, each_name_that_is_offered_is_a_kind)
{
	char *names = strdup(mkfs_names()), *rest = names;
	size_t n = 0;

	for (char *word; (word = strsep(&rest, ","));) {
		word += strspn(word, " ");
		cr_assert_not_null(mkfs_find(word), "%s", word);
		cr_expect_str_eq(mkfs_find(word)->name, word);
		n++;
	}
	cr_expect_geq(n, 10);
	free(names);
	cr_expect_null(mkfs_find("ext5"));
	cr_expect_null(mkfs_find(""));
	cr_expect_null(mkfs_find("ext4-"));
}

Test(mkfs, only_kinds_that_say_so_are_mounted_without_dax)
{
	cr_expect_str_eq(options_of("ext4", NULL), "dax=always");
	cr_expect_str_eq(options_of("ext2", NULL), "dax");
	cr_expect_str_eq(options_of("xfs", NULL), "dax=always");
	cr_expect_str_eq(options_of("xfs-rt", "/dev/pmem1"), "dax=always,rtdev=/dev/pmem1");
	cr_expect_str_eq(options_of("ext4-nodax", NULL), "dax=never");
	cr_expect_str_eq(options_of("xfs-nodax", NULL), "dax=never");
}

Test(mkfs, options_that_do_not_fit_are_cut)
{
	char small[8];

	mkfs_mount_options(mkfs_find("xfs-rt"), "/dev/pmem1", small, sizeof(small));
	cr_expect_str_eq(small, "dax=alw");
}

/* mkfs itself refuses the device: the command line is there all the same. */
static const char *command_of(const char *name, uint64_t seed)
{
	static char command[512];

	cr_expect_lt(mkfs_make(mkfs_find(name), "/no/such/device", NULL, seed, command,
			       sizeof(command), &e),
		     0);
	return command;
}

static void expect_same_layout(const char *a, const char *b)
{
	char *first = strdup(command_of(a, 1));

	cr_expect_str_eq(first, command_of(b, 1));
	cr_expect_str_neq(first, command_of(b, 2), "a seed of its own makes another");
	free(first);
}

Test(mkfs, without_dax_the_layout_is_the_same)
{
	expect_same_layout("ext4", "ext4-nodax");
	expect_same_layout("xfs", "xfs-nodax");
}

/* But for the journal it is ext4, as users have it. */
Test(mkfs, without_a_journal_all_else_is_the_same)
{
	char expected[512];

	snprintf(expected, sizeof(expected), "%s -O ^has_journal", command_of("ext4", 1));
	cr_expect_str_eq(command_of("ext4-nojournal", 1), expected);
	cr_expect_str_eq(options_of("ext4-nojournal", NULL), "dax=always");
	cr_expect_not(strstr(command_of("ext2", 1), "-O"));
}

Test(mkfs, without_barriers_all_else_is_the_same)
{
	expect_same_layout("ext4", "ext4-nobarrier");
	cr_expect_str_eq(options_of("ext4-nobarrier", NULL), "dax=always,nobarrier");
	cr_expect_not(mkfs_find("ext4-nobarrier")->fsck_first);
}

Test(mkfs, what_has_no_journal_is_repaired_first)
{
	cr_expect(mkfs_find("ext4-nojournal")->fsck_first);
	cr_expect(mkfs_find("ext2")->fsck_first);
	cr_expect_not(mkfs_find("ext4")->fsck_first);
	cr_expect_not(mkfs_find("ext4-nodax")->fsck_first);
	cr_expect_not(mkfs_find("xfs")->fsck_first);
}

Test(mkfs, ext2_is_no_ext4)
{
	cr_expect(strstr(command_of("ext2", 1), "-t ext2 "));
	cr_expect(strstr(command_of("ext4", 1), "-t ext4 "));
}
