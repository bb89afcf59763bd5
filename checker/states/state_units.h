/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in flight at a crash point, in units: pieces of the medium that are lost or
 * kept as a whole. A unit is an aligned block of the atomicity that is asked for:
 *
 *	4096	the block of a bio: a block device promises no more, and kernels
 *		rely on it (checker's default)
 *	512	a sector: what an NVDIMM without a BTT may tear a block into
 *	8	a word that was stored past the caches; a line that was stored to
 *		in the cache, whose stores persist in order
 *
 * With its unit kept a line has all that was stored to it. What lies between (a prefix of
 * a line's stores; the older of two writes of one block) is left out here: for data
 * linecheck.h decides it, for all choices at once.
 */
#ifndef CHECKER_STATES_STATE_UNITS_H
#define CHECKER_STATES_STATE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "checker/persist/persist.h"
#include "checker/states/state.h"

/* Some bytes of a line. */
struct unit_part {
	uint64_t addr;	/* of the line */
	uint64_t bytes; /* a bit for each that the unit changes */
	unsigned char data[DX_TRACE_LINE];
};

struct unit {
	uint64_t addr; /* of the block */
	uint32_t size;
	uint64_t seq; /* of the first store to it that is in flight */
	uint32_t first_part, n_parts;
};

struct units {
	struct unit *unit; /* in the order of their first stores */
	struct unit_part *part;
	size_t n, n_parts, room, parts_room;
};

/* Of all lines in flight. @atomic: 8, 512 or 4096. 0 or -ENOMEM. */
int units_gather(struct units *u, const struct persist *p, uint32_t atomic);

/*
 * The lines of a state in which the units of @set (a bit each) are kept, and the others
 * are lost: as struct state wants them. *@ret is malloc'ed. 0 or -ENOMEM.
 */
int units_lines(const struct units *u, const struct state_medium *durable, const uint64_t *set,
		struct state_line **ret, size_t *ret_n);

/*
 * Has the state of @set a part of what changes a block of STATE_PAGE, and another part not? Units
 * of such blocks cannot make it: it is a state of a medium that tears them. 1, 0 or -ENOMEM.
 */
int units_tear(const struct units *u, const struct state_medium *durable, const uint64_t *set);

/* Of what units_gather() left, also of a zeroed one. */
void units_release(struct units *u);

static inline bool units_has(const uint64_t *set, size_t i)
{
	return set[i / 64] >> i % 64 & 1;
}

static inline void units_add(uint64_t *set, size_t i)
{
	set[i / 64] |= 1ULL << i % 64;
}

static inline void units_drop(uint64_t *set, size_t i)
{
	set[i / 64] &= ~(1ULL << i % 64);
}

/* Words of a set of @n units. */
static inline size_t units_words(size_t n)
{
	return (n + 63) / 64;
}

#endif
