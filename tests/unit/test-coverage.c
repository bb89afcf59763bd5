// SPDX-License-Identifier: GPL-2.0-or-later
/* Pairs of operations: a count that forgets one, or takes two modes for one, fails here. */
#include "checker/gen/coverage.h"

#include <criterion/criterion.h>
#include <string.h>

static void add(struct coverage *c, const char *text)
{
	struct oplist list;

	cr_assert_eq(oplist_parse(&list, text, strlen(text), "list", NULL), 0);
	coverage_add(c, &list);
	oplist_release(&list);
}

static void expect(const struct coverage *c, size_t seen, size_t possible)
{
	size_t s, p;

	coverage_count(c, &s, &p);
	cr_expect_eq(s, seen, "%zu seen, want %zu", s, seen);
	cr_expect_eq(p, possible, "%zu possible, want %zu", p, possible);
}

Test(coverage, pairs_are_counted_once_and_by_mode)
{
	struct coverage c = { 0 };

	expect(&c, 0, 0);
	add(&c, "sync\nsync\ndrain\nsync\ndrain\n"
		"open f0 \"a\" O_RDWR\nfallocate f0 0 0 1\nfallocate f0 3 0 1\n");
	expect(&c, 6, 25);
	cr_expect_eq(c.lists, 1);
	cr_expect_eq(c.operations, 8);
}

/* The end of one list and the beginning of the next are no pair. */
Test(coverage, lists_add_up)
{
	struct coverage c = { 0 };

	add(&c, "sync\ndrain\n");
	add(&c, "sync\nsync\n");
	expect(&c, 2, 4);
	add(&c, "sync\ndrain\n");
	expect(&c, 2, 4);
	cr_expect_eq(c.lists, 3);
	cr_expect_eq(c.operations, 6);
}
