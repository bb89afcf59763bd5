/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with crash states, each kind once: the first state that shows it, and how many do.
 */
#ifndef CHECKER_STATES_VIOLATIONS_H
#define CHECKER_STATES_VIOLATIONS_H

#include "checker/states/oracle.h"

/* Where a crash was put. */
struct explore_point {
	uint64_t seq;		       /* before that event; */
	const struct oplog_op *op;     /* after this sync call returned; or NULL: before a fence, */
	const struct oplog_op *during; /* in this operation (NULL: in none) */
	/*
	 * The state that was left there, whose recovery crashed before event @again of its own
	 * trace. 0: the recovery was let alone.
	 */
	uint64_t recovering, again;
};

struct explore_violation {
	enum oracle_rule rule;
	const char *path, *what;
	const struct oplog_op *promise; /* as in oracle.h */
	const struct tree_file *file;
	uint64_t offset, bytes;
	struct explore_point point; /* of the first state that shows it, and what of */
	size_t units, kept;	    /* the units in flight there was kept in it */
	uint64_t state;		    /* the hash of that state */
	uint64_t states;	    /* how many states show it */
	bool torn; /* each of these has a part of a block's change, and another part not */
};

/* Is it the same one, maybe of another exploration of the same log? */
bool explore_is_alike(const struct explore_violation *a, const struct explore_violation *b);

struct violations {
	struct explore_violation *list;
	size_t n, room;
};

#define VIOLATIONS_MAX 1024U /* kinds; of more the states are not even counted */

/* A copy of @v, its texts too; or, where there is one alike, its states. 0 or -ENOMEM. */
int violations_add(struct violations *all, const struct explore_violation *v);

/* Also of zeroed ones. */
void violations_release(struct violations *all);

#endif
