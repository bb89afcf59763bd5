/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading side of the operation log.
 *
 * A log may come from a stranger, from a guest that died half way, or from a
 * disk that was full: nothing in it is believed before it was checked. A log is
 * read whole into memory of ours, so that it cannot change under us, and is
 * either taken as a whole or refused with the record that is wrong.
 *
 * Two things are no error but facts of a run: an operation that had begun and
 * did not return (its worker was killed, or the machine), and a log that is cut
 * off because it was full. Who judges from a log must ask for both.
 */
#ifndef CHECKER_OPLOG_H
#define CHECKER_OPLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/log/oplog_kind.h"
#include "lib/err.h"

struct oplog_op {
	const struct dx_rec *rec; /* as written; belongs to the log, as all below */
	const struct oplog_kind *kind;
	uint32_t worker;
	uint64_t number;     /* of the record in its worker's area: what a mark names */
	bool returned;	     /* false: only for the last of a worker */
	const char *text[2]; /* as many as kind->texts; of an op that did not return: maybe fewer */
	const struct dx_rec *extents; /* DX_OP_EXTENT records of a sync call, or NULL */
	size_t n_extents;
};

/* It returned an error: it changed no name, freed nothing, and promises nothing. */
static inline bool oplog_op_failed(const struct oplog_op *op)
{
	return op->returned && op->rec->result < 0;
}

/* The log was full before they could be written: it says itself that it is cut off. */
static inline bool oplog_op_lacks_names(const struct oplog_op *op)
{
	for (unsigned int i = 0; i < op->kind->texts; i++)
		if (!op->text[i])
			return true;
	return false;
}

struct oplog;

/* Reads the log in the file @path. -EBADMSG: no log, or a wrong one; @e names the record. */
int oplog_open(struct oplog **ret, const char *path, struct err *e);

/* The same from memory, which the log keeps no pointer to. @name: for errors. */
int oplog_parse(struct oplog **ret, const void *data, size_t len, const char *name, struct err *e);

/* The header: its texts end with a NUL. */
const struct dx_log_header *oplog_header(const struct oplog *log);

/*
 * Operations in the order in which they began, by the time-stamp counter; those
 * of one worker always in their own order.
 */
size_t oplog_count(const struct oplog *log);
const struct oplog_op *oplog_at(const struct oplog *log, size_t i);

/* Workers that logged anything. */
uint32_t oplog_workers(const struct oplog *log);

/* True: what happened later is not in it. @why (may be NULL) gets which worker and why. */
bool oplog_is_cut(const struct oplog *log, char *why, size_t len);

/*
 * @op is the last that its worker could log, for it is cut off: of what the worker did
 * from then on, and where @op is a sync call maybe of @op itself, something is missing.
 */
bool oplog_is_last_of_cut(const struct oplog *log, const struct oplog_op *op);

/* NULL is fine. */
void oplog_close(struct oplog *log);

#endif
