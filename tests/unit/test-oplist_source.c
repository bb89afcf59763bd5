// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists run for real, in a directory, through the check lens: what the log says
 * was done is what the list said. Caught is a soup whose model of a file system
 * is wrong (an operation fails), an executor that does another operation than
 * the one that stands there, and a list that is not found or not refused.
 */
#define DX_LENS_CHECK
#include "bench/check/oplist_source.h"
#include "bench/runner.h"
#include "checker/gen/ace.h"
#include "checker/gen/soup.h"
#include "lib/file.h"
#include "workloads/oplist-run.h"
#include "tests/unit/oplist-fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define LOG_SIZE (DX_LOG_HEADER + DX_LOG_WORKERS * (1ULL << 20))

static const struct dx_workload ops = {
	.name = "ops",
	.op = "o",
	.list = DX_LIST_FILE,
	.priv_size = sizeof(struct list_state),
	.params = { { "list", "path", 0, 0, 0, "" } },
	.prepare = list_prepare,
	.run = list_run,
	.finish = list_finish,
};
static const struct dx_workload soup = {
	.name = "soup",
	.op = "o",
	.list = DX_LIST_SOUP,
	.priv_size = sizeof(struct list_state),
	.params = { { "ops", "operations", 1, 1, SOUP_MAX_OPS, "" } },
	.prepare = list_prepare,
	.run = list_run,
	.finish = list_finish,
};

/* length, shard, of, case */
static const struct dx_workload ace = {
	.name = "ace",
	.op = "o",
	.list = DX_LIST_ACE,
	.priv_size = sizeof(struct list_state),
	.params = { { "length", "", 1, 1, 2, "" },
		    { "shard", "", 0, 0, 64, "" },
		    { "of", "", 0, 0, 64, "" },
		    { "case", "", 0, 0, 1, "" } },
	.prepare = list_prepare,
	.run = list_run,
	.finish = list_finish,
};

static struct err e;
static char dir[32];

static void set_up(void)
{
	snprintf(dir, sizeof(dir), "/tmp/test-oplist-XXXXXX");
	cr_assert(mkdtemp(dir));
}

static void tear_down(void)
{
	file_remove_tree(AT_FDCWD, dir);
}

TestSuite(oplist_source, .init = set_up, .fini = tear_down, .timeout = 120);

/* Runs @s in the directory. The caller closes the log. */
static struct oplog *record(const struct selection *s, uint64_t seed)
{
	struct target_spec spec = { .kind = TARGET_FS, .dir = dir, .seed = seed };
	struct oplog *log = NULL;
	struct target *t;
	void *base;
	struct log_device where = { .fd = memfd_create("log", MFD_CLOEXEC), .size = LOG_SIZE };

	cr_assert(where.fd >= 0 && !ftruncate(where.fd, LOG_SIZE));
	cr_assert_eq(target_open(&spec, NULL, 0, &t, &e), 0, "%s", e.what);
	cr_assert_eq(runner_record(s, t, seed, &where, NULL, &e), 0, "%s", e.what);
	target_close(t);
	base = mmap(NULL, LOG_SIZE, PROT_READ, MAP_SHARED, where.fd, 0);
	cr_assert_neq(base, MAP_FAILED);
	cr_assert_eq(oplog_parse(&log, base, LOG_SIZE, "log", &e), 0, "%s", e.what);
	munmap(base, LOG_SIZE);
	close(where.fd);
	return log;
}

static char *print_log(const struct oplog *log)
{
	struct oplist list = { 0 };
	char *text;

	cr_assert_eq(oplist_from_log(&list, log, true, &e), 0, "%s", e.what);
	text = print(&list);
	oplist_release(&list);
	return text;
}

/* ---- soups ---- */

static void expect_success(const struct oplog *log, uint64_t seed)
{
	for (size_t i = 0; i < oplog_count(log); i++) {
		const struct oplog_op *op = oplog_at(log, i);

		cr_expect(op->returned && op->rec->result >= 0, "seed %llu: %s: %s",
			  (unsigned long long)seed, op->kind->name,
			  strerror(-(int)op->rec->result));
		if (op->kind->result == OPLOG_COUNT)
			cr_expect_eq((uint64_t)op->rec->result, op->rec->arg[op->kind->length]);
	}
	cr_expect_not(oplog_is_cut(log, NULL, 0));
}

/* It is made for what this file system can do, and is all of the log. */
static void run_soup(uint64_t n, uint64_t seed)
{
	struct selection s = { .workload = &soup, .values = { n } };
	struct oplist list = { 0 };
	struct oplog *log = record(&s, seed);
	char *want, *got = print_log(log);
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	expect_success(log, seed);
	cr_expect_eq(oplog_header(log)->n, n);
	cr_assert_eq(oplist_source_make(&s, NULL, fd, seed, &list, &e), 0, "%s", e.what);
	cr_expect_eq(list.n, n);
	want = print(&list);
	cr_expect(!strcmp(got, want), "seed %llu: the log is not the list",
		  (unsigned long long)seed);
	close(fd);
	oplist_release(&list);
	oplog_close(log);
	free(want);
	free(got);
}

Test(oplist_source, soups_succeed)
{
	for (uint64_t seed = 1; seed <= 6; seed++)
		run_soup(400, seed);
}

Test(oplist_source, a_long_soup_fits_a_log)
{
	run_soup(SOUP_MAX_OPS, 2);
}

/* ---- what ace makes ---- */

static void run_ace(uint64_t length, uint64_t shard, uint64_t of)
{
	struct selection s = { .workload = &ace, .values = { length, shard, of } };
	struct oplog *log = record(&s, 5);
	struct ace_seen seen = { 0 };
	struct oplist list = { 0 };

	expect_success(log, 5);
	cr_assert_eq(oplist_from_log(&list, log, true, &e), 0, "%s", e.what);
	ace_seen_add(&seen, (unsigned int)length, &list);
	cr_expect_gt(seen.cases, 100);
	oplist_release(&list);
	oplog_close(log);
}

