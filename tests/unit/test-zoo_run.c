// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a command that runs on another kernel, with another bug, or whose program gets our words.
 */
#include "bench/zoo/zoo_run.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct zoo_words w;
static const struct zoo_run run = { .kernel = "zoo", .dir = "results/zoo" };

static size_t position(const char *word)
{
	size_t n = 0;

	while (w.word[n] && strcmp(w.word[n], word) != 0)
		n++;
	cr_assert(w.word[n], "%s", word);
	return n;
}

static void expect_option(const char *option, const char *value)
{
	cr_expect_str_eq(w.word[position(option) + 1], value);
}

Test(zoo_run, words)
{
	const struct mutant_command c = { .words = { (char *)"check", (char *)"--exec",
						     (char *)"--", (char *)"prog",
						     (char *)"--kernel" },
					  .n = 5 };

	cr_assert_eq(zoo_words(&w, &run, &c, 17, "17-x"), 0);
	cr_expect_str_eq(w.word[1], "check");
	expect_option("--kernel", "zoo");
	expect_option("--sysfs", "module/kernel/parameters/daxzoo=17");
	expect_option("--output", "results/zoo/17-x");
	expect_option("--exec", "--");
	/* What follows is the program's. */
	expect_option("prog", "--kernel");
	cr_expect_null(w.word[position("prog") + 2]);
	cr_expect_gt(position("--"), position("--json"));
	cr_assert_eq(zoo_words(&w, &run, &c, 0, "0-1"), 0);
	expect_option("--sysfs", "module/kernel/parameters/daxzoo=0");
}

Test(zoo_run, as_many_words_as_a_command_may_have)
{
	struct mutant_command c = { .n = MUTANTS_MAX_WORDS };
	char name[5000];

	for (size_t i = 0; i < c.n; i++)
		c.words[i] = (char *)"x";
	cr_expect_eq(zoo_words(&w, &run, &c, 1, "a"), 0);
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	cr_expect_eq(zoo_words(&w, &run, &c, 1, name), -ENAMETOOLONG);
}

/* /proc/self/exe is this test: it knows no such options and prints no results. */
Test(zoo_run, a_command_without_results_is_an_error)
{
	char dir[] = "/tmp/daxbench-zoo-XXXXXX", errors[64];
	const struct zoo_run here = { .kernel = "zoo", .dir = mkdtemp(dir) };
	const struct mutant_command c = { .words = { (char *)"check" }, .n = 1 };
	struct zoo_findings f;
	struct err e = { 0 };
	double seconds;

	cr_assert_eq(zoo_run(&here, &c, 1, "name", &f, &seconds, &e), -EIO);
	cr_expect(strstr(e.what, "made no results"), "%s", e.what);
	snprintf(errors, sizeof(errors), "%s/name.err", dir);
	cr_expect_eq(access(errors, F_OK), 0);
	unlink(errors);
	rmdir(dir);
}
