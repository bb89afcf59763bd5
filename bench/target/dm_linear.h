/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device-mapper devices made of pieces of others, one behind the other. */
#ifndef BENCH_TARGET_DM_LINEAR_H
#define BENCH_TARGET_DM_LINEAR_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"

struct dm_linear_piece {
	dev_t device;
	uint64_t start, length; /* bytes */
};

struct dm_linear;

/*
 * Makes the device @name, whose uuid is DAXBENCH- and that. Its removal is ordered at
 * once, for when the last descriptor is closed: ours is held until
 * dm_linear_remove(), or until we are dead. The kernel loads dm_mod for it.
 */
int dm_linear_make(const char *name, const struct dm_linear_piece piece[], size_t n,
		   struct dm_linear **ret, struct err *e);

const char *dm_linear_node(const struct dm_linear *dm); /* "/dev/dm-0" */

/* Removes it at once, and waits a little for others to close it. NULL is fine. */
void dm_linear_remove(struct dm_linear *dm);

#endif
