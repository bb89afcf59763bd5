/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is durable: the ranges of the medium, sparse in memory. Private to the persistence model. */
#ifndef CHECKER_PERSIST_MEDIUM_H
#define CHECKER_PERSIST_MEDIUM_H

#include "checker/persist/persist.h"

struct medium {
	struct dx_trace_range range[DX_TRACE_RANGES];
	unsigned char *map[DX_TRACE_RANGES];
	uint32_t ranges;
};

/* All zero. -EINVAL: ranges that are none; -ENOMEM: beyond the address space. */
int medium_init(struct medium *m, const struct dx_trace_range *range, uint32_t ranges,
		struct err *e);

/* NULL: in no range. */
unsigned char *medium_at(const struct medium *m, uint64_t addr);

/* Of what medium_init() left, failed or not; also of all zeros. */
void medium_release(struct medium *m);

#endif
