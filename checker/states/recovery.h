/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who lets a kernel recover crash states. The checker is handed one and knows
 * neither guests nor mounts; in tests it is a function.
 */
#ifndef CHECKER_STATES_RECOVERY_H
#define CHECKER_STATES_RECOVERY_H

#include "checker/states/dump.h"
#include "checker/states/state.h"
#include "lib/err.h"

struct recovery {
	/*
	 * Recovers each of @n states of @medium, each from exactly its own bytes, and
	 * gives what was found then: @ret[i], which the caller releases with
	 * dump_free(). A kernel that dies over a state is a dump that says so
	 * (DUMP_DIED), no error. -errno: nothing could be recovered any more; those
	 * of @ret that are not NULL are good all the same. -EINTR: interrupted.
	 */
	int (*recover)(void *data, const struct state_medium *medium, const struct state *states,
		       size_t n, struct dump **ret, struct err *e);
	void *data;
};

#endif
