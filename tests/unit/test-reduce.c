// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists cut down by made-up rules of what they show. Caught is a reducer that ends
 * with a list that shows nothing, or from which an operation could have gone; one
 * that asks for what is no list; one that counts on parts of a list to show what
 * the list shows; and one that asks for more than it needs.
 */
#include "checker/list/reduce.h"
#include "checker/list/oplist_cut.h"
#include "lib/hash.h"
#include "tests/unit/oplist-fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 12

static struct err e;

/* Does this list show it? */
typedef bool (*rule_fn)(const char *text, uint64_t seed);

static bool shows(const struct oplist *list, rule_fn rule, uint64_t seed)
{
	char *text = print(list);
	bool yes = rule(text, seed);

	free(text);
	return yes;
}

/* @files files, each opened, mapped, stored to @stores times at places of its own, and synced. */
static struct oplist make_list(unsigned int files, unsigned int stores)
{
	struct oplist list = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (unsigned int i = 0; i < files; i++) {
		fprintf(out, "open f%u \"file%u\" O_RDWR|O_CREAT\n", i, i);
		fprintf(out, "fallocate f%u 0 0 1048576\n", i);
		fprintf(out, "map m%u f%u 0 1048576 read|write\n", i, i);
		for (unsigned int k = 1; k <= stores; k++)
			fprintf(out, "store m%u %u 8\n", i, i * 100000 + k * 1000);
		fprintf(out, "fsync f%u\nclose f%u\n", i, i);
	}
	fclose(out);
	cr_assert_eq(oplist_parse(&list, text, len, "list", &e), 0, "%s", e.what);
	free(text);
	return list;
}

/* Asks until it is over; the number of times. */
static size_t run(struct reduce *r, rule_fn rule, uint64_t seed)
{
	const struct oplist *lists;
	bool yes[REDUCE_BATCH];
	size_t n, times = 0;

	while (!reduce_ask(r, &lists, &n, &e) && n) {
		cr_assert_leq(n, BATCH);
		for (size_t i = 0; i < n; i++) {
			cr_assert_eq(oplist_check(&lists[i], "asked", NULL, &e), 0, "%s", e.what);
			yes[i] = shows(&lists[i], rule, seed);
		}
		reduce_tell(r, yes);
		cr_assert_lt(++times, 1000, "it does not end");
	}
	return times;
}

static void expect_minimal(const struct oplist *list, rule_fn rule, uint64_t seed)
{
	cr_expect(shows(list, rule, seed), "the best does not show it");
	for (size_t i = 0; i < list->n; i++) {
		bool *keep = malloc(list->n);
		struct oplist part = { 0 };

		memset(keep, true, list->n);
		keep[i] = false;
		cr_assert_eq(oplist_cut(&part, list, keep), 0);
		cr_expect(!shows(&part, rule, seed), "operation %zu could have gone", i + 1);
		oplist_release(&part);
		free(keep);
	}
}

static struct reduce *begin(const struct oplist *list, size_t end, const char *file)
{
	const struct reduce_hints hints = { .end = end, .file = file };
	struct reduce *r;

	cr_assert_eq(reduce_open(&r, list, &hints, BATCH, &e), 0, "%s", e.what);
	return r;
}

/* ---- rules ---- */

/* A store to the third file, and a sync of it after that. */
static bool store_and_sync(const char *text, uint64_t seed)
{
	const char *open = strstr(text, "\"file2\""), *store = strstr(text, " 207000 8");

	(void)seed;
	return open && store && strstr(store, "fsync");
}

static bool any_store(const char *text, uint64_t seed)
{
	(void)seed;
	return strstr(text, "store");
}

static bool never(const char *text, uint64_t seed)
{
	(void)text, (void)seed;
	return false;
}

/* Two stores are needed, and of what is left a third shows nothing, at random. */
static bool moody(const char *text, uint64_t seed)
{
	uint64_t h = hash_add(HASH_START ^ seed, text, strlen(text));

	if (!strstr(text, "store m") || !strstr(text, "fsync"))
		return false;
	return strlen(text) > 1500 || (h >> 20) % 3 != 0;
}

