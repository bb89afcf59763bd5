/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of a target share: nobody else includes it. target.c has the interface
 * and file systems, target_device.c devices without one, target_about.c what the kernel
 * tells of either.
 */
#ifndef BENCH_TARGET_TARGET_STATE_H
#define BENCH_TARGET_TARGET_STATE_H

#include <limits.h>
#include <sys/types.h>

#include "bench/target/mkfs.h"
#include "bench/target/target.h"

#define TARGET_MOUNT_POINT "/mnt" /* every system has it, and only we see what is on it */

struct target {
	enum target_kind which;
	char dir[PATH_MAX];	    /* where cells' directories go */
	char device[PATH_MAX];	    /* "" with a directory */
	char rt_device[PATH_MAX];   /* "" without one */
	struct dx_device as_device; /* what its cells have; zero where they have files */
	const struct mkfs_kind *kind;
	char mount_options[PATH_MAX + 32]; /* that it is mounted with */
	char fs[16], driver[16];
	char mkfs[512];	   /* command line used; "" with a directory */
	char options[256]; /* mount options */
	char cell[128];	   /* of the struct dx that env ops are called with */
	uint64_t seed;
	const struct target_claims *claims;
	bool mounted; /* by us */
	dev_t dev;    /* of what we mounted */
	bool dax;
	int numa_node;
};

/* Once per process: nobody else sees what we mount from here on. */
int target_enter_private_namespace(struct err *e);

/* What can be done beside any target: for struct dx_env_ops. */
int target_drop_caches(struct dx *dx);
int target_pass_time(struct dx *dx, uint64_t ms);

/* ---- target_about.c ---- */

/* What serves an ext2 mount may be the ext4 module: /sys/fs tells. */
void target_find_driver(struct target *t);
void target_find_numa_node(struct target *t); /* of t->device */

/* File system, source and options of the mount that holds t->dir. */
int target_describe_mount(struct target *t, struct err *e);

/* Asks a file itself: mount options alone do not tell, and a directory says no. */
int target_find_dax(struct target *t, struct err *e);

/* ---- target_device.c: of a kind that is a device ---- */

/* A directory in memory, for the cells' directories; what the device is. */
int target_device_open(struct target *t, struct err *e);

/* Makes DX_DEVICE, the device, in the directory of a cell. */
int target_device_add(const struct target *t, int cell, struct err *e);

extern const struct dx_env_ops target_device_ops;

#endif
