/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can stand against writing a device: one rule each, looked up anew, by
 * device number and never by name (a device has aliases). guard.h says which
 * rules there are; only guard.c and the unit tests use this header.
 */
#ifndef BENCH_TARGET_GUARD_RULES_H
#define BENCH_TARGET_GUARD_RULES_H

#include <stddef.h>

#include "bench/target/guard.h"

struct guard_rule {
	const char *name;	    /* as a person asks: "mounted" */
	const char *clear;	    /* the answer where nothing stands against it: "no" */
	bool for_block, for_devdax; /* which kind of device it applies to */
	int (*check)(const struct guard_identity *id, struct err *e);
};

/* In the order in which they are asked; ends with a NULL name. */
extern const struct guard_rule guard_rules[];

/* Does @rule apply to this device? */
bool guard_rule_applies(const struct guard_rule *rule, const struct guard_identity *id);

/* "/sys/dev/block/MAJOR:MINOR/LEAF", or char for device-dax. */
void guard_sysfs(const struct guard_identity *id, const char *leaf, char *buf, size_t len);

/*
 * Does the mountinfo file at @path (of one process) show the device, or a
 * partition of it? 1 and the mount point, 0, or a negative errno.
 */
int guard_find_mount(const char *path, dev_t dev, char *ret_dir, size_t len);

/*
 * Who holds an flock on inode @ino of the file system @dev, by the text of
 * /proc/locks: its pid; 0: nobody that this process can see. @ret_shared: it
 * is a read lock, as udev takes for a moment.
 */
long guard_lock_holder(const char *locks, dev_t dev, ino_t ino, bool *ret_shared);

/* Is a superblock of this type and label one that daxbench made? */
bool guard_is_own_content(const char *type, const char *label);

#endif
