// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operation log: mailed by strangers, or left by a guest that died. What is
 * taken must keep every promise of oplog.h; that is checked here once more,
 * from the outside, and all of it is touched, so that a sanitizer sees it.
 *
 * An input is a log without the padding behind its header, so that a few
 * hundred bytes reach the records; it is tried as it is too.
 */
#include "checker/log/oplog.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void expect(int truth)
{
	if (!truth)
		abort();
}

static void touch_op(const struct oplog *log, const struct oplog_op *op)
{
	const struct dx_rec *rec = op->rec;
	char buf[256];

	expect(op->kind && op->kind == oplog_kind(rec->op));
	expect(op->worker < oplog_header(log)->areas && rec->worker == op->worker);
	expect(op->returned == (rec->end != 0) && (op->returned || !rec->result));
	for (unsigned int i = 0; i < 2; i++) {
		expect(!op->text[i] || i < op->kind->texts);
		expect(!op->text[i] || strlen(op->text[i]) < DX_LOG_MAX_TEXT);
	}
	for (unsigned int i = 0; i < 4; i++) {
		oplog_arg_format(op->kind->arg[i].type, rec->arg[i], buf, sizeof(buf));
		expect(strlen(buf) < sizeof(buf));
	}
	expect(!op->n_extents || op->kind->extents);
	for (size_t i = 0; i < op->n_extents; i++) {
		const struct dx_rec *x = &op->extents[i];

		expect(x->op == DX_OP_EXTENT && x->worker == op->worker);
		expect(x->arg[0] <= INT64_MAX - x->arg[2] && x->arg[1] <= INT64_MAX - x->arg[2]);
	}
}

/* In each worker: its own order, and nothing behind what did not return. */
static void touch_all(const struct oplog *log)
{
	uint64_t next[DX_LOG_WORKERS] = { 0 };
	int ended[DX_LOG_WORKERS] = { 0 };
	char why[128];

	for (size_t i = 0; i < oplog_count(log); i++) {
		const struct oplog_op *op = oplog_at(log, i);

		touch_op(log, op);
		expect(op->number >= next[op->worker] && !ended[op->worker]);
		next[op->worker] = op->number + 1;
		ended[op->worker] = !op->returned;
	}
	expect(oplog_workers(log) <= oplog_header(log)->areas);
	if (oplog_is_cut(log, why, sizeof(why)))
		expect(strlen(why) > strlen("worker 0: "));
	expect(strlen(oplog_header(log)->workload) < sizeof(oplog_header(log)->workload));
}

static void try(const void *data, size_t len)
{
	struct oplog *log = NULL;
	struct err e = { 0 };
	int r = oplog_parse(&log, data, len, "input", &e);

	if (!r)
		touch_all(log);
	else
		expect(!log && e.code == r && e.what[0]);
	oplog_close(log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t head = sizeof(struct dx_log_header);
	uint8_t *whole;

	try(data, size);
	if (size < head)
		return 0;
	whole = calloc(1, DX_LOG_HEADER + size - head);
	expect(whole != NULL);
	memcpy(whole, data, head);
	memcpy(whole + DX_LOG_HEADER, data + head, size - head);
	try(whole, DX_LOG_HEADER + size - head);
	free(whole);
	return 0;
}
