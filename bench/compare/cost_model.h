/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A model, not a measurement: what counted work might cost on hardware, so that a
 * difference in instructions is seen beside what flushing costs anyway.
 *
 *	ns = insn * instructions + line * lines written back + fence * fences
 *
 * insn	0.33 ns: one instruction a cycle at 3 GHz, an assumption; kernel code is between half
 *	and twice that.
 * line	28 ns: 64 bytes at 2.3 GB/s, the write bandwidth of one Optane DC module (Izraelevitz
 *	et al., Basic Performance Measurements of the Intel Optane DC Persistent Memory
 *	Module, arXiv 1903.05714). Write-backs of a flush stand behind one another, so it
 *	is bandwidth that they wait for.
 * fence	62 ns: what a store waits that is written back and fenced alone (Yang et al., An
 *	Empirical Guide to the Behavior and Use of Scalable Persistent Memory, FAST 2020,
 *	figure 2).
 *
 * It knows no cache misses, no TLB flushes and no other CPU. Whoever has better constants
 * gives them.
 */
#ifndef BENCH_COMPARE_COST_MODEL_H
#define BENCH_COMPARE_COST_MODEL_H

#include <jansson.h>
#include <stdio.h>

#include "bench/compare/compare.h"

struct cost_model {
	double insn, line, fence; /* ns */
};

#define COST_MODEL_DEFAULT                                                                         \
	(struct cost_model)                                                                        \
	{                                                                                          \
		0.33, 28, 62                                                                       \
	}

/* "0.25,10,40". -EINVAL: not three numbers from 0 to 1e6. */
int cost_model_parse(const char *text, struct cost_model *ret);

/*
 * ns per operation of both cells of @row, and of that what is written back and fenced
 * (@flushing). -ENODATA: a cell was not counted (--counts).
 */
int cost_model_row(const struct cost_model *m, const struct compare_row *row, double ret_ns[2],
		   double ret_flushing[2]);

/* { insn, line, fence, ns: [A, B], flushing: [A, B] }, or null. */
json_t *cost_model_to_json(const struct cost_model *m, const struct compare_row *row);

/* A line for each row that was counted and is not the same on both sides. */
void cost_model_print(FILE *out, const struct cost_model *m, const struct comparison *c);

#endif
