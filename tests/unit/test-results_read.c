// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches another schema taken for ours, a half run taken for whole, a file that is no results. */
#include "bench/results_read.h"
#include "bench/results.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "build/tests/read-XXXXXX";
static struct err e;
static struct results_file f;

static void set_up(void)
{
	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(dir));
}

static void tear_down(void)
{
	results_file_release(&f);
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(results_read, .init = set_up, .fini = tear_down);

#define CELL(name, pages, median)                                                                  \
	"{\"workload\":\"" name "\",\"lens\":\"bench\",\"fs\":\"ext4\",\"mode\":\"dax\","          \
	"\"driver\":\"ext4\",\"kernel\":\"6.12.1\",\"params\":{\"pages\":" pages "},"              \
	"\"status\":\"pass\",\"reason\":\"\",\"op\":\"store\",\"unit\":\"insn\",\"ops\":8,"        \
	"\"median\":" median ",\"ci95\":[" median "," median "],\"samples\":[" median "],"         \
	"\"exact\":true,\"counts\":null}"

#define ENVIRONMENT                                                                                \
	"{\"daxbench\":\"v1\",\"kernel\":{\"release\":\"6.12.1\"},\"cpu\":{\"model\":\"TCG\","     \
	"\"flags\":[\"clwb\"],\"online\":1},\"memory_bytes\":4096,\"emulation\":{"                 \
	"\"accel\":\"tcg\",\"qemu\":\"10.0\",\"deterministic\":true}}"

#define RUN(schema, results)                                                                       \
	"{\"schema\":\"" schema "\",\"seed\":7,\"interrupted\":false,\"environment\":" ENVIRONMENT \
	",\"results\":" results "}"

static const char whole[] = RUN("daxbench-result-1",
				"[" CELL("a", "1", "10.5") "," CELL("a", "4", "20") "]");

static char *in_dir(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char *put(const char *name, const char *text)
{
	FILE *out = fopen(in_dir(name), "we");

	cr_assert_not_null(out);
	fputs(text, out);
	fclose(out);
	return in_dir(name);
}

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
	{ RUN("daxbench-result-2", "[]"), "is of schema daxbench-result-2" },
	{ RUN("daxbench-result-1", "{}"), "no list of results" },
	{ RUN("daxbench-result-1", "[1]"), "result 1: " },
	{ RUN("daxbench-result-1", "[" CELL("a", "1", "1") "," CELL("../a", "1", "1") "]"),
	  "result 2: member \"workload\"" },
	{ RUN("daxbench-result-1", "[" CELL("a", "-1", "1") "]"), "member \"params\"" },
	{ RUN("daxbench-result-1", "[" CELL("a", "1", "\"x\"") "]"), "member \"samples\"" },
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