/* Nothing but the whole, or a list without any close, which no chunk of the whole gives. */
static bool all_or_no_close(const char *text, uint64_t seed)
{
	size_t closes = 0;

	for (const char *p = text; (p = strstr(p, "close")); p++)
		closes++;
	return strstr(text, "store m") && (closes == seed || closes < 2);
}

/* ---- tests ---- */

Test(reduce, to_the_few_that_matter)
{
	struct oplist list = make_list(4, 10);
	struct reduce *r = begin(&list, 0, NULL);
	size_t times = run(r, store_and_sync, 0);
	const struct oplist *best = reduce_best(r);

	cr_assert(best);
	cr_expect_eq(best->n, 4, "%zu: open, map, store, fsync", best->n);
	cr_expect(reduce_is_minimal(r));
	expect_minimal(best, store_and_sync, 0);
	cr_expect_leq(times, 12, "%zu times", times);
	reduce_close(r);
	oplist_release(&list);
}

/* What is known of the violation saves most of the trying. */
Test(reduce, hints_are_tried_first)
{
	struct oplist list = make_list(4, 10);
	struct reduce *r = begin(&list, 3 * 15 - 1, "file2");
	const struct oplist *lists;
	const bool yes[3] = { true, true, true };
	size_t n;

	cr_assert_eq(reduce_ask(r, &lists, &n, &e), 0);
	cr_assert_eq(n, 3);
	cr_expect_eq(lists[0].n, 60);
	cr_expect_eq(lists[1].n, 44);
	cr_expect_eq(lists[2].n, 14);
	cr_expect_eq(reduce_tell(r, yes), 2);
	cr_expect_eq(reduce_best(r)->n, 14);
	cr_expect_leq(run(r, store_and_sync, 0), 7);
	cr_expect_eq(reduce_best(r)->n, 4);
	reduce_close(r);
	oplist_release(&list);
}

/* The whole list may hide what a part of it shows. */
Test(reduce, only_a_part_shows_it)
{
	struct oplist list = make_list(2, 2);
	struct reduce *r = begin(&list, 6, "file0");
	const struct oplist *lists;
	const bool yes[3] = { false, true, false };
	size_t n;

	cr_assert_eq(reduce_ask(r, &lists, &n, &e), 0);
	cr_expect_null(reduce_best(r));
	cr_expect_eq(reduce_tell(r, yes), 1);
	cr_assert(reduce_best(r));
	cr_expect_eq(reduce_best(r)->n, 6);
	reduce_close(r);
	oplist_release(&list);
}

Test(reduce, what_does_not_show_again)
{
	struct oplist list = make_list(4, 10);
	struct reduce *r = begin(&list, 44, "file2");

	cr_expect_eq(run(r, never, 0), 1);
	cr_expect_null(reduce_best(r));
	cr_expect_not(reduce_is_minimal(r));
	reduce_close(r);
	oplist_release(&list);
}

Test(reduce, answers_that_are_not_monotone)
{
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct oplist list = make_list(5, 12);
		struct reduce *r = begin(&list, 0, NULL);

		run(r, moody, seed);
		cr_assert(reduce_best(r));
		cr_assert(reduce_is_minimal(r));
		expect_minimal(reduce_best(r), moody, seed);
		reduce_close(r);
		oplist_release(&list);
	}
}

/* No run of operations shows it without the others, but a list beyond them does. */
Test(reduce, a_gap_between_lists_that_show_it)
{
	struct oplist list = make_list(3, 4);
	struct reduce *r = begin(&list, 0, NULL);

	run(r, all_or_no_close, 3);
	cr_assert(reduce_is_minimal(r));
	expect_minimal(reduce_best(r), all_or_no_close, 3);
	reduce_close(r);
	oplist_release(&list);
}

