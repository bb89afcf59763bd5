/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log of device-mapper's log-writes target, and how one is written. The
 * format: drivers/md/dm-log-writes.c of the kernel, and Documentation/
 * admin-guide/device-mapper/log-writes.rst. Little-endian, in sectors:
 *
 *	0	struct logwrites_super
 *	1	entries, one behind the other: struct logwrites_entry in a sector of
 *		its own, then nr_sectors of data
 *
 * A mark has its text, without a NUL, in the entry's sector; data_len is its length.
 * What lies before an entry with FLUSH is on the medium once that is.
 */
#ifndef CHECKER_LOGWRITES_H
#define CHECKER_LOGWRITES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

#define LOGWRITES_MAGIC	  0x6a736677736872ULL
#define LOGWRITES_VERSION 1ULL
#define LOGWRITES_SECTOR  512U

enum logwrites_flag {
	LOGWRITES_FLUSH = 1 << 0,
	LOGWRITES_FUA = 1 << 1,
	LOGWRITES_DISCARD = 1 << 2, /* has no data */
	LOGWRITES_MARK = 1 << 3,
	LOGWRITES_METADATA = 1 << 4,
};

struct logwrites_super {
	uint64_t magic, version, nr_entries;
	uint32_t sectorsize, pad;
};

struct logwrites_entry {
	uint64_t sector, nr_sectors, flags, data_len;
};

_Static_assert(sizeof(struct logwrites_entry) == 32, "an entry has no holes");

#define LOGWRITES_MARK_MAX (LOGWRITES_SECTOR - sizeof(struct logwrites_entry) - 1)

struct logwrites;

/*
 * Creates @path or empties it; a device is refused. Until logwrites_close() the
 * log says that it has no entries.
 */
int logwrites_create(struct logwrites **ret, const char *path, struct err *e);

/* @n sectors from @sector on. The first error is kept for logwrites_close(). */
void logwrites_write(struct logwrites *w, uint64_t sector, const void *data, uint64_t n);
void logwrites_flush(struct logwrites *w);

/* Cut to LOGWRITES_MARK_MAX bytes, as the kernel does. */
void logwrites_mark(struct logwrites *w, const char *text);

/* Counts the entries into the super block, closes, frees. 0 or what failed first. */
int logwrites_close(struct logwrites *w, struct err *e);

/* Closes and frees: the log stays one without entries. NULL is fine. */
void logwrites_abandon(struct logwrites *w);

#endif
