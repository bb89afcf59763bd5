// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Operations by their marks: what had ended when a call began is promised, and what an
 * operation came to is what counts. Catches a checker that takes part in what went on
 * beside a call, or takes a call for one that returned.
 */
#include "tests/unit/checker-fixture.h"

#include <errno.h>
#include <linux/falloc.h>

#define OTHER 3U

TestSuite(promise, .init = start_run, .fini = end_run);

static void lost_sync(void)
{
	sync_begin(DX_OP_FSYNC);
	sync_end();
}

/* ---- beside a call ---- */

/* Worker 1 stores, and has not ended: not written back. */
static void begin_store(void)
{
	uint64_t generation, value;

	by(1);
	generation = next_generation();
	value = dx_pattern64(SEED, FILE_HANDLE, 0, generation);
	begin(DX_OP_STORE, MAP_HANDLE, 0, 8, 0, generation);
	store(AT(0), &value, 8);
}

Test(promise, what_has_not_ended_when_the_call_begins_is_not_promised)
{
	good_sync(DX_OP_FSYNC);
	begin_store();
	by(0);
	sync_begin(DX_OP_FSYNC);
	by(1);
	end(0);
	by(0);
	sync_end();
	expect_clean();
	lost_sync();
	go_on();
	expect_caught_at(0, LINECHECK_NOT_WRITTEN_BACK);
}

Test(promise, what_another_worker_has_ended_is)
{
	good_sync(DX_OP_FSYNC);
	begin_store();
	end(0);
	by(0);
	lost_sync();
	expect_caught_at(0, LINECHECK_NOT_WRITTEN_BACK);
}

Test(promise, what_begins_during_a_call_may_be_there_already)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	begin_store();
	write_back(AT(0), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	by(0);
	sync_end();
	by(1);
	end(0);
	expect_clean();
}

Test(promise, what_is_stored_while_a_line_is_flushed_is_not_promised)
{
	map_store(8);
	good_sync(DX_OP_FSYNC);
	begin(DX_OP_FLUSH, MAP_HANDLE, 0, 64, 0, 0);
	begin_store();
	end(0);
	by(0);
	end(0);
	simple(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 2);
}

/* ---- what an operation came to ---- */

/* A write of 16 bytes, of which @bytes reach the medium; what has the file's page is told. */
static void write_part(int64_t result, uint32_t bytes)
{
	uint64_t generation = next_generation(), words[2];

	words[0] = dx_pattern64(SEED, FILE_HANDLE, 0, generation);
	words[1] = dx_pattern64(SEED, FILE_HANDLE, 8, generation);
	begin(DX_OP_WRITE, FILE_HANDLE, 0, sizeof(words), 0, generation);
	if (bytes)
		store(AT(0), words, bytes);
	end(result);
	good_sync(DX_OP_FSYNC);
}

Test(promise, what_was_written_must_be_there)
{
	write_part(16, 16);
	expect_clean();
	write_part(16, 8);
	go_on();
	expect_caught_at(8, LINECHECK_CONTENT);
}

Test(promise, the_rest_of_a_short_write_may_be_there_or_not)
{
	write_part(8, 8);
	write_part(8, 16);
	expect_clean();
	write_part(8, 0);
	go_on();
	expect_caught_at(0, LINECHECK_CONTENT);
}

Test(promise, a_write_that_failed_may_be_there_or_not)
{
	write_part(-EIO, 0);
	write_part(-EIO, 16);
	expect_clean();
}

Test(promise, a_call_that_did_not_return_promises_nothing)
{
	good_sync(DX_OP_FSYNC);
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	mark(DX_MARK_END); /* the log does not have its result */
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 1);
}

/* ---- until when it is judged ---- */

static void phase(uint64_t which)
{
	simple(DX_OP_PHASE, 0, which, 0, 0, 0);
}

Test(promise, what_comes_after_the_run_is_not_judged)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	phase(2);
	map_store(64);
	lost_sync();
	store(AT(0), "foreign", 8);
	expect_clean();
}

Test(promise, what_is_prepared_and_run_is)
{
	phase(0);
	map_store(0);
	good_sync(DX_OP_FSYNC);
	phase(1);
	map_store(64);
	lost_sync();
	expect_caught_at(64, LINECHECK_NOT_WRITTEN_BACK);
}

/* ---- where things lie ---- */

