// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parts of lists. Caught is a part that is no list (a slot that nothing filled,
 * or filled twice), one whose operations are done to another file than before,
 * and a cut to a file that misses a name which the file had.
 */
#include "checker/list/oplist_cut.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = "mkdir \"d\"\n"		      /* 0 */
			   "open f0 \"d/a\" O_RDWR|O_CREAT\n" /* 1 */
			   "open f1 \"b\" O_RDWR|O_CREAT\n"   /* 2 */
			   "map m0 f1 0 4096 read|write\n"    /* 3 */
			   "map m1 f0 0 4096 read|write\n"    /* 4 */
			   "store m0 0 8\n"		      /* 5 */
			   "store m1 8 8\n"		      /* 6 */
			   "close f0\n"			      /* 7 */
			   "rename \"d/a\" \"c\"\n"	      /* 8 */
			   "open f0 \"c\" O_RDWR\n"	      /* 9 */
			   "reflink f0 f1 0 0 4096\n"	      /* 10 */
			   "@1 open f0 \"b\" O_RDWR\n"	      /* 11 */
			   "@1 fsync f0\n"		      /* 12 */
			   "sync\n"			      /* 13 */
			   "fsync f1\n" /* 14 */;

static struct oplist list;

static void read_list(void)
{
	struct err e = { 0 };

	cr_assert_eq(oplist_parse(&list, text, strlen(text), "text", &e), 0, "%s", e.what);
	cr_assert_eq(list.n, 15);
}

static void drop_list(void)
{
	oplist_release(&list);
}

TestSuite(oplist_cut, .init = read_list, .fini = drop_list);

static void expect_part(const bool *keep, const char *want)
{
	struct oplist part = { 0 };
	struct err e = { 0 };
	char *got = NULL;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	cr_assert_eq(oplist_cut(&part, &list, keep), 0);
	cr_expect_eq(oplist_check(&part, "part", NULL, &e), 0, "%s", e.what);
	cr_assert_eq(oplist_print(&part, out), 0);
	fclose(out);
	cr_expect_str_eq(got, want);
	free(got);
	oplist_release(&part);
}

Test(oplist_cut, all_is_all)
{
	bool keep[15];

	memset(keep, true, sizeof(keep));
	expect_part(keep, text);
}

Test(oplist_cut, what_needs_the_missing_goes_too)
{
	bool keep[15];

	memset(keep, true, sizeof(keep));
	keep[2] = false; /* b: its mapping, its store, the clone of it, its fsync */
	expect_part(keep, "mkdir \"d\"\n"
			  "open f0 \"d/a\" O_RDWR|O_CREAT\n"
			  "map m0 f0 0 4096 read|write\n"
			  "store m0 8 8\n"
			  "close f0\n"
			  "rename \"d/a\" \"c\"\n"
			  "open f0 \"c\" O_RDWR\n"
			  "@1 open f0 \"b\" O_RDWR\n"
			  "@1 fsync f0\n"
			  "sync\n");
}

/* Without the close the slot is not free: the next open takes another. */
Test(oplist_cut, slots_are_given_out_anew)
{
	bool keep[15] = { [1] = true, [2] = true, [9] = true, [10] = true, [14] = true };

	expect_part(keep, "open f0 \"d/a\" O_RDWR|O_CREAT\n"
			  "open f1 \"b\" O_RDWR|O_CREAT\n"
			  "open f2 \"c\" O_RDWR\n"
			  "reflink f2 f1 0 0 4096\n"
			  "fsync f1\n");
}

Test(oplist_cut, nothing_is_left)
{
	bool keep[15] = { [5] = true, [12] = true };

	expect_part(keep, "");
}

/* By any of its names, and the directory that it was in. */
Test(oplist_cut, to_a_file)
{
	bool keep[15];

	memset(keep, true, sizeof(keep));
	cr_assert_eq(oplist_cut_to_file(&list, "c", list.n, keep), 0);
	expect_part(keep, "mkdir \"d\"\n"
			  "open f0 \"d/a\" O_RDWR|O_CREAT\n"
			  "open f1 \"b\" O_RDWR|O_CREAT\n" /* that is cloned */
			  "map m0 f0 0 4096 read|write\n"
			  "store m0 8 8\n"
			  "close f0\n"
			  "rename \"d/a\" \"c\"\n"
			  "open f0 \"c\" O_RDWR\n"
			  "reflink f0 f1 0 0 4096\n"
			  "sync\n");
}

/* What matters stays, though it is done to another file. */
Test(oplist_cut, to_a_file_and_the_last)
{
	bool keep[15];

	memset(keep, true, sizeof(keep));
	memset(keep + 7, false, 6);
	cr_assert_eq(oplist_cut_to_file(&list, "d/a", 14, keep), 0);
	expect_part(keep, "mkdir \"d\"\n"
			  "open f0 \"d/a\" O_RDWR|O_CREAT\n"
			  "open f1 \"b\" O_RDWR|O_CREAT\n"
			  "map m0 f0 0 4096 read|write\n"
			  "store m0 8 8\n"
			  "sync\n"
			  "fsync f1\n");
}

Test(oplist_cut, too_few_slots)
{
	struct oplist many = { 0 };
	struct oplist part = { 0 };
	static bool keep[2 * (DX_LIST_SLOTS + 1)];
	struct dx_list_op open = { .op = DX_OP_OPEN, .text = { "a" } };
	struct dx_list_op close = { .op = DX_OP_CLOSE };

	for (size_t i = 0; i <= DX_LIST_SLOTS; i++) {
		cr_assert_eq(oplist_add(&many, &open), 0);
		cr_assert_eq(oplist_add(&many, &close), 0);
		keep[2 * i] = true;
	}
	cr_expect_eq(oplist_cut(&part, &many, keep), -E2BIG);
	cr_expect_null(part.op);
	oplist_release(&many);
}
