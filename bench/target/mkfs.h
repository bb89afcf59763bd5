/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of file systems that daxbench makes. The layouts are those that give
 * 2 MiB mappings: data aligned to 2 MiB on the medium (ext4: stride and stripe
 * width; XFS: su, sw; realtime: extents of 2 MiB). UUIDs and hash seeds are derived
 * from the run's seed, so that the same seed makes the same medium. Kinds without DAX
 * are made as those with it, and mounted otherwise: what differs is the page cache. The
 * kind without a journal differs from ext4 in nothing else.
 */
#ifndef BENCH_TARGET_MKFS_H
#define BENCH_TARGET_MKFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct mkfs_kind {
	const char *name;   /* "xfs-rt": what users call it */
	const char *driver; /* "xfs": what mount(2) is told */
	bool no_dax;	    /* mounted so that files go through the page cache */
	bool no_barrier;    /* mounted so that it never flushes the device: a crash may lose all */
	bool reflink;	    /* files can share blocks */
	bool realtime;	    /* has a second device, for the files' data, in extents of rt_extent */
	/*
	 * Has no journal, so that a crash leaves it inconsistent by design: its fsck repairs it
	 * before it is mounted again (Documentation/filesystems/ext2.rst, Journaling: what a
	 * journal spares is "to wait for e2fsck to complete after a crash").
	 */
	bool fsck_first;
	const char *rt_extent;
};

/* NULL: there is no such kind. */
const struct mkfs_kind *mkfs_find(const char *name);

/* All of them, with commas between: "ext4, ext4-nojournal, ext2, ...". */
const char *mkfs_names(void);

/* What mount(2) is told of one: DAX or not, and @rt_device (NULL but for a realtime kind). */
void mkfs_mount_options(const struct mkfs_kind *kind, const char *rt_device, char *buf, size_t len);

/*
 * Makes one on @device, and @rt_device (NULL but for a realtime kind), which are the
 * caller's to overwrite. @command gets the command line, without the devices.
 */
int mkfs_make(const struct mkfs_kind *kind, const char *device, const char *rt_device,
	      uint64_t seed, char *command, size_t len, struct err *e);

#endif
