// SPDX-License-Identifier: GPL-2.0-or-later
/* The parameters of ace: all lists where none is named, and what makes no sense refused. */
#define DX_LENS_CHECK
#include "bench/check/ace_source.h"
#include "workloads/ace.c"
#include "workloads/soup.c"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct err e;

/* As a command line has it. */
static size_t spread(const char *word, struct selection **ret)
{
	char copy[64];
	char *const words[] = { copy };
	size_t n;

	snprintf(copy, sizeof(copy), "%s", word);
	cr_assert_eq(select_words(LENS_CHECK, words, 1, ret, &n, &e), 0, "%s", e.what);
	return ace_source_spread(ret, &n, &e) ? 0 : n;
}

static void expect_lists(const char *word, const char *first, const char *last, size_t want)
{
	struct selection *s;
	struct ace_options o;
	size_t n = spread(word, &s);
	char params[128];

	cr_assert_eq(n, want, "%s: %zu", word, n);
	cr_expect_str_eq(select_format_params(&s[0], params, sizeof(params)), first);
	cr_expect_str_eq(select_format_params(&s[n - 1], params, sizeof(params)), last);
	for (size_t i = 0; i < n; i++)
		cr_expect_eq(ace_source_options(&s[i], &o, &e), 0, "%s", e.what);
	free(s);
}

Test(ace_source, without_a_shard_it_is_all)
{
	expect_lists("ace", "length=1,shard=1,of=4,case=0", "length=1,shard=4,of=4,case=0", 4);
	expect_lists("ace:length=2,of=9", "length=2,shard=1,of=9,case=0",
		     "length=2,shard=9,of=9,case=0", 9);
	expect_lists("ace:shard=3", "length=1,shard=3,of=0,case=0", "length=1,shard=3,of=0,case=0",
		     1);
	expect_lists("ace:case=186", "length=1,shard=0,of=0,case=186",
		     "length=1,shard=0,of=0,case=186", 1);
}

Test(ace_source, what_is_asked_for)
{
	struct selection *s;
	struct ace_options o;

	cr_assert_eq(spread("ace:length=2,shard=3", &s), 1);
	cr_assert_eq(ace_source_options(s, &o, &e), 0);
	cr_expect(o.length == 2 && o.shard == 3 && o.of == ace_shards(2) && !o.number);
	free(s);
	cr_assert_eq(spread("ace:case=186", &s), 1);
	cr_assert_eq(ace_source_options(s, &o, &e), 0);
	cr_expect(o.length == 1 && o.shard == 1 && o.of == 1 && o.number == 186);
	s->values[3] = 0;
	cr_expect_eq(ace_source_options(s, &o, &e), -EINVAL);
	cr_expect(strstr(e.hint, "shard=1"), "%s", e.hint);
	free(s);
}

Test(ace_source, what_makes_no_sense)
{
	static const char *const wrong[][2] = {
		{ "ace:shard=5", "there are 4" },
		{ "ace:shard=3,of=2", "there are 2" },
		{ "ace:case=1", "no case 1" },
		{ "ace:case=99999999", "no case" },
		{ "ace:case=186,shard=1", "is in no shard" },
		{ "ace:case=186,of=2", "no shard" },
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct selection *s;

		cr_expect_eq(spread(wrong[i][0], &s), 0, "%s", wrong[i][0]);
		cr_expect(e.code == -EINVAL && strstr(e.what, wrong[i][1]), "%s: %s", wrong[i][0],
			  e.what);
		free(s);
	}
}

/* All workloads are not to be some minutes more. */
Test(ace_source, a_glob_does_not_mean_it)
{
	struct selection *s;
	size_t n = spread("*", &s);

	cr_assert_eq(n, 1);
	cr_expect_str_eq(s->workload->name, "soup");
	free(s);
	cr_expect_eq(spread("a*:length=1", &s), 4);
	free(s);
}

Test(ace_source, others_stay_as_they_are)
{
	struct selection *s;

	cr_assert_eq(spread("soup:ops=7", &s), 1);
	cr_expect(!strcmp(s->workload->name, "soup") && s->values[0] == 7);
	free(s);
}
