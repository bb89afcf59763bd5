/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What each returned sync call promises of data, from the operation log alone.
 * The rules, with their sources, are docs/promises.md; the model of a file's
 * content is content.h. The medium is not looked at here: see linecheck.h.
 *
 * Operations are fed by their marks: a promise holds from the END of its call
 * and covers what had ended at its BEGIN.
 */
#ifndef CHECKER_PROMISE_H
#define CHECKER_PROMISE_H

#include "checker/log/oplog.h"
#include "checker/promise/places.h"
#include "checker/promise/tree.h"

struct promise;

/* The log stays the caller's, and must outlive the promise. */
int promise_open(struct promise **ret, const struct oplog *log, struct err *e);
void promise_close(struct promise *p);

/*
 * A mark that the trace holds at event @seq: operation @number of @worker begins
 * or has ended. *@ret is the operation if promises of data were made by it, else
 * NULL. -EBADMSG: the log has no such record, or not in this order.
 */
int promise_mark(struct promise *p, uint32_t worker, uint64_t number, enum dx_log_mark what,
		 uint64_t seq, const struct oplog_op **ret, struct err *e);

/* Has run() ended? What comes after is not judged; what prepare() promised is. */
bool promise_is_over(const struct promise *p);

/* The operation that @worker is in, NULL between two. */
const struct oplog_op *promise_current(const struct promise *p, uint32_t worker);

struct tree_file *promise_files(const struct promise *p);
const struct tree_file *promise_file_of(const struct promise *p, const struct content *c);
const struct places *promise_places(const struct promise *p);

/* What the handle of a file or mapping stands for now; NULL: nothing. */
const struct tree_file *promise_file_behind(const struct promise *p, uint64_t handle);

/* Is it the application's own (a user flush), not a sync call's? */
bool promise_is_applications(const struct oplog_op *op);

/*
 * Is it an msync() of a mapping whose descriptor cannot write? Linux takes such a
 * mapping for a private one, and syncs nothing (docs/findings/msync-read-only.md).
 */
bool promise_is_read_only(const struct promise *p, const struct oplog_op *op);

/* Was it a store through a mapping with MAP_SYNC? */
bool promise_is_map_sync(const struct promise *p, const struct oplog_op *op);

/* Sync calls whose promises were taken up so far. */
uint64_t promise_count(const struct promise *p);

#endif
