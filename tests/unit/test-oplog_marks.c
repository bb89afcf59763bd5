// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches an index of the log that mixes up workers, or that takes the place of
 * an operation in the log for the number of its record (names and extents have
 * numbers too).
 */
#include "checker/log/oplog_marks.h"
#include "tests/unit/oplog-fixture.h"

TestSuite(oplog_marks, .init = set_up, .fini = tear_down);

Test(oplog_marks, each_by_worker_and_number)
{
	struct oplog_marks *m;
	struct oplog *log;

	do_drains(&f.worker[2], 3);
	do_drains(&f.worker[0], 2);
	do_drains(&f.worker[2], 1);
	log = read_log();
	cr_assert_eq(oplog_marks_new(&m, log), 0);
	for (size_t i = 0; i < oplog_count(log); i++) {
		const struct oplog_op *op = oplog_at(log, i);

		cr_expect_eq(oplog_marks_find(m, op->worker, op->number), op);
	}
	cr_expect_eq(oplog_marks_find(m, 0, 2), NULL);
	cr_expect_eq(oplog_marks_find(m, 1, 0), NULL);
	cr_expect_eq(oplog_marks_find(m, 3, 0), NULL);
	cr_expect_eq(oplog_marks_find(m, UINT32_MAX, UINT64_MAX), NULL);
	cr_expect_eq(oplog_marks_find(NULL, 0, 0), NULL);
	oplog_marks_free(m);
	oplog_close(log);
}

/* A record that is no operation has a number, and no operation. */
Test(oplog_marks, numbers_count_records)
{
	struct oplog_marks *m;
	struct oplog *log;

	do_drains(&f.worker[0], 3);
	record(0, 0)->op = DX_OP_SYNC;
	record(0, 1)->op = DX_OP_EXTENT;
	record(0, 1)->handle = 1;
	log = read_log();
	cr_assert_eq(oplog_marks_new(&m, log), 0);
	cr_expect_str_eq(oplog_marks_find(m, 0, 0)->kind->name, "sync");
	cr_expect_eq(oplog_marks_find(m, 0, 1), NULL);
	cr_expect_str_eq(oplog_marks_find(m, 0, 2)->kind->name, "drain");
	oplog_marks_free(m);
	oplog_close(log);
}

Test(oplog_marks, of_an_empty_log)
{
	struct oplog_marks *m;
	struct oplog *log = read_log();

	cr_assert_eq(oplog_marks_new(&m, log), 0);
	cr_expect_eq(oplog_marks_find(m, 0, 0), NULL);
	oplog_marks_free(m);
	oplog_marks_free(NULL);
	oplog_close(log);
}