static bool wants_much(const char *text, uint64_t seed)
{
	unsigned long long off, len;
	const char *write = strstr(text, "write f0 ");

	(void)seed;
	return write && sscanf(write, "write f0 %llu %llu", &off, &len) == 2 && len >= 4000;
}

Test(reduce, arguments_become_small)
{
	static const char text[] = "open f0 \"a\" O_RDWR|O_CREAT\nwrite f0 123456 99999\n";
	struct oplist list = { 0 };
	struct reduce *r;
	char *got;

	cr_assert_eq(oplist_parse(&list, text, strlen(text), "list", &e), 0);
	r = begin(&list, 0, NULL);
	run(r, wants_much, 0);
	got = print(reduce_best(r));
	cr_expect_str_eq(got, "open f0 \"a\" O_RDWR|O_CREAT\nwrite f0 0 4096\n");
	cr_expect(reduce_is_minimal(r));
	free(got);
	reduce_close(r);
	oplist_release(&list);
}

/* A mapping shrinks only once nothing is stored behind its new end. */
Test(reduce, arguments_that_hang_together)
{
	static const char text[] = "open f0 \"a\" O_RDWR|O_CREAT\n"
				   "map m0 f0 0 1048576 read|write\n"
				   "store m0 777000 8\n";
	struct oplist list = { 0 };
	struct reduce *r;
	char *got;

	cr_assert_eq(oplist_parse(&list, text, strlen(text), "list", &e), 0);
	r = begin(&list, 0, NULL);
	run(r, any_store, 0);
	got = print(reduce_best(r));
	cr_expect_str_eq(got, "open f0 \"a\" O_RDWR|O_CREAT\n"
			      "map m0 f0 0 4096 read|write\n"
			      "store m0 0 8\n");
	free(got);
	reduce_close(r);
	oplist_release(&list);
}

/* Given up after any number of answers, the best is the shortest that showed it. */
Test(reduce, given_up_early)
{
	struct oplist list = make_list(4, 10);

	for (size_t after = 1; after < 6; after++) {
		struct reduce *r = begin(&list, 0, NULL);
		size_t n, least = list.n, told = 0;
		const struct oplist *lists;
		bool yes[REDUCE_BATCH];

		for (; told < after && !reduce_ask(r, &lists, &n, &e) && n; told++) {
			for (size_t i = 0; i < n; i++) {
				yes[i] = shows(&lists[i], store_and_sync, 0);
				if (yes[i] && lists[i].n < least)
					least = lists[i].n;
			}
			reduce_tell(r, yes);
		}
		cr_expect_eq(reduce_best(r)->n, least);
		cr_expect(shows(reduce_best(r), store_and_sync, 0));
		reduce_close(r);
	}
	oplist_release(&list);
}

/* What was tried for something else may show it as well: no need to find it again. */
Test(reduce, an_offer_saves_tries)
{
	struct oplist list = make_list(4, 10);
	struct reduce *r = begin(&list, 0, NULL);
	struct oplist few = { 0 };
	static const char text[] = "open f0 \"file2\" O_RDWR|O_CREAT\n"
				   "fallocate f0 0 0 1048576\n"
				   "map m0 f0 0 1048576 read|write\n"
				   "store m0 207000 8\n"
				   "fsync f0\n";
	const bool yes[REDUCE_BATCH] = { true };
	const struct oplist *lists;
	size_t n;

	cr_assert_eq(oplist_parse(&few, text, strlen(text), "few", &e), 0);
	cr_assert_eq(reduce_ask(r, &lists, &n, &e), 0);
	reduce_tell(r, yes);
	cr_assert_eq(reduce_ask(r, &lists, &n, &e), 0);
	cr_expect(reduce_offer(r, &few));
	cr_expect_not(reduce_offer(r, &list), "it is longer");
	cr_expect_leq(run(r, store_and_sync, 0), 6);
	cr_expect_eq(reduce_best(r)->n, 4);
	expect_minimal(reduce_best(r), store_and_sync, 0);
	cr_expect(reduce_is_minimal(r));
	reduce_close(r);
	oplist_release(&few);
	oplist_release(&list);
}
