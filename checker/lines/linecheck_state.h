/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of linecheck share: nobody else includes it. linecheck.c looks when
 * there is something to look at; what it finds is kept by linecheck_found.c, what
 * write-backs and fences cost is counted by linecheck_cost.c.
 */
#ifndef CHECKER_LINECHECK_STATE_H
#define CHECKER_LINECHECK_STATE_H

#include "checker/lines/linecheck.h"

#define LINECHECK_COST_BUCKETS 4096U

struct linecheck_frames {
	struct dx_trace_frame *frame;
	size_t n;
};

/* Bytes of files after calls, each by a number (linecheck_wrong()). */
struct linecheck_names {
	uint64_t *list;
	size_t n, room;
};

struct linecheck {
	struct linecheck_options options;
	struct persist *persist;
	struct promise *promise;
	uint64_t records; /* seen so far */
	uint64_t seq;	  /* of the record being taken */
	struct linecheck_counts counts;

	struct linecheck_violation *violations;
	size_t n_violations, room, first_open; /* open: until is not known yet */
	uint64_t reports;		       /* calls of linecheck_report() */
	struct linecheck_names wrong, unsettled;
	struct linecheck_line *lines;
	size_t n_lines, line_room;

	struct linecheck_cost *costs;
	size_t n_costs, cost_room;
	struct linecheck_obligation *obligations;
	size_t n_obligations, obligation_room;
	struct linecheck_frames *stacks; /* number 1 is the first */
	uint32_t n_stacks;
	size_t stack_room;
	/* Index + 1 of the cost last added to this bucket; cost.next: of the one before it. */
	uint32_t cost_of[LINECHECK_COST_BUCKETS];
};

/*
 * Bytes @bad of a line of @p are wrong, which holds @values. @op: the call whose promise
 * that breaks; @store: the store that does, NULL: the one that should be durable is looked
 * for, and what of it is missing. 0 or -ENOMEM.
 */
int linecheck_report(struct linecheck *lc, const struct content_page *p, unsigned int line,
		     uint64_t bad, const unsigned char *values, const struct oplog_op *op,
		     enum linecheck_fault fault, const struct linecheck_site *store);

/* Adds to @names those @bytes of a line of @p, after the call @op. 0 or -ENOMEM. */
int linecheck_note(struct linecheck_names *names, const struct content_page *p, unsigned int line,
		   uint64_t bytes, const struct oplog_op *op);

/* Something has become durable: violations that it mends end here. */
void linecheck_close_violations(struct linecheck *lc);

/* A write-back or a fence that was just applied. 0 or -ENOMEM. */
int linecheck_count_cost(struct linecheck *lc, const struct dx_trace_rec *rec);

#endif