/* The model says of each case that it is possible: here it has to be. */
Test(oplist_source, all_of_ace_of_length_1_succeeds)
{
	for (uint64_t shard = 1; shard <= 4; shard++)
		run_ace(1, shard, 4);
}

Test(oplist_source, a_sample_of_ace_of_length_2_succeeds)
{
	for (uint64_t shard = 1; shard <= 8; shard += 3)
		run_ace(2, shard, 8);
}

/* Which list, it has to be told; a shard that is none is refused before anything is done. */
Test(oplist_source, ace_without_a_shard)
{
	struct selection s = { .workload = &ace, .values = { 1 } };
	uint64_t n = 7;

	cr_expect_eq(oplist_source_count(&s, &n, &e), -EINVAL);
	cr_expect(strstr(e.hint, "shard=1"), "%s", e.hint);
	s.values[1] = 5;
	cr_expect_eq(oplist_source_count(&s, &n, &e), -EINVAL);
	s.values[1] = 4;
	cr_expect_eq(oplist_source_count(&s, &n, &e), 0);
}

/* ---- files ---- */

static struct selection write_list(const char *text)
{
	static char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/list", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	cr_assert(fd >= 0 && !file_write_all(fd, text, strlen(text)));
	close(fd);
	return (struct selection){ .workload = &ops, .path = path };
}

static void expect_log(const char *list, const char *want)
{
	struct selection s = write_list(list);
	struct oplog *log = record(&s, 1);
	char *got = print_log(log);

	cr_expect_str_eq(got, want);
	free(got);
	oplog_close(log);
}

/* Turns are taken in the order of the list, each in a process of its own. */
Test(oplist_source, workers_take_turns)
{
	static const char text[] = "open f0 \"a\" O_RDWR|O_CREAT\n"
				   "write f0 0 10\n"
				   "@1 open f0 \"a\" O_RDONLY\n"
				   "@1 read f0 0 10\n"
				   "@2 open f0 \"a\" O_RDWR\n"
				   "@2 truncate f0 5\n"
				   "@1 read f0 0 5\n"
				   "unlink \"a\"\n"
				   "@2 mkdir \"a\"\n";
	struct selection s = write_list(text);
	struct oplog *log = record(&s, 1);

	expect_success(log, 1);
	cr_expect_eq(oplog_workers(log), 3);
	oplog_close(log);
	expect_log(text, text);
}

/* A failure is logged; what would need it is passed over, all else is done. */
Test(oplist_source, failures_do_not_end_it)
{
	expect_log("open f0 \"missing\" O_RDWR\n"
		   "write f0 0 10\n"
		   "map m0 f0 0 4096 read|write\n"
		   "store m0 0 8\n"
		   "close f0\n"
		   "rmdir \"missing\"\n"
		   "umount\n"
		   "mkdir \"b\"\n",
		   "rmdir \"missing\"\numount\nmkdir \"b\"\n");
}

Test(oplist_source, what_is_no_list)
{
	struct selection s = write_list("sync\nfsync f0\n");
	uint64_t n = 77;

	cr_expect_eq(oplist_source_count(&s, &n, &e), -EINVAL);
	cr_expect(strstr(e.what, "line 2"), "%s", e.what);
	s = write_list("# nothing\n");
	cr_expect_eq(oplist_source_count(&s, &n, &e), -EINVAL);
	cr_expect(strstr(e.what, "no operation"), "%s", e.what);
	s.path = "/nonexistent";
	cr_expect_eq(oplist_source_count(&s, &n, &e), -ENOENT);
	s.path = NULL;
	cr_expect_eq(oplist_source_count(&s, &n, &e), -EINVAL);
	cr_expect(strstr(e.hint, "ops:list=FILE"), "%s", e.hint);
	cr_expect_eq(n, 77);
	s = write_list("sync\ndrain\n");
	cr_expect_eq(oplist_source_count(&s, &n, &e), 0);
	cr_expect_eq(n, 2);
}

/* A guest with several lists must not run one in the place of another. */
Test(oplist_source, a_guest_is_given_each_list)
{
	struct selection s[3] = { write_list("sync\n"), { .workload = &soup } };
	struct oplist_luggage luggage;
	char other[80];
	FILE *out;

	s[2] = s[0];
	snprintf(other, sizeof(other), "%s-2", s[0].path);
	out = fopen(other, "we");
	cr_assert(out && fputs("drain\n", out) >= 0 && !fclose(out));
	s[2].path = other;
	cr_assert_eq(oplist_source_pack(s, 3, &luggage, &e), 0);
	cr_assert_eq(luggage.n, 2);
	for (size_t i = 0; i < 2; i++) {
		const char *path = s[2 * i].path, *file = luggage.files[i];

		cr_expect_eq(strncmp(file, path, strlen(path)), 0);
		cr_expect_eq(strncmp(file + strlen(path), ":/job/list-", 11), 0, "%s", file);
	}
	cr_expect_null(luggage.files[2]);
	cr_expect_str_neq(strrchr(luggage.files[0], '/'), strrchr(luggage.files[1], '/'));
	oplist_luggage_release(&luggage);
	cr_assert_eq(oplist_source_pack(s + 1, 1, &luggage, &e), 0);
	cr_expect_null(luggage.files);
	s[2].path = "/nonexistent";
	cr_expect_eq(oplist_source_pack(s, 3, &luggage, &e), -ENOENT);
	oplist_luggage_release(&luggage);
	unlink(other);
}
