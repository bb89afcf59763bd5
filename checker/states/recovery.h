/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who lets a kernel recover crash states. The checker is handed one and knows
 * neither guests nor mounts; in tests it is a function.
 */
#ifndef CHECKER_STATES_RECOVERY_H
#define CHECKER_STATES_RECOVERY_H

#include "checker/states/dump.h"
#include "checker/states/read_set.h"
#include "checker/states/state.h"
#include "lib/err.h"

/* Both are the caller's: dump_free(), read_set_free(). */
struct recovered {
	struct dump *dump;	/* NULL: it was not recovered */
	struct read_set *reads; /* of the state: all that the dump depends on; NULL: not known */
};

struct recovery {
	/*
	 * Recovers each of @n states of @medium, each from exactly its own bytes, and
	 * gives what was found then. A kernel that dies over a state is a dump that says so
	 * (DUMP_DIED), no error. -errno: nothing could be recovered any more; those
	 * of @ret that have a dump are good all the same. -EINTR: interrupted.
	 */
	int (*recover)(void *data, const struct state_medium *medium, const struct state *states,
		       size_t n, struct recovered *ret, struct err *e);
	/*
	 * Recovers @state, and records what the kernel stores meanwhile until it has unmounted:
	 * *@ret, a store trace, there until the next call. NULL: nobody can.
	 */
	int (*record)(void *data, const struct state_medium *medium, const struct state *state,
		      const char **ret, struct err *e);
	void *data;
	bool knows_reads; /* of most states */
};

#endif