/* Those behind a close are of the time before it: the file is known by its handle then. */
Test(promise, extents_of_a_close_tell_where_the_file_lies)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	end(0);
	begin(DX_OP_CLOSE, FILE_HANDLE, 0, 0, 0, 0);
	sync_end();
	store(AT(0), "foreign", 8);
	expect_caught_at(0, LINECHECK_FOREIGN_STORE);
}

/* What msync() settled is of that call: pages that move later are not due by the next one. */
Test(promise, what_moves_after_a_sync_is_not_asked_for_by_it)
{
	map_store(0);
	good_sync(DX_OP_MSYNC);
	simple(DX_OP_FALLOCATE, FILE_HANDLE, FALLOC_FL_UNSHARE_RANGE, 0, DX_PAGE, 0);
	open_file(OTHER, "other", O_RDWR | O_CREAT);
	simple(DX_OP_FSYNC, OTHER, 0, 0, 0, 0);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 2);
}

Test(promise, a_device_of_less_than_a_page_is_none)
{
	record(0, 0)->arg[3] = DX_PAGE - 1;
	map_store(0);
	good_sync(DX_OP_FSYNC);
	cr_expect_eq(judge(&(const struct linecheck_violation *){ NULL }), 0);
	cr_expect_eq(linecheck_counts(lc)->unplaced_bytes, DX_PAGE);
}

/* ---- marks, one by one ---- */

static struct promise *p;

static void open_promise(void)
{
	struct err e = { 0 };

	map_store(0);
	good_sync(DX_OP_FSYNC);
	script_log = read_log();
	cr_assert_eq(promise_open(&p, script_log, &e), 0);
}

static void close_promise(void)
{
	promise_close(p);
	end_run();
}

static void start_marks(void)
{
	start_run();
	open_promise();
}

TestSuite(promise_marks, .init = start_marks, .fini = close_promise);

static int give(uint64_t number, enum dx_log_mark what, const struct oplog_op **ret)
{
	struct err e = { 0 };

	return promise_mark(p, 0, number, what, 1, ret, &e);
}

/* All marks of the run; the last operation that promised. */
static const struct oplog_op *give_all(void)
{
	const struct oplog_op *op, *last = NULL;

	for (size_t i = 0; i < run.n; i++) {
		const struct dx_trace_rec *rec = &run.rec[i];

		if (rec->kind != DX_TRACE_MARK)
			continue;
		cr_assert_eq(give(rec->addr, rec->detail, &op), 0);
		last = op ? op : last;
	}
	return last;
}

Test(promise_marks, the_operation_between_its_marks_is_the_current_one)
{
	const struct oplog_op *op;

	cr_expect_eq(promise_current(p, 0), NULL);
	cr_assert_eq(give(0, DX_MARK_BEGIN, &op), 0);
	cr_expect_eq(promise_current(p, 0)->rec->op, DX_OP_DEVICE);
	cr_expect_eq(promise_current(p, 1), NULL);
	cr_expect_eq(promise_current(p, DX_LOG_WORKERS), NULL);
	cr_assert_eq(give(0, DX_MARK_END, &op), 0);
	cr_expect_eq(promise_current(p, 0), NULL);
}

Test(promise_marks, a_call_that_promised_is_returned_and_counted)
{
	const struct oplog_op *op = give_all();

	cr_assert(op);
	cr_expect_eq(op->rec->op, DX_OP_FSYNC);
	cr_expect_eq(promise_count(p), 1);
	cr_expect_not(promise_is_over(p));
}

Test(promise_marks, a_file_is_found_by_its_content)
{
	struct tree_file *file;

	give_all();
	file = promise_files(p);
	cr_assert(file);
	cr_expect_eq(promise_file_of(p, file->content), file);
	cr_expect_eq(promise_file_of(p, NULL), NULL);
}

Test(promise_marks, marks_out_of_order_are_refused)
{
	const struct oplog_op *op;

	cr_expect_eq(give(0, DX_MARK_END, &op), -EBADMSG, "an end without a beginning");
	cr_assert_eq(give(0, DX_MARK_BEGIN, &op), 0);
	cr_expect_eq(give(0, DX_MARK_BEGIN, &op), -EBADMSG, "it began already");
	cr_expect_eq(give(1, DX_MARK_BEGIN, &op), -EBADMSG, "another goes on");
	cr_expect_eq(give(1, DX_MARK_END, &op), -EBADMSG, "another goes on");
	cr_expect_eq(give(0, DX_MARK_END, &op), 0);
	cr_expect_eq(give(2, DX_MARK_BEGIN, &op), -EBADMSG, "a text");
}
