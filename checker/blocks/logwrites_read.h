/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a log of device-mapper's log-writes target (the format: logwrites.h), entry
 * by entry, with memory that does not grow with the log. A log is foreign input:
 * nothing in it is believed before it was looked at.
 *
 *	logwrites_open(&l, "sda.log", &(struct logwrites_limits){ 0 }, e);
 *	while ((n = logwrites_next(l, &item, e)) > 0)
 *		while ((n = logwrites_data(l, &data, &len, e)) > 0)
 *			...
 *
 * Payload that is not asked for is passed over and not read.
 */
#ifndef CHECKER_LOGWRITES_READ_H
#define CHECKER_LOGWRITES_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/blocks/logwrites.h"

#define LOGWRITES_SECTOR_MAX 4096U
#define LOGWRITES_PIECE_MAX  (1U << 20) /* bytes that logwrites_data() hands out at a time */

struct logwrites_limits {
	uint64_t device; /* bytes of the device that was logged; 0: not known */
	/*
	 * Read on behind the entries that the super block counts, as long as what is
	 * there can be one: the kernel writes the count only with a FUA write or a
	 * mark, and a machine that died counts too few. Left-overs of an older log on the
	 * same log device can look like entries; only a log device that was zeroed before
	 * has none.
	 */
	bool beyond;
};

struct logwrites_item {
	uint64_t number;		    /* of the entry, from 0 */
	uint64_t at;			    /* byte of the log where it begins */
	uint64_t next;			    /* and where the next one does */
	uint64_t sector, nr_sectors, flags; /* as in the log */
	uint64_t offset, length; /* bytes of the device: written or discarded; 0, 0: none */
	uint64_t payload;	 /* bytes of data in the log; 0 of a discard */
	const char *mark;	 /* text, until the next call; bytes as they came. NULL: no mark */
	bool beyond;		 /* the super block does not count it */
};

/* How reading ended, where it did without an error. */
enum logwrites_end {
	LOGWRITES_OPEN,	    /* it has not */
	LOGWRITES_COUNTED,  /* after the last entry that is counted */
	LOGWRITES_FULL,	    /* beyond these: at the end of the log */
	LOGWRITES_NO_ENTRY, /* beyond these: what follows is none */
};

struct logwrites_reader;

/*
 * Opens a regular file or a block device, for reading only. -EBADMSG: it is no log, or one that
 * cannot be; or what open gave.
 */
int logwrites_open(struct logwrites_reader **ret, const char *path,
		   const struct logwrites_limits *limits, struct err *e);

uint32_t logwrites_sectorsize(const struct logwrites_reader *l);
uint64_t logwrites_counted(const struct logwrites_reader *l); /* entries, as the super block says */
uint64_t logwrites_bytes(const struct logwrites_reader *l);   /* of the file or device */
const char *logwrites_path(const struct logwrites_reader *l);

/*
 * The next entry: 1, 0 at the end, or -EBADMSG: damaged, cut off, outside the
 * device; the error names the entry's number and byte. After an error, or the
 * end, it gives the same again.
 */
int logwrites_next(struct logwrites_reader *l, struct logwrites_item *ret, struct err *e);

/*
 * The next piece of the last entry's payload: 1 with whole sectors, at most
 * LOGWRITES_PIECE_MAX bytes, valid until the next call; 0 once all came; or a negative errno.
 */
int logwrites_data(struct logwrites_reader *l, const void **ret_data, size_t *ret_len,
		   struct err *e);

enum logwrites_end logwrites_ended(const struct logwrites_reader *l);

/* NULL is fine. */
void logwrites_reader_close(struct logwrites_reader *l);

#endif
