/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a workload runs: a directory that is there, a device on which a file system
 * is made, or the device itself. Owns what it makes and undoes it in reverse order.
 */
#ifndef BENCH_TARGET_TARGET_H
#define BENCH_TARGET_TARGET_H

#include <jansson.h>

#include "daxbench/workload.h"
#include "bench/target/guard.h"
#include "bench/target/layer.h"
#include "bench/target/target_kind.h"
#include "lib/err.h"

struct target_spec {
	enum target_kind kind; /* not TARGET_NONE */
	const char *dir;       /* --target: an existing directory; or NULL */
	const char *device;    /* to make @fs on, or that is @kind; or NULL */
	const char *rt_device; /* block device for the data of realtime files; or NULL */
	const char *fs;	       /* a kind of mkfs.h; with @dir: what must be there, or NULL */
	uint64_t seed;	       /* of the UUIDs that mkfs is given */
};

/* What guard_device() gave for the devices of a spec. */
struct target_claims {
	struct guard_claim data, rt;
	bool has_rt;
	struct layer *layer, *rt_layer; /* that these devices are; NULL: plain ones */
};

struct target;

/*
 * With a device: guard_device() must have said yes to each (the claims are
 * kept for as long as the target lives), then mkfs and mount in a private mount
 * namespace, with DAX or without, as @fs says. With a directory: checks that it can
 * be written. -ENODEV with a hint: no DAX where @needs wants it; -ENOSPC: device too
 * small; -EOPNOTSUPP: the device is not of that kind, or no kernel does it.
 */
int target_open(const struct target_spec *spec, const struct target_claims *claims,
		unsigned int needs, struct target **ret, struct err *e);

/*
 * Makes a directory for a cell and opens it: empty, or with DX_DEVICE in it. The
 * caller closes @ret_fd.
 */
int target_cell(struct target *t, const char *name, int *ret_fd, struct err *e);

/*
 * Removes the directory of a cell and what it holds. Mounts again what a
 * workload that ended half way left unmounted or read-only.
 */
void target_cell_done(struct target *t, const char *name);

/* For struct dx: what can be done to this target. */
const struct dx_env_ops *target_env_ops(const struct target *t);

enum target_kind target_which(const struct target *t);
struct dx_device target_as_device(const struct target *t); /* for struct dx */

/* "dax" or "pagecache", of files; "raw" or "raw-dax"; "devdax"; of NULL "none". */
const char *target_mode(const struct target *t);

/* Is a file made in this target DAX (statx), and what serves it? */
bool target_is_dax(const struct target *t);
const char *target_how_to_dax(const struct target *t); /* for where it is not */
bool target_is_own(const struct target *t);	       /* mounted by us: nobody else uses it */
const char *target_fs(const struct target *t);	   /* "ext4", from /proc/self/mountinfo; "raw" */
const char *target_driver(const struct target *t); /* module that serves it */
const char *target_device(const struct target *t); /* "/dev/pmem0", "/dev/dax0.0"; "": not known */
const char *target_rt_device(const struct target *t); /* "": none */
int target_numa_node(const struct target *t);	      /* -1: not known */
json_t *target_describe(const struct target *t); /* new reference: device, mkfs, mount options */

/* Unmounts what was mounted and frees. NULL is fine. */
void target_close(struct target *t);

#endif
