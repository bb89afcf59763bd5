// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names and what they stand for. Catches a tree that loses count of a file's names
 * (its last one decides what is promised), or takes one file for another.
 */
#include "checker/promise/tree.h"

#include <criterion/criterion.h>
#include <linux/fs.h>

static struct tree *t;
static struct tree_file *a, *b;

static void plant(void)
{
	t = tree_new();
	cr_assert(t);
	a = tree_create(t, "a", true);
	b = tree_create(t, "dir/b", true);
	cr_assert(a && b);
}

static void fell(void)
{
	tree_free(t);
}

TestSuite(tree, .init = plant, .fini = fell);

static void rename_to(const char *from, const char *to, unsigned int flags)
{
	cr_assert_eq(tree_rename(t, from, to, flags), 0);
}

Test(tree, a_file_is_found_by_its_name)
{
	cr_expect_eq(tree_find(t, "a"), a);
	cr_expect_eq(tree_find(t, "dir/b"), b);
	cr_expect_eq(tree_find(t, "b"), NULL);
	cr_expect_eq(a->names, 1);
	cr_expect_str_eq(b->first_name, "dir/b");
}

Test(tree, a_file_may_have_no_name)
{
	struct tree_file *f = tree_create(t, NULL, true);

	cr_assert(f);
	cr_expect_eq(f->names, 0);
	cr_expect_str_eq(f->first_name, "");
	cr_expect_eq(tree_files(t), f);
}

Test(tree, a_name_stands_for_the_newest)
{
	struct tree_file *newer = tree_create(t, "a", true);

	cr_expect_eq(tree_find(t, "a"), newer);
	cr_expect_eq(a->names, 0);
}

Test(tree, all_files_are_listed_the_newest_first)
{
	cr_expect_eq(tree_files(t), b);
	cr_expect_eq(b->next, a);
	cr_expect_eq(a->next, NULL);
	cr_expect_neq(content_id(a->content), content_id(b->content));
}

Test(tree, a_link_is_another_name_of_the_same_file)
{
	cr_assert_eq(tree_link(t, "a", "second"), 0);
	cr_expect_eq(tree_find(t, "second"), a);
	cr_expect_eq(a->names, 2);
	cr_assert_eq(tree_link(t, "not there", "third"), 0);
	cr_expect_eq(tree_find(t, "third"), NULL);
}

Test(tree, unlink_takes_one_name)
{
	cr_assert_eq(tree_link(t, "a", "second"), 0);
	tree_unlink(t, "a");
	cr_expect_eq(tree_find(t, "a"), NULL);
	cr_expect_eq(tree_find(t, "second"), a);
	cr_expect_eq(a->names, 1);
	tree_unlink(t, "not there");
	tree_unlink(t, "second");
	cr_expect_eq(a->names, 0);
}

Test(tree, rename_keeps_the_count)
{
	rename_to("a", "c", 0);
	cr_expect_eq(tree_find(t, "a"), NULL);
	cr_expect_eq(tree_find(t, "c"), a);
	cr_expect_eq(a->names, 1);
	rename_to("not there", "x", 0);
	cr_expect_eq(tree_find(t, "x"), NULL);
}

Test(tree, rename_over_another_takes_its_name)
{
	rename_to("a", "dir/b", 0);
	cr_expect_eq(tree_find(t, "dir/b"), a);
	cr_expect_eq(a->names, 1);
	cr_expect_eq(b->names, 0);
}

Test(tree, rename_of_two_names_of_one_file_does_nothing)
{
	cr_assert_eq(tree_link(t, "a", "second"), 0);
	rename_to("a", "second", 0);
	cr_expect_eq(tree_find(t, "a"), a);
	cr_expect_eq(tree_find(t, "second"), a);
	cr_expect_eq(a->names, 2);
}

Test(tree, exchange_swaps_and_takes_nothing)
{
	rename_to("a", "dir/b", RENAME_EXCHANGE);
	cr_expect_eq(tree_find(t, "a"), b);
	cr_expect_eq(tree_find(t, "dir/b"), a);
	cr_expect_eq(a->names, 1);
	cr_expect_eq(b->names, 1);
}

Test(tree, what_is_in_a_directory_is_renamed_with_it)
{
	struct tree_file *beside = tree_create(t, "dirt", true);

	rename_to("dir", "moved/here", 0);
	cr_expect_eq(tree_find(t, "dir/b"), NULL);
	cr_expect_eq(tree_find(t, "moved/here/b"), b);
	cr_expect_eq(tree_find(t, "dirt"), beside);
}

Test(tree, directories_are_exchanged_with_what_is_in_them)
{
	struct tree_file *c = tree_create(t, "other/c", true);

	rename_to("dir", "other", RENAME_EXCHANGE);
	cr_expect_eq(tree_find(t, "other/b"), b);
	cr_expect_eq(tree_find(t, "dir/c"), c);
	cr_expect_eq(tree_find(t, "dir/b"), NULL);
}

Test(tree, a_symbolic_link_is_followed_but_is_no_name)
{
	cr_assert_eq(tree_symlink(t, "a", "link"), 0);
	cr_expect_eq(tree_find(t, "link"), a);
	cr_expect_eq(tree_file_named(t, "link"), NULL);
	cr_expect_eq(tree_file_named(t, "a"), a);
	cr_expect_eq(a->names, 1);
	tree_unlink(t, "link");
	cr_expect_eq(tree_find(t, "link"), NULL);
	cr_expect_eq(a->names, 1);
	cr_assert_eq(tree_symlink(t, "not there", "link"), 0);
	cr_expect_eq(tree_find(t, "link"), NULL);
}

/* No call does so and succeeds, but a log may say it. */
Test(tree, a_link_to_its_own_name_stays)
{
	cr_assert_eq(tree_symlink(t, "a", "link"), 0);
	cr_assert_eq(tree_link(t, "link", "link"), 0);
	cr_expect_eq(tree_find(t, "link"), a);
	cr_assert_eq(tree_link(t, "a", "a"), 0);
	cr_expect_eq(tree_find(t, "a"), a);
	cr_expect_eq(a->names, 1);
}

Test(tree, rename_moves_the_link_not_what_it_leads_to)
{
	cr_assert_eq(tree_symlink(t, "a", "link"), 0);
	rename_to("link", "dir/b", 0);
	cr_expect_eq(tree_find(t, "dir/b"), a);
	cr_expect_eq(tree_find(t, "a"), a);
	cr_expect_eq(tree_find(t, "link"), NULL);
	cr_expect_eq(b->names, 0);
}

Test(tree, rename_to_the_same_name_does_nothing)
{
	cr_assert_eq(tree_symlink(t, "a", "link"), 0);
	rename_to("link", "link", 0);
	cr_expect_eq(tree_find(t, "link"), a);
	rename_to("a", "a", 0);
	cr_expect_eq(tree_find(t, "a"), a);
	cr_expect_eq(a->names, 1);
}

Test(tree, clear_leaves_files_without_names)
{
	cr_assert_eq(tree_symlink(t, "a", "link"), 0);
	tree_clear(t);
	cr_expect_eq(tree_find(t, "a"), NULL);
	cr_expect_eq(tree_find(t, "link"), NULL);
	cr_expect_eq(a->names, 0);
	cr_expect_eq(tree_files(t), b);
	cr_expect_neq(tree_create(t, "a", true), a);
}
