// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists made of logs. Caught is a handle that becomes the wrong slot, a file of
 * prepare() that the list does not open, and a log that makes the conversion
 * run in circles.
 */
#include "tests/unit/oplog-fixture.h"
#include "checker/list/oplist.h"

TestSuite(oplist_log, .init = set_up, .fini = tear_down);

static void phase(uint64_t which)
{
	dx_log_end(&f.worker[0], dx_log_begin(&f.worker[0], DX_OP_PHASE, 0, which, 0, 0, 0), 0);
}

static void expect_list(bool prepare, const char *want)
{
	struct oplog *log = read_log();
	struct oplist list = { 0 };
	struct err e = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert_eq(oplist_from_log(&list, log, prepare, &e), 0, "%s", e.what);
	cr_assert_eq(oplist_print(&list, out), 0);
	fclose(out);
	cr_expect_str_eq(text, want);
	free(text);
	oplist_release(&list);
	oplog_close(log);
}

static void expect_refused(const char *says)
{
	struct oplog *log = read_log();
	struct oplist list = { 0 };
	struct err e = { 0 };

	cr_assert_lt(oplist_from_log(&list, log, true, &e), 0);
	cr_expect(strstr(e.what, says), "\"%s\", want: %s", e.what, says);
	cr_expect_null(list.op);
	oplog_close(log);
}

/* A file and a mapping of prepare(), used in run() and closed in finish(). */
static void do_phases(void)
{
	struct dx_worker *w = &f.worker[0];
	struct dx_file file = { 0 }, other = { 0 };
	struct dx_map map = { 0 };

	phase(0);
	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT | O_TRUNC), 0);
	cr_assert_eq(dx_write(w, &file, 0, DX_PAGE), 0);
	cr_assert_eq(dx_map(w, &map, &file, 0, DX_PAGE, DX_MAP_READ | DX_MAP_WRITE), 0);
	phase(1);
	dx_store64(w, &map, 8);
	cr_assert_eq(dx_open(w, &other, "other", O_RDONLY), -ENOENT);
	cr_assert_eq(dx_open(w, &other, "other", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_write(w, &other, 5, 6), 0);
	cr_assert_eq(dx_close(w, &other), 0);
	cr_assert_eq(dx_open(w, &other, "other", O_RDONLY), 0);
	cr_assert_eq(dx_fallocate(w, &other, 0, 0, 1), -EBADF);
	phase(2);
	dx_unmap(w, &map);
	dx_close(w, &file);
	dx_close(w, &other);
}

#define RUN                                                                                        \
	"open f1 \"other\" O_RDWR|O_CREAT\n"                                                       \
	"write f1 5 6\n"                                                                           \
	"close f1\n"                                                                               \
	"open f1 \"other\" O_RDONLY\n"                                                             \
	"fallocate f1 0 0 1\n"

Test(oplist_log, prepare_and_run)
{
	do_phases();
	expect_list(true, "open f0 \"file\" O_RDWR|O_CREAT|O_TRUNC\n"
			  "write f0 0 4096\n"
			  "map m0 f0 0 4096 read|write\n"
			  "store m0 8 8\n" RUN);
}

Test(oplist_log, run_alone_opens_what_it_uses)
{
	do_phases();
	expect_list(false, "open f0 \"file\" O_RDWR|O_CREAT\n"
			   "map m0 f0 0 4096 read|write\n"
			   "store m0 8 8\n" RUN);
}

/* Cut off there, a list still does what it was cut off for: not one operation less or more. */
Test(oplist_log, how_much_is_done_by_then)
{
	struct err e = { 0 };
	size_t n, writes = 0;
	struct oplog *log;

	do_phases();
	log = read_log();
	for (size_t i = 0; i < oplog_count(log); i++) {
		const struct oplog_op *op = oplog_at(log, i);

		if (op->rec->op != DX_OP_WRITE)
			continue;
		cr_assert_eq(oplist_log_length(log, true, op, &n, &e), 0, "%s", e.what);
		cr_expect_eq(n, writes ? 6 : 2);
		cr_assert_eq(oplist_log_length(log, false, op, &n, &e), 0, "%s", e.what);
		cr_expect_eq(n, writes ? 5 : 0);
		writes++;
	}
	cr_expect_eq(writes, 2);
	oplog_close(log);
}

/* Another process has no use for our descriptors: it opens the file itself. */
Test(oplist_log, workers_have_slots_of_their_own)
{
	struct dx_worker *w = &f.worker[0], *v = &f.worker[1];
	struct dx_file file = { 0 }, own = { 0 };

	phase(1);
	cr_assert_eq(dx_open(w, &file, "file", O_RDWR | O_CREAT | O_EXCL), 0);
	cr_assert_eq(dx_open(v, &own, "other", O_RDWR | O_CREAT), 0);
	cr_assert_eq(dx_write(v, &file, 0, 10), 0);
	cr_assert_eq(dx_fsync(w, &file), 0);
	phase(2);
	dx_close(w, &file);
	dx_close(v, &own);
	expect_list(false, "open f0 \"file\" O_RDWR|O_CREAT|O_EXCL\n"
			   "@1 open f0 \"other\" O_RDWR|O_CREAT\n"
			   "@1 open f1 \"file\" O_RDWR|O_CREAT\n"
			   "@1 write f1 0 10\n"
			   "fsync f0\n");
}

Test(oplist_log, what_cannot_be_a_list)
{
	phase(1);
	dx_unlink(&f.worker[0], "../file");
	expect_refused("lead out");
}

/* A list opens files: run as one it would leave the device alone, and show nothing. */
Test(oplist_log, a_device_is_no_file)
{
	dx_log_end(&f.worker[0], dx_log_begin(&f.worker[0], DX_OP_TARGET, 0, 0, DX_PMD, 0, 0), 0);
	do_phases();
	expect_refused("no files");
}

/* Mappings of mappings, and of themselves: no log that was written has them. */
Test(oplist_log, handles_of_the_wrong_kind)
{
	struct dx_worker *w = &f.worker[0];

	for (uint32_t handle = 1; handle < 3; handle++)
		dx_log_end(w, dx_log_begin(w, DX_OP_MAP, handle, 3 - handle, 0, DX_PAGE, 1), 0);
	phase(1);
	dx_log_end(w, dx_log_begin(w, DX_OP_UNMAP, 1, 0, 0, 0, 0), 0);
	expect_refused("handle 2, which is no open file");
}

Test(oplist_log, handle_that_nothing_opened)
{
	struct dx_worker *w = &f.worker[0];

	phase(1);
	dx_log_end(w, dx_log_begin(w, DX_OP_FSYNC, 77, 0, 0, 0, 0), 0);
	expect_refused("handle 77");
}
