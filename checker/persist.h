/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The persistence model: what of the stores so far is durable, and what is in
 * flight. The rules are at the top of persist.c.
 *
 * Records of a store trace go in one by one, in the order in which they took
 * effect. Memory: the durable content of what was ever touched, and the pieces
 * that are in flight; a line with nothing in flight costs nothing.
 */
#ifndef CHECKER_PERSIST_H
#define CHECKER_PERSIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxbench/trace.h"
#include "lib/err.h"

enum persist_mode {
	PERSIST_STRICT, /* SFENCE and MFENCE drain: what the architecture says */
	PERSIST_SDM,	/* and whatever else drains on all hardware so far */
	PERSIST_EADR,	/* the caches are durable; past them only after a fence */
	PERSIST_MODES
};

struct persist_options {
	enum persist_mode mode;
	const struct dx_trace_range *range; /* of the medium; copied */
	unsigned int ranges;
};

/* Which event it was. */
struct persist_origin {
	uint64_t seq, ip;
	uint32_t stack;
	uint8_t vcpu;
	bool user;
};

/*
 * A store, or a run of stores, within one line, as far as it is in flight. Only
 * the bytes of @bytes are its own: others were overtaken.
 */
struct persist_piece {
	struct persist_origin origin;
	uint64_t serial; /* grows with each piece */
	uint64_t bytes;	 /* bit i: byte i of the line */
	unsigned char values[DX_TRACE_LINE];
	uint8_t element; /* stores of this many bytes, upwards, one after the other; */
	bool any_order;	 /* or: its words persist in any order */
	bool nt;	 /* past the caches: waits for a fence only */
	bool pending;	 /* written back, or past the caches: the next drain makes it durable */
};

/* What a write-back or fence was worth. */
struct persist_facts {
	uint32_t clean; /* lines written back with nothing in flight */
	uint32_t twice; /* lines written back whose every store waits for the drain already */
	bool idle;	/* the fence had nothing to drain */
};

struct persist;

int persist_open(struct persist **ret, const struct persist_options *o, struct err *e);
void persist_close(struct persist *p);

/* Takes one record. @data: its payload. @facts: zeroed by the caller. 0 or -ENOMEM. */
int persist_apply(struct persist *p, const struct dx_trace_rec *rec, const unsigned char *data,
		  struct persist_facts *facts);

/* What is durable of the line at @addr (a multiple of DX_TRACE_LINE within a range): 64 bytes. */
const unsigned char *persist_durable(const struct persist *p, uint64_t addr);

/* What is in flight to it, oldest first: pieces that are valid until the next record. */
size_t persist_in_flight(const struct persist *p, uint64_t addr, const struct persist_piece **ret);

/* The newest piece in flight to byte @byte of the line. False: there is none. */
bool persist_newest(const struct persist *p, uint64_t addr, unsigned int byte,
		    struct persist_piece *ret);

/* The last write-back of the line since it has something in flight; the last fence of all. */
bool persist_last_write_back(const struct persist *p, uint64_t addr, struct persist_origin *ret);
bool persist_last_fence(const struct persist *p, struct persist_origin *ret);

/* Lines that have something in flight now, and at most so far. */
size_t persist_lines_in_flight(const struct persist *p, size_t *ret_peak);

#endif
