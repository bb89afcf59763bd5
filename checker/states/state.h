/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A crash state: what the medium holds when the power comes back. It is what is durable
 * with some lines laid over it.
 */
#ifndef CHECKER_STATES_STATE_H
#define CHECKER_STATES_STATE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "daxbench/trace.h"

#define STATE_PAGE 4096ULL

/* The NVDIMMs: guest-physical ranges with what is durable in them. */
struct state_medium {
	struct dx_trace_range range[DX_TRACE_RANGES];
	const unsigned char *content[DX_TRACE_RANGES]; /* all of it, readable; sparse in memory */
	/*
	 * Bit i % 64 of word i / 64: page i of the range may be something else than zeros, or
	 * has been since the medium was made.
	 */
	const uint64_t *touched[DX_TRACE_RANGES];
	uint32_t ranges;
};

/* What it holds at @addr, up to the end of the range; NULL: it is in none. */
static inline const unsigned char *state_medium_at(const struct state_medium *m, uint64_t addr)
{
	for (uint32_t i = 0; i < m->ranges; i++)
		if (addr - m->range[i].base < m->range[i].size)
			return m->content[i] + (addr - m->range[i].base);
	return NULL;
}

/* A line that is not as on the medium. */
struct state_line {
	uint64_t addr; /* a multiple of DX_TRACE_LINE */
	unsigned char data[DX_TRACE_LINE];
};

struct state {
	const struct state_line *lines; /* in ascending order, none twice */
	size_t n_lines;
	uint64_t hash; /* of all that the medium holds then: equal states have equal ones */
};

/* Of one whose lines units_lines() made. */
static inline void state_release(struct state *s)
{
	free((void *)(uintptr_t)s->lines);
	s->lines = NULL;
}

#endif
