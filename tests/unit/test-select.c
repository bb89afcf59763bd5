// SPDX-License-Identifier: GPL-2.0-or-later
/* Three workloads of our own: no real one is linked. Catches a wrong match, a range not kept. */
#include "bench/select.h"
#include "bench/target/target_kind.h"
#include "bench/fio/fio_jobs.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

DX_WORKLOAD(b)
= { .name = "pte-store",
    .groups = "default,fault",
    .params = { { "size", "bytes", 4096, 4096, 1 << 20, "of it" },
		{ "pages", "pages", 1, 1, 10, "of them" } } };
DX_WORKLOAD(d)
= { .name = "ops",
    .groups = "lists",
    .list = DX_LIST_FILE,
    .params = { { "pages", "pages", 1, 1, 10, "of them" }, { "list", "path", 0, 0, 0, "of it" } } };
DX_WORKLOAD(c)
= { .name = "sync-files", .groups = "sync" };
DX_WORKLOAD(a)
= { .name = "null", .groups = "control,default" };

static struct selection *chosen;
static size_t n;
static struct err e;

static int choose(const char *word)
{
	char *words[] = { (char *)word };

	free(chosen);
	chosen = NULL;
	n = 0;
	return select_words(LENS_BENCH, words, word ? 1 : 0, &chosen, &n, &e);
}

Test(select, all_are_sorted)
{
	size_t count, jobs;
	const struct dx_workload *const *all = select_all(LENS_BENCH, &count);

	fio_jobs_all(&jobs);
	cr_assert_eq(count, 4 + jobs);
	cr_assert_str_eq(all[0]->name, jobs ? "fio:devdax-4k" : "null");
	cr_assert_str_eq(all[count - 1]->name, "sync-files");
	for (size_t i = 1; i < count; i++)
		cr_assert(strcmp(all[i - 1]->name, all[i]->name) < 0);
	cr_assert_eq(select_find(LENS_BENCH, "sync-files"), &c);
	cr_assert_null(select_find(LENS_BENCH, "sync"));
}

Test(select, names_globs_groups)
{
	cr_assert_eq(choose(NULL), 0);
	cr_assert_eq(n, 2, "the group default");
	cr_assert_eq(choose("pte-*"), 0);
	cr_assert_eq(n, 1);
	cr_assert_eq(choose("@control"), 0);
	cr_assert_eq(chosen[0].workload, &a);
	cr_assert_eq(choose("sync"), 0);
	cr_assert_eq(chosen[0].workload, &c);
	cr_assert_eq(choose("@def"), -EINVAL, "no part of a group's name");
}

/* Only a word that says fio takes its jobs: a run of everything needs no fio. */
Test(select, jobs_of_fio_are_named)
{
	size_t jobs;

	fio_jobs_all(&jobs);
	cr_assert(jobs > 0);
	cr_assert_eq(choose("*"), 0);
	cr_expect_eq(n, 3);
	cr_assert_eq(choose("f*"), -EINVAL);
	cr_assert_eq(choose("fio:*"), 0, "%s", e.what);
	cr_expect_eq(n, jobs);
	cr_assert_eq(choose("fio"), 0);
	cr_expect_eq(n, jobs);
	cr_assert_eq(choose("@fio"), 0);
	cr_expect_eq(n, jobs);
	cr_assert_eq(choose("fio:mmap-store-64"), 0);
	cr_expect_eq(n, 1);
	cr_expect_not_null(chosen[0].workload->job);
	cr_expect_eq(target_kind_of(chosen->workload->needs), TARGET_FS);
}

Test(select, jobs_of_fio_that_are_none)
{
	cr_assert_eq(choose("fio:mmap-stor-64"), -EINVAL);
	cr_expect_str_eq(e.object, "fio:mmap-stor-64");
	cr_expect(strstr(e.hint, "fio:mmap-store-64"), "%s", e.hint);
	cr_assert_eq(choose("fio:"), -EINVAL);
	cr_assert_eq(choose("fio:mmap-store-64:size=1"), -EINVAL);
	cr_expect(strstr(e.what, "has no parameter"), "%s", e.what);
}

/* The check lens has none, and says why. */
Test(select, jobs_of_fio_cannot_be_checked)
{
	static const char *const these[] = { "fio:mmap-store-64", "fio:*", "fio" };

	for (size_t i = 0; i < sizeof(these) / sizeof(these[0]); i++) {
		char *words[] = { (char *)these[i] };

		cr_assert_eq(select_words(LENS_CHECK, words, 1, &chosen, &n, &e), -EINVAL);
		cr_expect(strstr(e.what, "no operation log"), "%s", e.what);
		cr_expect(strstr(e.hint, these[i]), "%s", e.hint);
	}
}

Test(select, what_needs_a_path_is_for_those_who_name_it)
{
	cr_assert_eq(choose("*"), 0);
	cr_expect_eq(n, 3);
	cr_assert_eq(choose("lists"), -EINVAL);
	cr_assert_eq(choose("@lists:list=a"), 0);
	cr_expect_eq(chosen[0].workload, &d);
	cr_assert_eq(choose("o*:list=a"), 0);
	cr_expect_str_eq(chosen[0].path, "a");
}

