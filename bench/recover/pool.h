/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guests that recover crash states, several at a time.
 *
 *	host:	put a state onto a guest's NVDIMMs (place.h), ask (mailbox.h)
 *	guest:	mount, read all files, unmount: a dump (agent.h)
 *	host:	what is different on the NVDIMMs now? An image that was not seen before is
 *		proved: fsck, and a file written in it. Its outcome goes into the dumps of
 *		all states that recovery makes that image of
 *
 * A guest that dies over a state, or does not answer, is that state's outcome; the next
 * state gets a new guest. Nothing is left behind, however this process ends.
 */
#ifndef BENCH_RECOVER_POOL_H
#define BENCH_RECOVER_POOL_H

#include <stdint.h>

#include "checker/states/recovery.h"
#include "emulate/emulate.h"

#define RECOVER_MAX_GUESTS 64U

struct recover_pool;

struct recover_counts {
	uint64_t booted, died;			    /* guests */
	uint64_t recovered;			    /* states */
	uint64_t proved;			    /* images */
	double boot_ms, put_ms, guest_ms, prove_ms; /* of all guests, together */
};

/*
 * At most @guests at a time, booted as they are needed. Of @job count kernel, modules, accel,
 * flush, cpu_cache_persists, reads (a recovery tells what it has read), nvdimm_bytes and
 * timeout_ms (of a guest's life; 0: none); what it points to must stay. The medium's ranges must be
 * the NVDIMMs of such a guest.
 */
int recover_pool_open(struct recover_pool **ret, const struct emulate_job *job, unsigned int guests,
		      struct err *e);

/*
 * What the states that come now are of: the kind of file system (mkfs.h), and the directory
 * of the workload, below its root. -EINVAL: no such kind, or a name that is none.
 */
int recover_pool_set(struct recover_pool *p, const char *fs, const char *dir, struct err *e);

/*
 * For the checker, once it is known what the states are of. -EINTR: interrupted
 * (bench/interrupt.h); -EIO: no guest comes up, or several have died one after the other, each over
 * another state.
 */
struct recovery recover_pool_recovery(struct recover_pool *p);

/* Of all that it has recovered; of two such the difference. */
void recover_pool_counts(const struct recover_pool *p, struct recover_counts *ret);
void recover_counts_between(const struct recover_counts *before, struct recover_counts *after);

/* A control: the block layer flushes nothing in the recoveries that are recorded. */
void recover_pool_deny_barriers(struct recover_pool *p);

/* Ends the guests. NULL is fine. */
void recover_pool_close(struct recover_pool *p);

#endif
