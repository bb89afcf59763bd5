/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading side of the store trace (daxbench/trace.h): a stream of records,
 * each checked before it is handed out.
 *
 * A trace may come from a stranger, from a QEMU that was killed, or from a disk
 * that was full. What cannot be believed ends the stream with -EBADMSG and the
 * block that is wrong. A trace that breaks off at the end of a block, or in the
 * middle of its last one, is no error but a fact of the run: trace_end() says so.
 */
#ifndef CHECKER_TRACE_H
#define CHECKER_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxbench/trace.h"
#include "lib/err.h"

/* @rec and @data are valid until the next call; @data: the payload, or NULL. */
struct trace_record {
	const struct dx_trace_rec *rec;
	const unsigned char *data;
};

struct trace;

/* -EBADMSG: no trace, or another version. */
int trace_open(struct trace **ret, const char *path, struct err *e);

/* The next record: 1, or 0 at the end, or -errno. */
int trace_next(struct trace *t, struct trace_record *ret, struct err *e);

/* Begins anew at the first record. */
int trace_rewind(struct trace *t, struct err *e);

const struct dx_trace_header *trace_header(const struct trace *t);

/* Bytes of the file when it was opened, and blocks that were read so far. */
uint64_t trace_bytes(const struct trace *t);
uint64_t trace_blocks(const struct trace *t);

/* After trace_next() returned 0: is all there? Else @why gets what is missing. */
bool trace_is_cut(const struct trace *t, char *why, size_t len);

/* NULL is fine. */
void trace_close(struct trace *t);

#endif
