/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is between NVDIMMs and a file system or raw workload. A block device on them, so
 * that neither its first byte nor, for two of them, the next one lies where a plain
 * device has it:
 *
 *	partition	of one NVDIMM, which neither begins nor ends with it
 *	linear		dm-linear: its second half, then its first
 *	span		dm-linear over two NVDIMMs: the second's halves, then the
 *			first's, in that order
 *
 * Or nothing on it, but its namespace in another mode (namespace.h makes that):
 *
 *	sector		a block translation table: sectors are written whole or not
 *			at all, each to another place than before; no DAX
 *
 * All pieces are aligned to 2 MiB on both sides: the mappings can be as large as
 * without. Nothing of it is on the medium: it ends with the kernel, or before.
 */
#ifndef BENCH_TARGET_LAYER_H
#define BENCH_TARGET_LAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

#define LAYER_MAX_BELOW 2

enum layer_kind { LAYER_NONE, LAYER_PARTITION, LAYER_LINEAR, LAYER_SPAN, LAYER_SECTOR };

struct layer;

/* By its name: false: there is no such kind. */
bool layer_find(const char *name, enum layer_kind *ret);

/* "partition, linear, span, sector". */
const char *layer_names(void);

/* "linear"; not of LAYER_NONE. */
const char *layer_name(enum layer_kind kind);

/* How many NVDIMMs a layer of this kind takes. */
size_t layer_width(enum layer_kind kind);

/* Is it a device of its own, for layer_make()? */
bool layer_is_device(enum layer_kind kind);

/*
 * Makes one on block devices, after guard_device() has said yes to each; they stay
 * locked until layer_remove(). What is written to it is written to them: it is a
 * device of its own, for guard_device() to look at.
 * -ENOSPC: they are too small.
 */
int layer_make(enum layer_kind kind, const char *const below[], struct layer **ret, struct err *e);

const char *layer_kind_name(const struct layer *l);
const char *layer_node(const struct layer *l);	/* "/dev/pmem0p1", "/dev/dm-0" */
const char *layer_below(const struct layer *l); /* the first device that it lies on */

/* Takes it down, once nobody has it open any more. NULL is fine. */
void layer_remove(struct layer *l);

#endif
