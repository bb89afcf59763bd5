// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a workload taken for a side, a side for a workload, and a word that picks too much. */
#include "bench/compare/compare_words.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The only workloads in a test: the linker collects them. */
DX_WORKLOAD(store)
= { .name = "pte-store", .groups = "default,fault" };
DX_WORKLOAD(sync_page)
= { .name = "msync-page", .groups = "sync" };

static char dir[] = "build/tests/words-XXXXXX";

static void set_up(void)
{
	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(dir));
}

static void tear_down(void)
{
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(compare_words, .init = set_up, .fini = tear_down);

static const char *in_dir(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char *put(const char *name, const void *data, size_t len)
{
	FILE *out = fopen(in_dir(name), "we");

	cr_assert_not_null(out);
	cr_assert_eq(fwrite(data, 1, len, out), len);
	fclose(out);
	return in_dir(name);
}

static enum compare_word kind(const char *word)
{
	return compare_word_kind(dir, word);
}

Test(compare_words, kernels)
{
	unsigned char image[0x400] = { 0 };

	memcpy(image + 0x202, "HdrS", 4);
	image[0x20e] = 0x20;
	memcpy(image + 0x220, "6.1.0 (x)", 9);
	cr_assert_eq(kind("6.1"), COMPARE_WORD_KERNEL);
	cr_assert_eq(kind("6.12"), COMPARE_WORD_KERNEL);
	cr_assert_eq(kind(put("bzImage", image, sizeof(image))), COMPARE_WORD_KERNEL);
	cr_assert_eq(kind("/nowhere/bzImage"), COMPARE_WORD_KERNEL, "as in the guest");
}

Test(compare_words, results)
{
	cr_assert_eq(mkdir(in_dir("one"), 0777), 0);
	cr_assert_eq(kind(in_dir("one")), COMPARE_WORD_RESULTS, "a directory");
	put("one/run.json", "{}", 2);
	cr_assert_eq(kind("one"), COMPARE_WORD_RESULTS, "a set's name");
	cr_assert_eq(kind("one,two"), COMPARE_WORD_RESULTS);
	cr_assert_eq(mkdir(in_dir("baselines"), 0777), 0);
	cr_assert_eq(mkdir(in_dir("baselines/mine"), 0777), 0);
	put("baselines/mine/run.json", "{}", 2);
	cr_assert_eq(kind("baselines/mine"), COMPARE_WORD_RESULTS, "a baseline's");
	cr_assert_eq(kind("baselines/none"), COMPARE_WORD_KERNEL);
	cr_assert_eq(kind(put("any", "{}", 2)), COMPARE_WORD_RESULTS, "a file that is no kernel");
	cr_assert_eq(kind("nowhere/run.json"), COMPARE_WORD_RESULTS);
}

Test(compare_words, workloads)
{
	cr_assert_eq(mkdir(in_dir("pte-store"), 0777), 0);
	put("pte-store/run.json", "{}", 2);
	cr_assert_eq(kind("pte-store"), COMPARE_WORD_WORKLOAD, "its name goes first");
	cr_assert_eq(kind("pte-*"), COMPARE_WORD_WORKLOAD);
	cr_assert_eq(kind("@sync"), COMPARE_WORD_WORKLOAD);
	cr_assert_eq(kind("sync"), COMPARE_WORD_WORKLOAD);
	cr_assert_eq(kind("no-such"), COMPARE_WORD_WORKLOAD);
	cr_assert_eq(kind("ops:list=/x/y"), COMPARE_WORD_WORKLOAD);
	cr_assert_eq(kind(""), COMPARE_WORD_WORKLOAD);
}

static bool means(const char *word, const char *workload, const char *params)
{
	json_t *j = json_loads(params, 0, NULL);
	struct results_cell cell = { .workload = workload, .params = j };
	bool is = compare_word_means(word, &cell);

	cr_assert_not_null(j);
	json_decref(j);
	return is;
}

Test(compare_words, which_cells)
{
	cr_assert(means("pte-store", "pte-store", "{}"));
	cr_assert(means("pte-*", "pte-store", "{\"pages\":7}"), "whatever they are");
	cr_assert(means("@fault", "pte-store", "{}"));
	cr_assert(means("fault", "pte-store", "{}"));
	cr_assert_not(means("fault", "msync-page", "{}"));
	cr_assert_not(means("pte-store", "msync-page", "{}"));
	cr_assert(means("of-another-build", "of-another-build", "{}"));
	cr_assert_not(means("@fault", "of-another-build", "{}"));
	cr_assert(means("fio:mmap-4k", "fio:mmap-4k", "{}"), "the colon is of the name");
	cr_assert(means("fio:*", "fio:mmap-4k", "{}"));
	cr_assert_not(means("*", "fio:mmap-4k", "{}"), "as for run");
}

Test(compare_words, which_parameters)
{
	const char *params = "{\"pages\":64,\"size\":2097152}";

	cr_assert(means("w:pages=64", "w", params));
	cr_assert(means("w:size=2M,pages=64", "w", params));
	cr_assert_not(means("w:pages=65", "w", params));
	cr_assert_not(means("w:pages=64,size=1M", "w", params));
	cr_assert_not(means("w:threads=1", "w", params));
	cr_assert_not(means("w:pages", "w", params));
	cr_assert_not(means("w:", "w", params));
	cr_assert_not(means("w:pages=-1", "w", params));
}

Test(compare_words, filter)
{
	char *words[] = { (char *)"a", (char *)"b" };
	struct compare_filter none = { 0 }, two = { words, 2 };
	struct results_cell b = { .workload = "b" }, c = { .workload = "c" };

	cr_assert(compare_filter_wants(&none, &c), "no words: all");
	cr_assert(compare_filter_wants(&two, &b));
	cr_assert_not(compare_filter_wants(&two, &c));
}
