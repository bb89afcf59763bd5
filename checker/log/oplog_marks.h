/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which operation of the log a mark of the store trace stands for. */
#ifndef CHECKER_OPLOG_MARKS_H
#define CHECKER_OPLOG_MARKS_H

#include "checker/log/oplog.h"

struct oplog_marks;

/* An index of @log, which must outlive it. 0 or -ENOMEM. */
int oplog_marks_new(struct oplog_marks **ret, const struct oplog *log);

/*
 * The operation of @worker whose record has @number: what a mark names. NULL
 * where the log does not have it, or where @m is NULL.
 */
const struct oplog_op *oplog_marks_find(const struct oplog_marks *m, uint32_t worker,
					uint64_t number);

/* NULL is fine. */
void oplog_marks_free(struct oplog_marks *m);

#endif
