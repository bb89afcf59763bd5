/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a file system has its journal. Once it was unmounted all of that has been done,
 * and what still stands there is history: which transactions there were, and numbers that
 * XFS takes by chance (xlog_ticket_alloc()). Two recovered images that differ in nothing
 * else are the same file system.
 */
#ifndef BENCH_RECOVER_JOURNAL_H
#define BENCH_RECOVER_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#define JOURNAL_PARTS 4

struct journal {
	struct {
		uint64_t from, to; /* bytes from the beginning of the NVDIMM */
	} part[JOURNAL_PARTS];
	unsigned int parts;
};

/*
 * Of what lies on an NVDIMM, @bytes of it at @nvdimm: an info block of Linux' namespaces and
 * behind it ext4 or XFS. Of ext4 without the journal's first block, which says that all of it
 * is done. None is found, rather than a wrong one, in what is something else.
 */
void journal_find(struct journal *ret, const unsigned char *nvdimm, uint64_t bytes);

/* Is all of these bytes history? */
bool journal_holds(const struct journal *j, uint64_t from, uint64_t to);

#endif