/* The rest of the word, whatever it holds; it is one file. */
Test(select, a_path_is_the_rest_of_the_word)
{
	char buf[64];

	cr_assert_eq(choose("ops:pages=3,list=a,pages=4:b"), 0, "%s", e.what);
	cr_expect_eq(chosen[0].values[0], 3);
	cr_expect_str_eq(chosen[0].path, "a,pages=4:b");
	cr_expect_str_eq(select_format_params(chosen, buf, sizeof(buf)),
			 "pages=3,list=a,pages=4:b");
	cr_expect_str_eq(select_format_params(chosen, buf, 12), "pages=3,lis");
	cr_assert_eq(choose("ops:list=a"), 0);
	cr_expect_str_eq(chosen[0].path, "a");
	cr_assert_eq(choose("ops"), 0, "whoever needs it asks for it");
	cr_expect_null(chosen[0].path);
	cr_expect_str_eq(select_format_params(chosen, buf, sizeof(buf)), "pages=1,list=");
	cr_expect_eq(choose("ops:pages=11,list=a"), -EINVAL);
	cr_expect_eq(choose("ops:lists=a"), -EINVAL);
}

Test(select, the_same_twice_is_once)
{
	char *words[] = { (char *)"null", (char *)"@default", (char *)"null" };

	cr_assert_eq(select_words(LENS_BENCH, words, 3, &chosen, &n, &e), 0);
	cr_assert_eq(n, 2);
}

Test(select, parameters)
{
	char text[64];

	cr_assert_eq(choose("pte-store:size=8K,pages=3"), 0);
	cr_assert_eq(chosen[0].values[0], 8192);
	cr_assert_str_eq(select_format_params(chosen, text, sizeof(text)), "size=8K,pages=3");
	cr_assert_eq(choose("pte-store"), 0);
	cr_assert_str_eq(select_format_params(chosen, text, sizeof(text)), "size=4K,pages=1");
}

Test(select, errors_say_what_to_do)
{
	cr_assert_eq(choose("pte-sotre"), -EINVAL);
	cr_assert_str_eq(e.hint, "did you mean pte-store?");
	cr_assert_eq(choose("quikc"), -EINVAL);
	cr_assert_str_eq(e.hint, "did you mean quick?");
	cr_assert_eq(choose("@fualt"), -EINVAL);
	cr_assert_str_eq(e.hint, "did you mean fault?");
	cr_assert_eq(choose("zzzzzzzzzz"), -EINVAL);
	cr_assert(strstr(e.hint, "daxbench list"));
	cr_assert_eq(choose("pte-store:lines=1"), -EINVAL);
	cr_assert_str_eq(e.hint, "it has size, pages");
	cr_assert_eq(choose("null:x=1"), -EINVAL);
	cr_assert_str_eq(e.hint, "it has none");
	cr_assert_eq(choose("pte-store:pages=11"), -EINVAL);
	cr_assert(strstr(e.what, "out of range"));
	cr_assert_str_eq(e.hint, "want 1 to 10 pages");
	cr_assert_eq(choose("pte-store:pages=2K"), -EINVAL);
	cr_assert(strstr(e.what, "not a number"));
	cr_assert_eq(choose("pte-store:size=2G"), -EINVAL);
	cr_assert_str_eq(e.hint, "want 4K to 1M bytes");
	cr_assert_eq(choose("pte-store:pages"), -EINVAL);
	cr_assert_eq(choose("pte-store:"), -EINVAL);
}

Test(select, a_sweep_is_a_selection_for_each_combination)
{
	char text[64];

	cr_assert_eq(choose("pte-store:pages=1..4*2,size=4K/8K"), 0);
	cr_assert_eq(n, 6);
	cr_expect_str_eq(select_format_params(&chosen[0], text, sizeof(text)), "size=4K,pages=1");
	cr_expect_str_eq(select_format_params(&chosen[1], text, sizeof(text)), "size=4K,pages=2");
	cr_expect_str_eq(select_format_params(&chosen[2], text, sizeof(text)), "size=4K,pages=4");
	cr_expect_str_eq(select_format_params(&chosen[3], text, sizeof(text)), "size=8K,pages=1");
	cr_expect_str_eq(select_format_params(&chosen[5], text, sizeof(text)), "size=8K,pages=4");
	cr_assert_eq(choose("ops:pages=2/3,list=1..4*2,x"), 0);
	cr_assert_eq(n, 2);
	cr_expect_str_eq(chosen[1].path, "1..4*2,x", "a path is no sweep");
}

Test(select, values_are_measured_once)
{
	char *words[] = { (char *)"pte-store:pages=1..4", (char *)"pte-store:pages=4/2/9/9",
			  (char *)"pte-store" };

	cr_assert_eq(select_words(LENS_BENCH, words, 3, &chosen, &n, &e), 0);
	cr_assert_eq(n, 5);
	cr_expect_eq(chosen[4].values[1], 9);
	cr_assert_eq(choose("pte-store:pages=1..4,pages=7"), 0);
	cr_assert_eq(n, 1, "the last word on a parameter counts");
	cr_expect_eq(chosen[0].values[1], 7);
}

Test(select, no_more_than_can_be_waited_for)
{
	cr_assert_eq(choose("pte-store:size=4096..4195,pages=1..10"), 0);
	cr_assert_eq(n, SELECT_MAX);
	cr_assert_eq(choose("pte-store:size=4096..4196,pages=1..10"), -EINVAL);
	cr_assert(strstr(e.what, "more than 1000"), "%s", e.what);
	cr_assert(strstr(e.hint, "fewer"), "%s", e.hint);
}

Test(select, full_leaves_out_lists)
{
	cr_assert_eq(choose("full"), 0);
	cr_assert_eq(n, 3);
}
