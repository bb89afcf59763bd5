/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How what is in flight becomes durable: a word's pieces in their order, up to the
 * last one that is chosen. Private to the persistence model.
 */
#ifndef CHECKER_PERSIST_COMMIT_H
#define CHECKER_PERSIST_COMMIT_H

#include "checker/persist/persist_medium.h"
#include "checker/persist/persist_table.h"

/* Which of a line: what is pending on @vcpus, and of write-back stores all if @cached. */
struct choice {
	uint64_t vcpus; /* bit v: vCPU v */
	bool cached;
	const struct persist_event *drain; /* what does it, if it is a fence */
};

/* False: nothing of @line was chosen. Else @line may be gone. */
bool line_commit(struct table *t, const struct medium *m, struct line *line,
		 const struct choice *c);

#endif
