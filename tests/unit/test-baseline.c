// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a half run kept as a baseline, a name that leads elsewhere, an old one lost to a failure.
 */
#include "bench/results/baseline.h"
#include "tests/unit/run-fixture.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err e;
static struct results_file f;

static void tear_down(void)
{
	results_file_release(&f);
	remove_dir();
}

TestSuite(baseline, .init = make_dir, .fini = tear_down);

static int save(const char *name, const char *text)
{
	json_t *j = json_loads(text, 0, NULL);
	int r;

	cr_assert_not_null(j);
	r = baseline_save(dir, name, j, &e);
	json_decref(j);
	return r;
}

Test(baseline, is_kept_and_replaced)
{
	cr_assert_eq(save("mine", RUN(RUN_COUNT("a", "1", "10"))), 0, "%s", e.what);
	cr_assert_eq(baseline_read(dir, "mine", &f, &e), 0, "%s", e.what);
	cr_assert_str_eq(f.path, in_dir("baselines/mine/run.json"));
	cr_assert_eq(f.cells[0].r.summary.median, 10);
	results_file_release(&f);
	cr_assert_eq(save("mine", RUN(RUN_COUNT("a", "1", "10.25"))), 0);
	cr_assert_eq(baseline_read(dir, "mine", &f, &e), 0);
	cr_assert_eq(f.cells[0].r.summary.median, 10.25, "to the last digit");
}

Test(baseline, a_missing_one_is_usage)
{
	cr_assert_eq(baseline_read(dir, "mine", &f, &e), -EINVAL);
	cr_assert_str_eq(e.object, "mine");
	cr_assert(strstr(e.hint, "--save-baseline"), "%s", e.hint);
	cr_assert_eq(save("first", RUN(RUN_COUNT("a", "1", "10"))), 0);
	cr_assert_eq(baseline_read(dir, "mine", &f, &e), -EINVAL);
	cr_assert_str_eq(e.hint, "there are: first");
}

Test(baseline, one_that_was_damaged)
{
	put_set("baselines/mine", "{}");
	cr_assert_eq(baseline_read(dir, "mine", &f, &e), -EBADMSG);
	cr_assert_eq(file_mkdirs(in_dir("baselines/empty"), 0777), 0);
	cr_assert_eq(baseline_read(dir, "empty", &f, &e), -ENOENT);
}

Test(baseline, what_is_not_whole_is_not_kept)
{
	json_t *j = json_loads(RUN(RUN_COUNT("a", "1", "10")), 0, NULL);

	cr_assert_eq(save("mine", RUN(RUN_COUNT("a", "1", "10"))), 0);
	json_object_set_new(j, "interrupted", json_true());
	cr_assert_eq(baseline_save(dir, "mine", j, &e), -ENODATA);
	cr_assert(strstr(e.what, "cells are missing"));
	json_decref(j);
	cr_assert_eq(save("mine", RUN("")), -ENODATA);
	cr_assert(strstr(e.what, "nothing was measured"));
	cr_assert_eq(baseline_read(dir, "mine", &f, &e), 0, "the old one stands");
	cr_assert_eq(f.n_cells, 1);
}

Test(baseline, where_none_can_be_kept)
{
	put("baselines", "a file");
	cr_assert_lt(save("mine", RUN(RUN_COUNT("a", "1", "10"))), 0);
	cr_assert(strstr(e.what, "make the directory"), "%s", e.what);
}

Test(baseline, names)
{
	static const char *const bad[] = {
		"", ".", "..", "../a", "a/b", "a b", "a\n", ".a", "a'b"
	};
	char name[66];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(baseline_check_name(bad[i], &e), -EINVAL, "%s", bad[i]);
		cr_expect_eq(baseline_read(dir, bad[i], &f, &e), -EINVAL);
		cr_expect_eq(save(bad[i], RUN(RUN_COUNT("a", "1", "10"))), -EINVAL);
	}
	cr_expect_eq(baseline_check_name("v6.12-rc1+_A", &e), 0);
	memset(name, 'a', 65);
	name[65] = '\0';
	cr_expect_eq(baseline_check_name(name, &e), -EINVAL);
	name[64] = '\0';
	cr_expect_eq(baseline_check_name(name, &e), 0);
}
