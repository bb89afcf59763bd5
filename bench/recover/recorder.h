/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest under the recording plugin, which recovers a crash state while its stores are
 * recorded: for crashes in a recovery. Apart from the pool, whose guests are many times as fast
 * without one. Its traces lie in a directory like that of a boot, which is removed with it,
 * or by the next boot if we are killed.
 */
#ifndef BENCH_RECOVER_RECORDER_H
#define BENCH_RECOVER_RECORDER_H

#include <stdbool.h>

#include "checker/states/state.h"
#include "emulate/emulate.h"
#include "lib/err.h"

struct recorder;

/* Boots nothing yet. Of @job count the same as for a pool (pool.h); what it points to must stay. */
int recorder_open(struct recorder **ret, const struct emulate_job *job, struct err *e);

struct recorder_job {
	const char *fs;	  /* kind of mkfs.h */
	bool no_barriers; /* the block layer flushes nothing: a control */
	uint64_t head; /* number of what the namespaces are: with another one it is booted anew */
};

/*
 * Mounts and unmounts @s of @m. *@ret: the trace, there until the next call. -EINTR: interrupted;
 * -EIO: no guest, or it died, or could not recover.
 */
int recorder_record(struct recorder *r, const struct state_medium *m, const struct state *s,
		    const struct recorder_job *job, const char **ret, struct err *e);

void recorder_close(struct recorder *r); /* NULL is fine */

#endif
