/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A crash while a crash is recovered from. What recovery stores is recorded like a run; it has
 * crash points of its own, before each flush that has something to drain, and at its end if
 * something still waits for one; and what a second
 * recovery makes of the states there must be what the first crash promised already: it has
 * promised nothing new, and must have lost nothing.
 */
#ifndef CHECKER_STATES_RECRASH_H
#define CHECKER_STATES_RECRASH_H

#include "checker/persist/persist.h"
#include "checker/states/drains.h"
#include "checker/states/fates.h"
#include "checker/states/visit.h"

struct recrash_options {
	uint64_t recoveries; /* of a run that are crashed in */
	uint64_t total;	     /* states of each of them, at most; 0: no limit */
	uint32_t atomic;     /* of a unit */
	struct drain_rules drains;
};

/*
 * Of the states of a point (fates.h) whose recovery came to its end one, by chance, is recovered
 * once more and recorded; and the crash points of that are visited as @how says, whose history
 * stands still meanwhile. *@ret: what was found until then, also after an error; NULL: no
 * state was recovered. The caller closes it; @how must outlive it. *@ret_which: which of @found.
 * -errno: as recovery.h and trace.h.
 */
int recrash_point(struct visitor **ret, size_t *ret_which, const struct recrash_options *o,
		  const struct visit_options *how, const struct fates_job *job,
		  const struct fates *found, struct err *e);

#endif
