/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NVDIMM namespaces through libndctl: what is there, and, inside a guest that
 * we booted only, made as needed.
 */
#ifndef BENCH_TARGET_NAMESPACE_H
#define BENCH_TARGET_NAMESPACE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

/* Not an NVDIMM, but RAM that the kernel was told to take for pmem (memmap=SIZE!START). */
#define NAMESPACE_LEGACY UINT32_MAX

/*
 * In our guest: gives the @index-th NVDIMM (0 is the first) the wanted mode, "fsdax"
 * ("/dev/pmem0"), "devdax" ("/dev/dax1.0") or "sector" ("/dev/pmem0s", sectors of 4
 * KiB), and @align, in bytes (sector: 0), and returns its node. Struct pages are in RAM, so that
 * the kernel's own stores to them are not on the medium. Does nothing where it is so already; else
 * nobody may have it open. -EPERM outside our guest.
 */
int namespace_make(unsigned int index, const char *mode, unsigned long align, char *ret_node,
		   size_t len, struct err *e);

/*
 * The node of the @index-th NVDIMM, which must be "fsdax", with any alignment. Writes
 * nothing. -ENODEV: it is not.
 */
int namespace_find_fsdax(unsigned int index, char *ret_node, size_t len, struct err *e);

/* What has to be flushed before a power cut, as the kernel sees it. */
enum namespace_cache {
	NAMESPACE_CPU_CACHE,   /* of stores through DAX: dax_flush() */
	NAMESPACE_DEVICE_CACHE /* of block I/O, the page cache's too: REQ_PREFLUSH */
};

/*
 * In our guest: tells the kernel whether there is such a cache on the pmem device
 * @node; with false it flushes nothing of it. A control for checkers. dax_flush() asks
 * the dax device that the file system holds: a partition shares its disk's, a
 * device-mapper device has one without a switch of its own, which is turned on, for
 * good, when a table on a device where it is on is put in place (drivers/md/dm-table.c,
 * dm_table_set_restrictions()). -ENOENT: no such switch.
 */
int namespace_set_write_cache(const char *node, enum namespace_cache which, bool on, struct err *e);

/*
 * In our guest: makes the block device @node DAX itself, or no more; nobody may have it
 * open. -ENOENT: the kernel is without the patch for it (kernels/patches/bdev-dax.patch).
 */
int namespace_set_bdev_dax(const char *node, bool on, struct err *e);

/*
 * An array of regions: { "region", "size_bytes", "align_bytes", "numa_node",
 * "persistence_domain", "deep_flush", "badblocks_sectors", "dimms" (unique ids;
 * empty: not known), "namespaces": [ {
 * "namespace", "mode", "size_bytes", "align_bytes", "node", "uuid" (of the info
 * block, else the label), "name" (of the label), "write_cache" } ] }. Empty
 * where there is none.
 */
int namespace_describe(json_t **ret, struct err *e);

/*
 * Where the data of @node, a block device or device-dax of a namespace, begins in
 * physical memory, and how long it is. -ENODEV: it is none, or one that is not mapped
 * one to one (sector mode).
 */
int namespace_place(const char *node, uint64_t *ret_physical, uint64_t *ret_size);

/* The region of that list that holds the namespace of @node, a new reference; NULL: none does. */
json_t *namespace_region_of(const char *node);

#endif
