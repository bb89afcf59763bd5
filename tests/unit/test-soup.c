// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Soups: the same for the same seed, whole, varied, and not too large. That the
 * operations succeed, test-oplist_source.c tries on a file system. Caught is a
 * generator that leaves an operation out, or depends on more than its options.
 */
#define DX_LENS_CHECK
#include "checker/gen/coverage.h"
#include "checker/gen/soup.h"
#include "checker/list/oplist_form.h"
#include "daxbench/workload.h"
#include "tests/unit/oplist-fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALL (SOUP_SHIFT | SOUP_REFLINK | SOUP_UNSHARE | SOUP_MAP_SYNC | SOUP_OWN_FS)

static struct oplist make(uint64_t ops, uint64_t seed, unsigned int features)
{
	struct soup_options o = { .ops = ops, .seed = seed, .features = features };
	struct oplist list = { 0 };
	struct err e = { 0 };

	cr_assert_eq(soup_make(&list, &o, &e), 0, "%s", e.what);
	cr_assert_eq(list.n, ops);
	cr_assert_eq(oplist_check(&list, "soup", NULL, &e), 0, "seed %llu: %s",
		     (unsigned long long)seed, e.what);
	return list;
}

static char *soup(uint64_t ops, uint64_t seed, unsigned int features)
{
	struct oplist list = make(ops, seed, features);

	char *text = print(&list);

	oplist_release(&list);
	return text;
}

Test(soup, the_same_seed_is_the_same_list)
{
	char *first = soup(700, 5, ALL), *second = soup(700, 5, ALL), *other = soup(700, 6, ALL);

	cr_expect_str_eq(first, second);
	cr_expect_str_neq(first, other);
	free(first);
	free(second);
	free(other);
}

/* What a seed means is in bug reports: it may change, but not by accident. */
Test(soup, a_seed_keeps_its_meaning)
{
	char *text = soup(16, 1, ALL);

	cr_expect_str_eq(text, "drain\n"
			       "open f0 \"a\" O_RDWR|O_CREAT|O_EXCL\n"
			       "fdatasync f0\n"
			       "map m0 f0 20480 4096 read|write|sync\n"
			       "map m1 f0 0 65536 read|write|pte\n"
			       "open f1 \"h\" O_RDWR|O_CREAT|O_TRUNC\n"
			       "open f2 \"a\" O_RDWR\n"
			       "map m2 f0 0 49152 read|write|sync|pte\n"
			       "fallocate f0 0 60977 46\n"
			       "fallocate f0 KEEP_SIZE|PUNCH_HOLE 0 65536\n"
			       "drain\n"
			       "copy-nt m0 0 32\n"
			       "reflink f2 f2 4096 24576 8192\n"
			       "map m3 f0 40960 24576 read|write\n"
			       "fdatasync f0\n"
			       "store m3 0 4\n");
	free(text);
}

/* The budget of large stores depends on the length, so a shorter list need not be a beginning. */
Test(soup, any_length_can_be_had)
{
	struct soup_options o = { .ops = 0, .seed = 1 };
	struct oplist list = { 0 };
	struct err e;

	for (uint64_t ops = 1; ops < 70; ops++) {
		list = make(ops, ops, ALL);
		oplist_release(&list);
	}
	cr_expect_eq(soup_make(&list, &o, &e), -EINVAL);
	o.ops = SOUP_MAX_OPS + 1;
	cr_expect_eq(soup_make(&list, &o, &e), -EINVAL);
	cr_expect_null(list.op);
}

static void count_kinds(const struct oplist *list, size_t counts[DX_OP_COUNT])
{
	for (size_t i = 0; i < list->n; i++)
		counts[list->op[i].op]++;
}

/* Two lists: one with a second process, one that unmounts. */
Test(soup, every_operation_occurs)
{
	size_t counts[DX_OP_COUNT] = { 0 };
	bool second = false;

	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct oplist list = make(SOUP_MAX_OPS, seed, ALL);

		count_kinds(&list, counts);
		for (size_t i = 0; i < list.n; i++)
			second |= list.op[i].worker == 1;
		oplist_release(&list);
	}
	for (unsigned int op = DX_OP_OPEN; op < DX_OP_COUNT; op++) {
		bool none = !oplist_kind(op) || op == DX_OP_ENV_MKFS;

		cr_expect_eq(counts[op] == 0, none, "%s: %zu", oplog_kind(op)->name, counts[op]);
	}
	cr_expect(second);
}

/* What the file system cannot do is not asked of it. */
Test(soup, features_are_left_out)
{
	size_t counts[DX_OP_COUNT] = { 0 };
	struct oplist list = make(SOUP_MAX_OPS, 3, 0);

	count_kinds(&list, counts);
	cr_expect_eq(counts[DX_OP_REFLINK] + counts[DX_OP_SYNC] + counts[DX_OP_ENV_REMOUNT] +
			     counts[DX_OP_ENV_UMOUNT] + counts[DX_OP_ENV_DROP_CACHES],
		     0);
	for (size_t i = 0; i < list.n; i++) {
		const struct dx_list_op *op = &list.op[i];

		cr_expect(op->op != DX_OP_FALLOCATE || op->arg[0] < 4, "mode %#llx",
			  (unsigned long long)op->arg[0]);
		cr_expect(op->op != DX_OP_MAP || !(op->arg[3] & DX_MAP_SYNC));
	}
	oplist_release(&list);
}

/* Small for the most part, large now and then, and no more than the header promises. */
Test(soup, sizes_are_bounded)
{
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct oplist list = make(1000, seed, ALL);
		uint64_t large = 0;
		size_t handles = 0, stores = 0;

		for (size_t i = 0; i < list.n; i++) {
			const struct dx_list_op *op = &list.op[i];
			bool writes = op->op == DX_OP_WRITE || op->op == DX_OP_WRITEV ||
				      op->op == DX_OP_FILL || op->op == DX_OP_COPY ||
				      op->op == DX_OP_COPY_NT;

			handles += op->op == DX_OP_OPEN || op->op == DX_OP_MAP;
			stores += writes || op->op == DX_OP_STORE;
			if (writes && op->arg[1] > DX_PAGE)
				large += op->arg[1];
		}
		cr_expect_leq(large, 1000 * (16ULL << 10) + DX_PMD);
		cr_expect_gt(large, 0);
		cr_expect_lt(handles, DX_LOG_HANDLES / 4);
		cr_expect_gt(stores, 200);
		oplist_release(&list);
	}
}

/* Pairs that have not been are favoured: by weight alone it would be less than half of them. */
Test(soup, pairs_are_covered)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct oplist list = make(SOUP_MAX_OPS, seed, ALL);
		struct coverage c = { 0 };
		size_t seen, possible;

		coverage_add(&c, &list);
		coverage_count(&c, &seen, &possible);
		cr_expect_gt(seen, possible / 2, "%zu of %zu", seen, possible);
		oplist_release(&list);
	}
}
