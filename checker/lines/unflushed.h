/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stores of a program to persistent memory that no flush had followed when it ended: neither
 * its own (write-back and fence) nor one of the kernel's for it (msync, fsync). Whether it owed
 * one nobody can know from outside; so these are findings, and no failures.
 */
#ifndef CHECKER_UNFLUSHED_H
#define CHECKER_UNFLUSHED_H

#include <stdbool.h>

#include "checker/log/oplog.h"
#include "checker/persist/persist.h"
#include "checker/trace/trace.h"

/* Those of one place in the code, of one kind. */
struct unflushed {
	uint64_t ip;	   /* of the first store of a run of adjoining ones */
	bool written_back; /* but not drained; else it was never written back */
	uint64_t seq;	   /* event: the first of them */
	uint64_t addr;	   /* guest-physical, of its line */
	uint64_t lines, bytes;
};

/*
 * In the order of their first events. The end of the program is where the phase "finish" of @log
 * begins, or else that of the trace. @ret is malloc'ed; NULL for none.
 */
int unflushed_find(struct trace *t, const struct oplog *log, enum persist_mode rules,
		   struct unflushed **ret, size_t *ret_n, struct err *e);

#endif
