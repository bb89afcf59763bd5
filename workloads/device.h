/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What workloads share that have a device and no file system (DX_NEED_RAW,
 * DX_NEED_DEVDAX): they use its beginning, slot by slot, in turn.
 */
#ifndef WORKLOADS_DEVICE_H
#define WORKLOADS_DEVICE_H

#include "workloads/common.h"

#define DEVICE_REGION (32ULL << 20) /* used of the device, in bytes */
#define DEVICE_SECTOR                                                                              \
	512ULL /* what O_DIRECT takes multiples of: sectors of pmem, unless made larger */

/* Slots of @size bytes in the region, for @n operations: a power of two. */
static inline uint64_t device_slots(uint64_t n, uint64_t size)
{
	uint64_t slots = 1;

	while (slots < n && 2 * slots * size <= DEVICE_REGION)
		slots *= 2;
	return slots;
}

/* Where operation @i goes that finds @slots of them. */
static inline uint64_t device_slot(uint64_t i, uint64_t slots, uint64_t size)
{
	return (i & (slots - 1)) * size;
}

/*
 * Opens a block device, writes @bytes and syncs them; without O_DIRECT they are in the
 * page cache then, and clean. @flags: beside O_RDWR.
 */
static inline int open_written(struct dx_worker *w, struct dx_file *f, uint64_t bytes, int flags)
{
	int r = dx_open(w, f, DX_DEVICE, O_RDWR | flags);

	for (uint64_t off = 0; !r && off < bytes; off += w->buf_size)
		r = dx_write(w, f, off, bytes - off < w->buf_size ? bytes - off : w->buf_size);
	return r ? r : dx_fsync(w, f);
}

/* open_written() of what @n operations use, each of the parameter "size" bytes. */
static inline int open_slots(struct dx *dx, struct dx_worker *w, uint64_t n, int flags)
{
	struct mapped *s = dx_priv(dx);
	uint64_t size = dx_param(dx, "size");

	return open_written(w, &s->file, device_slots(n, size) * size, flags);
}

/* prepare() of what goes through the page cache. */
static inline int prepare_slots(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	return open_slots(dx, w, n, 0);
}

/* The same past it. */
static inline int prepare_direct(struct dx *dx, struct dx_worker *w, uint64_t n, int flags)
{
	if (dx_param(dx, "size") % DEVICE_SECTOR)
		return dx_refuse(dx, -EINVAL, "size: want a multiple of 512");
	return open_slots(dx, w, n, O_DIRECT | flags);
}

/*
 * Opens device-dax and maps @bytes of it, rounded up to its alignment, of which no page
 * is there yet. -EOPNOTSUPP: a fault of 1 GiB is more than is wanted here.
 */
static inline int map_devdax(struct dx *dx, struct dx_worker *w, struct mapped *s, uint64_t bytes)
{
	uint64_t align = dx->device.align, length = (bytes + align - 1) / align * align;
	int r;

	if (align > DX_PMD)
		return dx_refuse(dx, -EOPNOTSUPP, "the device's alignment is over 2 MiB");
	if (length > dx->device.size)
		return -ENOSPC;
	r = dx_open(w, &s->file, DX_DEVICE, O_RDWR);
	return r ? r : dx_map(w, &s->map, &s->file, 0, length, align < DX_PMD ? RW_PTE : RW_PMD);
}

/*
 * The same, with all pages there, and bytes that are durable and no operation's: what an
 * earlier run of the same workload left would pass for what this one was to make durable.
 */
static inline int map_devdax_written(struct dx *dx, struct dx_worker *w, struct mapped *s,
				     uint64_t bytes)
{
	int r = map_devdax(dx, w, s, bytes);

	if (r)
		return r;
	dx_fill(w, &s->map, 0, bytes);
	dx_persist(w, &s->map, 0, bytes, DX_CLFLUSH);
	return 0;
}

/* finish() of a workload whose private state is a struct mapped of the device. */
static inline void close_device(struct dx *dx, struct dx_worker *w)
{
	struct mapped *s = dx_priv(dx);

	dx_unmap(w, &s->map);
	dx_close(w, &s->file);
}

/* The code of DAX in file systems has no part in it, and no CPU writes a line back. */
static inline void expect_no_dax(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)dx;
	(void)n;
	set_counts(c, 0, 0, 0);
}

#endif
