/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May this device be written? The only place that answers.
 *
 * Yes if all hold, each looked up anew at each use:
 *	1. it is a device of a guest that we booted (guard_in_our_guest()), or a
 *	   claim in the claims file names it and its identity is still the one
 *	   that was claimed;
 *	2. it is not mounted in any mount namespace that can be seen, not swap,
 *	   has no holders (device-mapper, md), no loop device on it, no
 *	   partitions, is not read-only, and no program has it open for writing;
 *	3. it opens with O_EXCL (a partition of a busy disk does not);
 *	4. a safe probe (libblkid) finds nothing, or what we made (ext4 or XFS
 *	   with the label "daxbench");
 *	5. nobody else holds its lock; we hold flock(LOCK_EX) on a read-only
 *	   descriptor until guard_release().
 * A device-dax node has no exclusion in the kernel and no signature: 1, 5 and a
 * look through /proc for other openers are all that protects it.
 *
 * No option and no environment variable skips any of this.
 */
#ifndef BENCH_TARGET_GUARD_H
#define BENCH_TARGET_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"

/* What tells a device from another of the same name. */
struct guard_identity {
	char path[64];	 /* canonical: /dev/pmem0 */
	char model[64];	 /* "" if not known */
	char uuid[40];	 /* of the namespace's info block; "" if none */
	char serial[64]; /* of the DIMMs or the disk; "" if none */
	char region[32]; /* libndctl region, "" if not pmem */
	char name[64];	 /* of the namespace's label; "" if none */
	uint64_t size;	 /* bytes */
	dev_t dev;
	bool character; /* device-dax */
};

struct guard_claim {
	struct guard_identity id;
	int lock_fd; /* held flock */
};

/*
 * Is this the guest that daxbench itself booted, told by the token that its
 * init and its kernel command line share? See emulate/guest.h.
 */
bool guard_in_our_guest(void);

/* Smallest device that a file system with 2 MiB mappings is made on: bytes. */
#define GUARD_MIN_BYTES (300ULL << 20)

/* Reads the identity. -ENOTBLK: neither a block device nor device-dax. */
int guard_identify(const char *path, struct guard_identity *ret, struct err *e);

/*
 * What stands against writing it, rules 2 to 4: 0, or -EBUSY (in use), -EEXIST
 * (holds something that is not ours), -ENOSPC (too small), -EROFS, with a text.
 */
int guard_check_unused(const struct guard_identity *id, struct err *e);

/*
 * Every one of these rules, for a person: @answer is "no", "none", or what stands against
 * writing it, without end of line.
 */
void guard_survey(const struct guard_identity *id,
		  void (*each)(void *data, const char *question, const char *answer), void *data);

/* All rules; -EPERM: not claimed, or not what was claimed. On success @ret holds the lock. */
int guard_device(const char *path, struct guard_claim *ret, struct err *e);

/* Rules again, before each mkfs, for a claim that is held. */
int guard_recheck(const struct guard_claim *c, struct err *e);

void guard_release(struct guard_claim *c);

#endif
