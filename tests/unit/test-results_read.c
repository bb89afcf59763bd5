// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches another schema taken for ours, a half run taken for whole, a file that is no results. */
#include "bench/results/results_read.h"
#include "bench/results/results.h"
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

TestSuite(results_read, .init = make_dir, .fini = tear_down);

static const char whole[] = RUN(RUN_COUNT("a", "1", "10.5") "," RUN_COUNT("a", "4", "20"));

Test(results_read, all_of_a_whole_run)
{
	cr_assert_eq(results_read(put("run.json", whole), &f, &e), 0, "%s: %s", e.object, e.what);
	cr_assert_eq(f.n_cells, 2);
	cr_assert_eq(f.seed, 7);
	cr_assert_not(f.interrupted);
	cr_assert_str_eq(f.path, in_dir("run.json"));
	cr_assert_str_eq(f.machine.kernel, "6.12.1");
	cr_assert_str_eq(f.machine.qemu, "10.0");
	cr_assert_str_eq(f.machine.flush, "", "not said");
	cr_assert(f.machine.emulated && f.machine.deterministic);
	cr_assert_eq(json_array_size(f.machine.cpu_flags), 1);
	cr_assert_str_eq(f.cells[0].workload, "a");
	cr_assert_str_eq(f.cells[0].kernel, "6.12.1");
	cr_assert_eq(f.cells[0].r.summary.median, 10.5);
	cr_assert_str_eq(f.cells[0].r.unit, "insn");
	cr_assert(f.cells[1].r.exact);
}

Test(results_read, cells_are_told_apart_by_their_parameters)
{
	cr_assert_eq(results_read(put("run.json", whole), &f, &e), 0);
	cr_assert(results_same_cell(&f.cells[0], &f.cells[0]));
	cr_assert_not(results_same_cell(&f.cells[0], &f.cells[1]));
	cr_assert_eq(results_match(&f, &f.cells[1]), &f.cells[1]);
	snprintf(f.cells[1].r.fs, sizeof(f.cells[1].r.fs), "xfs");
	f.n_cells = 1;
	cr_assert_null(results_match(&f, &f.cells[1]));
	f.n_cells = 2;
}

static const struct {
	const char *text, *says;
} refused[] = {
	{ "", "no file of results" },
	{ "[]", "no file of results" },
	{ "{}", "no file of results" },
	{ "{\"schema\":1}", "no file of results" },
	{ RUN_OF("daxbench-result-2", "{}", "[]"), "is of schema daxbench-result-2" },
	{ RUN_OF("daxbench-result-1", "{}", "{}"), "no list of results" },
	{ RUN("1"), "result 1: " },
	{ RUN(RUN_COUNT("a", "1", "1") "," RUN_COUNT("../a", "1", "1")),
	  "result 2: member \"workload\"" },
	{ RUN(RUN_COUNT("a", "-1", "1")), "member \"params\"" },
	{ RUN(RUN_COUNT("a", "1", "\"x\"")), "member \"samples\"" },
	{ "{\"schema\":\"daxbench-result-1\",\"schema\":\"daxbench-result-1\"}", "duplicate" },
};

Test(results_read, what_is_no_run)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		cr_assert_eq(results_read(put("run.json", refused[i].text), &f, &e), -EBADMSG, "%s",
			     refused[i].text);
		cr_assert_not_null(strstr(e.what, refused[i].says), "%s", e.what);
		cr_assert_null(f.document);
		cr_assert_null(f.cells);
	}
}

Test(results_read, no_file_at_all)
{
	cr_assert_eq(results_read(in_dir("run.json"), &f, &e), -ENOENT);
	cr_assert_eq(mkfifo(in_dir("pipe"), 0600), 0);
	cr_assert_eq(results_read(in_dir("pipe"), &f, &e), -EBADMSG, "would wait for ever");
	cr_assert_eq(results_read(dir, &f, &e), -EBADMSG);
}

/* A run that does not say that it is whole is not. */
Test(results_read, interrupted_unless_it_says_otherwise)
{
	json_t *j = json_loads(whole, 0, NULL);

	json_object_del(j, "interrupted");
	cr_assert_eq(results_read_document(j, "memory", &f, &e), 0);
	cr_assert(f.interrupted);
	json_decref(j);
	cr_assert_eq(f.n_cells, 2, "keeps the document itself");
	cr_assert_str_eq(f.path, "");
}

Test(results_read, words)
{
	char path[PATH_MAX], word[300];

	cr_assert_eq(mkdir(in_dir("one"), 0777), 0);
	cr_assert_eq(results_find(dir, "one", path, &e), -ENOENT);
	cr_assert_not_null(strstr(e.what, "holds no run.json"), "%s", e.what);
	put("one/journal.ndjson", "");
	cr_assert_eq(results_find(dir, "one", path, &e), -ENOENT);
	cr_assert_not_null(strstr(e.hint, "killed"), "%s", e.hint);
	put("one/run.json", whole);
	cr_assert_eq(symlink("one", in_dir("latest")), 0);
	cr_assert_eq(results_find(dir, "latest", path, &e), 0);
	cr_assert_str_eq(path, in_dir("latest/run.json"));
	snprintf(word, sizeof(word), "%s/one/run.json", dir);
	cr_assert_eq(results_find("nowhere", word, path, &e), 0);
	cr_assert_str_eq(path, word);
	snprintf(word, sizeof(word), "%s/one", dir);
	cr_assert_eq(results_find("nowhere", word, path, &e), 0);
	cr_assert_str_eq(path, in_dir("one/run.json"));
	cr_assert_eq(results_find(dir, "two", path, &e), -ENOENT);
	cr_assert_str_eq(e.object, "two");
}

Test(results_read, a_path_that_is_too_long)
{
	char path[PATH_MAX], *word = calloc(PATH_MAX + 1, 1);

	memset(word, 'a', PATH_MAX);
	cr_assert_eq(results_find(dir, word, path, &e), -ENAMETOOLONG);
	free(word);
}
