/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Durability by the program itself: a mapping with MAP_SYNC whose pages are there and
 * writable, so that run() neither faults nor enters the kernel. Operation i has the
 * bytes from i * size on; with large ones it begins again at the front.
 */
#ifndef WORKLOADS_USER_H
#define WORKLOADS_USER_H

#include "workloads/common.h"

#define LINE	    64ULL
#define MOST_MAPPED (64ULL << 20)

#define SIZE_PARAM                                                                                 \
	{                                                                                          \
		"size", "bytes", 256, LINE, DX_PMD, "bytes of each operation, in whole lines"      \
	}

static inline uint64_t user_size(const struct dx *dx)
{
	return dx_param(dx, "size") & ~(LINE - 1);
}

static inline int prepare_user(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	uint64_t size = user_size(dx), most = MOST_MAPPED / size;
	struct mapped *s = dx_priv(dx);
	/* A line more than is used: there is one beside the last. */
	uint64_t len = ((n < most ? n : most) * size + DX_PAGE) & ~(DX_PAGE - 1);

	return map_written(w, s, len, RW_PTE | DX_MAP_SYNC | DX_MAP_POPULATE);
}

/* Where the operation after the one at @at has its bytes. */
static inline uint64_t user_next(const struct mapped *s, uint64_t at, uint64_t size)
{
	return at + 2 * size < s->map.length ? at + size : 0;
}

/* No faults, for the pages are there, and nothing for the kernel to write back. */
static inline void expect_user(struct dx_counts *c, uint64_t lines)
{
	set_counts(c, 0, 0, 0);
	c->lines_written_back = (int64_t)lines;
}

#endif
