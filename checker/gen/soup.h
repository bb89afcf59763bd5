/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Soup: operation lists made from a seed, in which everything that an
 * application does to files on DAX is done in every order.
 *
 * The generator keeps a model of names, files, descriptors and mappings
 * (soup_model.h), so each operation of a list succeeds: an operation that fails
 * tests nothing. It favours small and odd sizes at the edges of lines, pages and
 * files, and pairs of operations that have not yet followed each other in the
 * list. The same options give the same list, on any machine.
 *
 * What a list needs is bounded: at most 16 files of at most 8 MiB at a time, so
 * 128 MiB; 16 KiB of large stores and writes for each operation, on average;
 * 9 descriptors and 9 mappings open at once. A list of SOUP_MAX_OPS operations
 * uses less than half of the handles and generations that a log can name, and
 * fits the log of a guest (an area of 4 MiB); a longer test is several lists, of
 * seeds that follow each other.
 *
 * It never stores beyond the end of the file, not even in its last page: what
 * becomes of such bytes nobody promises. A file is not closed while a mapping
 * made of it is there, or the log could not say where its blocks are.
 */
#ifndef CHECKER_GEN_SOUP_H
#define CHECKER_GEN_SOUP_H

#include "checker/list/oplist.h"

#define SOUP_MAX_OPS 2000

/* What not every file system can do. Left out: the list has nothing that needs it. */
enum soup_feature {
	SOUP_SHIFT = 1 << 0,	/* zero, collapse and insert range */
	SOUP_REFLINK = 1 << 1,	/* blocks that files share */
	SOUP_UNSHARE = 1 << 2,	/* and no longer share */
	SOUP_MAP_SYNC = 1 << 3, /* MAP_SYNC */
	SOUP_OWN_FS = 1 << 4,	/* remount, umount, caches dropped, sync(2) */
};

struct soup_options {
	uint64_t ops;	       /* of the list: 1 to SOUP_MAX_OPS */
	uint64_t seed;	       /* a second process, or umount: by the seed */
	unsigned int features; /* enum soup_feature */
};

/* -EINVAL: ops out of range. @ret is untouched on failure; the caller releases it. */
int soup_make(struct oplist *ret, const struct soup_options *o, struct err *e);

#endif
