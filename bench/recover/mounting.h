/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounts, in our guest, what the host has put onto its NVDIMMs. */
#ifndef BENCH_RECOVER_MOUNTING_H
#define BENCH_RECOVER_MOUNTING_H

#include "bench/target/mkfs.h"
#include "lib/err.h"

#define MOUNTING_POINT "/mnt"

struct mounting {
	const struct mkfs_kind *kind;
	char device[64], rt_device[64]; /* "": not found yet; rt_device: unused but for its kinds */
};

/*
 * Finds the devices of the kind @fs. Nothing is written to them. -EINVAL: no such kind;
 * -ENODEV: the NVDIMMs hold no fsdax namespace.
 */
int mounting_choose(struct mounting *m, const char *fs, struct err *e);

/*
 * 0 or errno. The clock is set to the same instant before each, so that what they write
 * does not depend on when they do.
 */
void mounting_set_clock(void); /* for whoever else writes to them */
int mounting_mount(const struct mounting *m);
int mounting_umount(void);

#endif
