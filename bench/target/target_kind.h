/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of targets: a file system, of which a command can name several, or a
 * device without one, of which there is one of each kind.
 */
#ifndef BENCH_TARGET_TARGET_KIND_H
#define BENCH_TARGET_TARGET_KIND_H

#include <stdint.h>

enum target_kind {
	TARGET_NONE, /* the workload needs none */
	TARGET_FS,
	TARGET_RAW, /* the first of the devices */
	TARGET_DEVDAX,
	TARGET_DEVDAX_4K,
	TARGET_KINDS
};

/* What a workload with these needs (enum dx_need) runs on. */
enum target_kind target_kind_of(unsigned int needs);

/* What stands where a file system would be named: "raw"; NULL where one is, or none. */
const char *target_kind_name(enum target_kind kind);

/* TARGET_RAW where the block device itself is DAX: no stock kernel has that. */
#define TARGET_RAW_DAX_NAME "raw-dax"

/* The other way round; TARGET_FS for any other name. */
enum target_kind target_kind_named(const char *name);

/* Device-dax: how what we make is aligned, in bytes. 0: of no such kind. */
uint64_t target_kind_align(enum target_kind kind);

#endif
