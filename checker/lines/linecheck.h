/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which promised bytes would a power cut lose? Decided cache line by cache line,
 * for all crash states at once, without building one.
 *
 * A byte of the medium can hold, after a crash, what is durable there or what any
 * store in flight to it gave it (persist.h). The oracle says what it may hold
 * (content.h). So it is enough to look twice: when a sync call returns, at what
 * is durable of the bytes that it promised; and at each store to a promised byte,
 * at what it stores, whether it is written back or not. What is in flight later
 * was looked at when it was stored, and what is durable later was in flight.
 *
 * "Given the extents": where a promised byte lies is what the file system says
 * after the sync call has returned. That the extents themselves survive is
 * another question, for which crash states are mounted.
 */
#ifndef CHECKER_LINECHECK_H
#define CHECKER_LINECHECK_H

#include "checker/persist/persist.h"
#include "checker/promise/promise.h"
#include "checker/trace/trace.h"

/* Where in the trace, and by whose code: an @ip below the kernel's half is a program's. */
struct linecheck_site {
	uint64_t seq; /* CONTENT_NEVER: there is none */
	uint64_t ip;
	uint32_t stack;
};

enum linecheck_fault {
	/* At the return of a sync call: what is durable is older than what was promised, */
	LINECHECK_NOT_WRITTEN_BACK, /* the store was never written back, */
	LINECHECK_STALE_WRITE_BACK, /* or only before it was made; */
	LINECHECK_NOT_DRAINED,	    /* it was written back, or past the caches, but not drained */
	/* the program itself reads something else than it wrote there, crash or not; */
	LINECHECK_CONTENT,
	/* the file has nothing there: reads as zeros, which were not written. */
	LINECHECK_HOLE,
	/* At a store: a promised byte was given a value that nobody gave the file. */
	LINECHECK_FOREIGN_STORE,
	LINECHECK_FAULTS
};

/* Of what is broken only under it, a known failure must not hide the rest. */
enum linecheck_condition {
	LINECHECK_READ_ONLY = 1, /* promised by msync() through a descriptor that cannot write */
	LINECHECK_MAP_SYNC = 2,	 /* stored through a mapping with MAP_SYNC */
	LINECHECK_REFLINKED = 4, /* the file shares blocks, or did */
};

struct linecheck_violation {
	enum linecheck_fault fault;
	const struct oplog_op *promise; /* the call; FOREIGN_STORE: NULL */
	unsigned int conditions;	/* enum linecheck_condition */
	const struct tree_file *file;
	uint64_t offset;		     /* of the first byte that is wrong, in the file */
	uint64_t physical;		     /* and on the medium; HOLE: 0 */
	uint64_t bytes;			     /* wrong bytes of its line, in this way */
	const struct content_change *owner;  /* of that byte: what it should be at least */
	unsigned char expected[8], found[8]; /* of its aligned word */
	uint64_t since,
		until; /* events between which a crash shows it; until: CONTENT_NEVER: the end */
	struct linecheck_site store, write_back, fence; /* the last ones, of that byte and line */
	uint64_t alike; /* lines more of the file, wrong in the same way by the same code (ip and
			 * stack) under the same conditions, for the same promise; */
	uint64_t last_line; /* and the offset of the last of them */
};

struct linecheck_counts {
	uint64_t events, stores, stored_bytes, nt_bytes, write_backs, fences, marks;
	uint64_t promises;		   /* sync calls that promised data */
	uint64_t promised_bytes;	   /* checked, each time that it was promised anew */
	uint64_t fresh_bytes, fresh_lines; /* of them: changed since they were promised before */
	uint64_t unplaced_bytes; /* promised, but nobody knows where they lie: not checked */
	uint64_t clean, twice;	 /* lines written back that had nothing new, or were pending */
	uint64_t idle_fences;	 /* fences with nothing to drain */
	uint64_t left_out;	 /* violations beyond those that are kept */
	size_t peak_in_flight;	 /* lines, at most at one time */
};

/* Write-backs and fences of one place in the code. */
struct linecheck_cost {
	struct linecheck_site site; /* seq: of the first */
	bool is_fence;
	uint64_t events, clean, twice; /* fence: clean: with nothing to drain */
	uint32_t next;		       /* linecheck_cost.c's own */
};

/* Bytes of a line that were promised and looked at. */
struct linecheck_obligation {
	uint64_t addr, bytes;
};

struct linecheck_options {
	enum persist_mode mode;
	bool note_obligations;
	bool note_wrong;
	bool note_lines;
	uint64_t leave_out; /* number of a record to pass over (0 is the first); CONTENT_NEVER: none
			     */
};

struct linecheck;

int linecheck_open(struct linecheck **ret, const struct dx_trace_header *header,
		   const struct oplog *log, const struct linecheck_options *o, struct err *e);

/* Takes one record of the trace, in their order. */
int linecheck_record(struct linecheck *lc, const struct trace_record *r, struct err *e);

/* All of @t, from its beginning. */
int linecheck_run(struct linecheck *lc, struct trace *t, struct err *e);

size_t linecheck_violations(const struct linecheck *lc, const struct linecheck_violation **ret);
const struct linecheck_counts *linecheck_counts(const struct linecheck *lc);

/* One for each place, in the order in which they were first seen. */
size_t linecheck_costs(const struct linecheck *lc, const struct linecheck_cost **ret);

/* Those of the record taken last; with note_obligations. */
size_t linecheck_obligations(const struct linecheck *lc, const struct linecheck_obligation **ret);

/*
 * Each byte that is wrong after a call, by a number that is the same in all judgements
 * of one run; with note_wrong.
 */
size_t linecheck_wrong(const struct linecheck *lc, const uint64_t **ret);

/*
 * Each line that is wrong after a call, named in the same way, with the number of the
 * violation that it is counted in; with note_lines.
 */
struct linecheck_line {
	uint64_t name;
	size_t violation;
};
size_t linecheck_lines(const struct linecheck *lc, const struct linecheck_line **ret);

/* In the same way, with note_obligations: those that are right, but may be something else. */
size_t linecheck_unsettled(const struct linecheck *lc, const uint64_t **ret);

/* What was found on the kernel's stack: candidates for frames.h. NULL: no such stack. */
const struct dx_trace_frame *linecheck_stack(const struct linecheck *lc, uint32_t number,
					     size_t *ret_n);

void linecheck_close(struct linecheck *lc);

#endif
