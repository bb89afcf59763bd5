/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transfers of one size to or from a file, and where each of them goes.
 *
 * The file is a ring of slots, each the least power of two that holds a transfer at its
 * offset, so that the loop divides by nothing. In seeded order each slot has its turn
 * before any has a second one: a congruential generator, of full period since its
 * multiplier is 1 modulo 4 and its increment odd. In plain order both are 1.
 */
#ifndef WORKLOADS_TRANSFER_H
#define WORKLOADS_TRANSFER_H

#include "workloads/common.h"

#define SPAN	   (256ULL << 10) /* of the file, if that is enough slots: */
#define MIN_SLOTS  4
#define MULTIPLIER 0x5851f42d4c957f2dULL /* Knuth's for 64 bits */
#define SECTOR	   512ULL

#define SIZE_PARAM                                                                                 \
	{                                                                                          \
		"size", "bytes", 4096, 1, DX_PMD, "of each transfer"                               \
	}
#define AT_PARAM                                                                                   \
	{                                                                                          \
		"at", "bytes", 0, 0, DX_PAGE - 1, "by which each offset misses its alignment"      \
	}
#define RANDOM_PARAM                                                                               \
	{                                                                                          \
		"random", "kind", 0, 0, 1, "1: in an order made from the seed"                     \
	}
#define DIRECT_PARAM                                                                               \
	{                                                                                          \
		"direct", "kind", 0, 0, 1, "1: O_DIRECT, which on DAX changes nothing"             \
	}

struct transfer {
	struct mapped data; /* first: drop_data() takes it for all */
	uint64_t size, at, slot;
	uint64_t mask, multiplier, increment, last; /* of slots */
};

/* How large and where, by the parameters. Returns the size of the file. */
static inline uint64_t plan_transfers(const struct dx *dx, struct transfer *t, bool random)
{
	uint64_t slots, key = dx_pattern_key(dx->seed);

	t->size = dx_param(dx, "size");
	t->at = dx_param(dx, "at");
	for (t->slot = 1; t->slot < t->size + t->at; t->slot *= 2)
		;
	slots = SPAN / t->slot > MIN_SLOTS ? SPAN / t->slot : MIN_SLOTS;
	t->mask = slots - 1;
	t->multiplier = random ? MULTIPLIER : 1;
	t->increment = random ? key | 1 : 1;
	t->last = random ? key >> 32 & t->mask : t->mask;
	return slots * t->slot;
}

static inline uint64_t next_transfer(struct transfer *t)
{
	t->last = (t->last * t->multiplier + t->increment) & t->mask;
	return t->last * t->slot + t->at;
}

/* An empty file, through O_DIRECT if the parameter "direct" says so. */
static inline int make_transfer_file(struct dx *dx, struct dx_worker *w, struct transfer *t)
{
	bool direct = dx_param(dx, "direct");

	if (direct && (dx_param(dx, "size") | dx_param(dx, "at")) % SECTOR)
		return dx_refuse(dx, -EINVAL, "direct=1 wants size and at in multiples of 512");
	return dx_open(w, &t->data.file, "data",
		       O_RDWR | O_CREAT | O_TRUNC | (direct ? O_DIRECT : 0));
}

/* prepare() for what goes over written blocks. */
static inline int prepare_transfers(struct dx *dx, struct dx_worker *w, uint64_t n)
{
	struct transfer *t = dx_priv(dx);
	uint64_t size = plan_transfers(dx, t, dx_param(dx, "random"));
	int r = make_transfer_file(dx, w, t);

	(void)n;
	return r ? r : fill_file(w, &t->data.file, size);
}

/*
 * expect() for read(2) and write(2), which make no entry for the pages they touch. What
 * cannot be stored past the caches is written back: the odd bytes at either end
 * (__memcpy_flushcache(), arch/x86/lib/usercopy_64.c).
 */
static inline void expect_no_entries(const struct dx *dx, uint64_t n, struct dx_counts *c)
{
	(void)n;
	set_counts(c, 0, 0, 0);
	if ((dx_param(dx, "size") | dx_param(dx, "at")) % sizeof(uint64_t))
		c->lines_written_back = DX_ANY;
}

#endif
