// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a figure changed on its way, a half set that looks whole, a pass that is none. */
#include "bench/results/results.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct dx_workload workload = { .name = "w",
					     .op = "store",
					     .params = { { "pages", "pages", 1, 1, 9, "" } } };
static char dir[] = "build/tests/result-XXXXXX";
static struct err e;

static void set_up(void)
{
	file_mkdirs("build/tests", 0777);
	cr_assert_not_null(mkdtemp(dir));
}

static void tear_down(void)
{
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(result, .init = set_up, .fini = tear_down);

static void fill(struct cell_result *c, enum status status)
{
	memset(c, 0, sizeof(*c));
	c->workload = &workload;
	c->selection.workload = &workload;
	c->selection.values[0] = 4;
	c->status = status;
	c->unit = "ns";
	c->cpu = 3;
	c->ops = 10;
	c->n_samples = 2;
	c->samples = calloc(2, sizeof(double));
	c->samples[0] = 1.0 / 3;
	c->samples[1] = 12;
	c->summary = (struct stats_summary){ 6.1, 0.5, 12, 5, 1.0 / 3, 12 };
	c->have_counts = true;
	c->proof_ops = 10;
	c->seen = (struct dx_counts){ 10, 0, 0, 0, 3, 192 };
	c->wanted = DX_COUNTS_ANY;
	c->wanted.pmd_fallbacks = DX_SOME;
	snprintf(c->fs, sizeof(c->fs), "ext4");
	snprintf(c->reason, sizeof(c->reason), "because");
}

Test(result, there_and_back)
{
	struct cell_result c, back;
	json_t *j;

	fill(&c, STATUS_FAIL);
	j = cell_result_to_json(&c);
	cr_assert_not_null(j);
	cr_assert_eq(cell_result_from_json(j, &back, &e), 0, "%s", e.what);
	cr_assert_eq(back.status, STATUS_FAIL);
	cr_assert_eq(back.samples[0], c.samples[0], "to the last digit");
	cr_assert_eq(back.summary.ci_high, 12);
	cr_assert_eq(back.cpu, 3);
	cr_assert_eq(back.seen.entries_written_back, 3);
	cr_assert_eq(back.seen.lines_written_back, 192);
	cr_assert_eq(back.wanted.pte_faults, DX_ANY);
	cr_assert_eq(back.wanted.pmd_fallbacks, DX_SOME);
	cr_assert_str_eq(back.reason, "because");
	cr_assert_eq(json_integer_value(json_object_get(json_object_get(j, "params"), "pages")), 4);
	cell_result_release(&back);
	cell_result_release(&c);
	json_decref(j);
}

/* A job of fio: its name, and what it is and said. */
Test(result, a_job_of_fio)
{
	static const struct dx_workload job = { .name = "fio:mmap-4k", .op = "store" };
	struct cell_result c, back;
	json_t *j;

	fill(&c, STATUS_PASS);
	c.workload = c.selection.workload = &job;
	c.have_counts = false;
	c.fio = json_pack("{s:s, s:i}", "sync", "nothing is", "ios", 7);
	j = cell_result_to_json(&c);
	cr_assert(json_is_null(json_object_get(j, "counts")));
	cr_assert(json_is_null(json_object_get(j, "expected")));
	cr_assert_eq(cell_result_from_json(j, &back, &e), 0, "%s", e.what);
	cr_assert(json_equal(back.fio, c.fio));
	cell_result_release(&back);
	cell_result_release(&c);
	for (const char *const *bad =
		     (const char *const[]){ "fio:", "fio:a:b", "fio:A", "fil:a", NULL };
	     *bad; bad++) {
		json_object_set_new(j, "workload", json_string(*bad));
		cr_assert_eq(cell_result_from_json(j, &back, &e), -EBADMSG, "%s", *bad);
	}
	json_decref(j);
}

Test(result, what_is_no_count)
{
	struct cell_result c, back;
	json_t *j;

	fill(&c, STATUS_PASS);
	j = cell_result_to_json(&c);
	json_object_set_new(json_object_get(j, "expected"), "pmd_fallbacks", json_string("many"));
	cr_expect_eq(cell_result_from_json(j, &back, &e), -EBADMSG);
	json_object_set_new(json_object_get(j, "expected"), "pmd_fallbacks", json_integer(-2));
	cr_expect_eq(cell_result_from_json(j, &back, &e), -EBADMSG);
	cell_result_release(&c);
	json_decref(j);
}

Test(result, what_is_no_cell)
{
	static const char *const bad[] = {
		"[]",
		"{}",
		"{\"status\":\"maybe\"}",
		"{\"status\":\"pass\",\"unit\":\"s\"}",
		"{\"status\":\"pass\",\"unit\":\"ns\",\"ops\":-1}",
		"{\"status\":\"pass\",\"unit\":\"ns\",\"ops\":1,\"reason\":\"\",\"fs\":\"\","
		"\"driver\":\"\",\"mode\":\"\",\"samples\":[\"x\"]}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *j = json_loads(bad[i], 0, NULL);
		struct cell_result c;

		cr_assert_eq(cell_result_from_json(j, &c, &e), -EBADMSG, "%s", bad[i]);
		json_decref(j);
	}
}

static struct results *open_set(size_t planned)
{
	struct results *r = NULL;
	json_t *command = json_pack("[s]", "daxbench"), *environment = json_object();

	cr_assert_eq(results_open(&r, dir, -1, "6.1", command, environment, 1, planned, &e), 0,
		     "%s", e.what);
	json_decref(command);
	json_decref(environment);
	return r;
}

static void add(struct results *r, enum status status)
{
	struct cell_result c;

	fill(&c, status);
	cr_assert_eq(results_add(r, &c, &e), 0, "%s", e.what);
	cell_result_release(&c);
}

Test(result, a_whole_set_is_renamed)
{
	struct results *r = open_set(1);
	char path[512];
	char *text;
	json_t *j;
	size_t len;

	cr_assert(strstr(results_path(r), ".partial"));
	cr_assert(results_in_use(results_path(r)));
	add(r, STATUS_PASS);
	cr_assert_eq(results_finish(r, false, &e), 0, "%s", e.what);
	cr_assert_not(strstr(results_path(r), ".partial"));
	snprintf(path, sizeof(path), "%s/latest/run.json", dir);
	cr_assert_eq(file_read(AT_FDCWD, path, 1 << 20, &text, &len), 0);
	cr_assert_eq(results_parse(text, len, &j, &e), 0, "%s", e.what);
	cr_assert_eq(results_exit_code(j), 0);
	free(text);
	json_decref(j);
	results_close(r);
}

Test(result, a_part_stays_partial)
{
	struct results *r = open_set(2);
	char path[512];

	add(r, STATUS_PASS);
	cr_assert_eq(results_exit_code(results_document(r)), 3, "a cell is missing");
	cr_assert_eq(results_finish(r, false, &e), 0);
	cr_assert(strstr(results_path(r), ".partial"));
	cr_assert(json_is_true(json_object_get(results_document(r), "interrupted")));
	snprintf(path, sizeof(path), "%s", results_path(r));
	results_close(r);
	cr_assert_not(results_in_use(path));
}

Test(result, nothing_ran_and_nothing_is_left)
{
	struct results *r = open_set(1);
	char path[512];

	snprintf(path, sizeof(path), "%s", results_path(r));
	cr_assert_eq(results_finish(r, true, &e), 0, "%s", e.what);
	cr_assert_null(results_path(r));
	cr_assert(access(path, F_OK));
	results_close(r);
}

Test(result, exit_codes)
{
	static const struct {
		enum status a, b;
		int code;
	} rows[] = {
		{ STATUS_PASS, STATUS_PASS, 0 },  { STATUS_PASS, STATUS_SKIP, 0 },
		{ STATUS_SKIP, STATUS_SKIP, 4 },  { STATUS_PASS, STATUS_ERROR, 3 },
		{ STATUS_FAIL, STATUS_ERROR, 1 }, { STATUS_SKIP, STATUS_ERROR, 3 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct results *r = open_set(2);

		add(r, rows[i].a);
		add(r, rows[i].b);
		cr_assert_eq(results_exit_code(results_document(r)), rows[i].code, "row %zu", i);
		results_close(r);
	}
}

Test(result, nowhere_to_write)
{
	struct results *r;
	json_t *command = json_array();

	cr_assert_lt(results_open(&r, "/proc/no", -1, "6.1", command, NULL, 1, 1, &e), 0);
	cr_assert(strstr(e.object, "/proc/no"));
	cr_assert_eq(results_put(open_set(1), "../x", "", 0, &e), -EINVAL);
	json_decref(command);
}

Test(result, hostile_documents)
{
	static const char *const bad[] = { "", "{", "[]", "7", "{\"a\":1,\"a\":2}", "{} {}" };
	json_t *j = NULL;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_eq(results_parse(bad[i], strlen(bad[i]), &j, &e), -EBADMSG, "%s", bad[i]);
	cr_assert_null(j);
}

/* Adds and finishes while files can hold no more than ten bytes. */
static int add_when_full(struct results *r)
{
	struct rlimit limit = { .rlim_cur = 10, .rlim_max = RLIM_INFINITY };
	struct cell_result c;
	int code;

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	fill(&c, STATUS_PASS);
	code = results_add(r, &c, &e);
	if (!code)
		code = results_finish(r, false, &e);
	limit.rlim_cur = RLIM_INFINITY;
	setrlimit(RLIMIT_FSIZE, &limit);
	cell_result_release(&c);
	return code;
}

Test(result, no_room)
{
	struct results *r = open_set(1);
	char path[512];

	cr_assert_eq(add_when_full(r), -EFBIG);
	cr_assert(strstr(e.hint, "-o DIR"), "%s", e.hint);
	cr_assert(strstr(results_path(r), ".partial"), "half a set has no name of a whole one");
	snprintf(path, sizeof(path), "%s/run.json", results_path(r));
	cr_assert(access(path, F_OK));
	results_close(r);
}
