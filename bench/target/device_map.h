/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the bytes of a device lie in physical memory. */
#ifndef BENCH_TARGET_DEVICE_MAP_H
#define BENCH_TARGET_DEVICE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct device_segment {
	uint64_t offset; /* in the device, bytes */
	uint64_t physical;
	uint64_t length;
};

#define DEVICE_MAP_MAX 32

/*
 * The pieces of @node, up to DEVICE_MAP_MAX of them: a pmem namespace (past its
 * info block) or its device-dax, a partition of one, a dm-linear device of these. -EOPNOTSUPP:
 * something else, which the error names.
 */
int device_map(const char *node, struct device_segment ret[DEVICE_MAP_MAX], size_t *ret_n,
	       struct err *e);

#endif
