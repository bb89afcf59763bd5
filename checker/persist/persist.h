/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What persistent memory can hold after a crash, at each point of a store trace.
 * The model is in prose at the top of persist.c.
 *
 * The trace is fed record by record to persist_apply(). In between one can ask
 * what is durable (persist_durable()), what is in flight (persist_line() and the
 * pieces that it leads to), and for all contents that a few lines can have
 * (persist_line_states()). A byte of a line can be, after a crash here, what is
 * durable of it or the value in any piece that has its bit in @bytes: the rules
 * limit only which values go together.
 *
 * Addresses are guest-physical, of bytes; a line is the DX_TRACE_LINE bytes at
 * an address that is a multiple of that. Records of a trace are hostile: what is
 * outside the ranges is left out, a record that contradicts itself is -EBADMSG.
 *
 * Memory: pages of the medium that are durable and not zero, and one piece per
 * part of a run that falls into a line, as long as it is in flight. What is no
 * longer in flight is used again for what is, and given back at the end.
 */
#ifndef CHECKER_PERSIST_H
#define CHECKER_PERSIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxbench/trace.h"
#include "lib/err.h"

/* More pieces in flight than this are -ENOBUFS: the trace of no sane program. */
#define PERSIST_MAX_PIECES (1U << 24)

enum persist_mode {
	PERSIST_STRICT, /* SFENCE and MFENCE drain */
	PERSIST_SDM,	/* LOCK, serialising instructions and I/O as well */
	PERSIST_EADR,	/* write-back stores are durable when executed; else as strict */
	PERSIST_MODES
};

/* As users write them: "strict", "sdm", "eadr". */
extern const char *const persist_mode_names[PERSIST_MODES];

struct persist_options {
	enum persist_mode mode;
	uint32_t atomic; /* bytes: 8 (also 0), 512 or 4096; persist_line_states() alone uses it */
	uint32_t ranges;
	struct dx_trace_range range[DX_TRACE_RANGES]; /* whole lines, apart from one another */
};

/* How the stores of a piece persist. */
enum persist_kind {
	PERSIST_ORDERED, /* one after the other, each whole: stores of @size aligned bytes */
	PERSIST_STEP,	 /* any subset of its 8-byte words, but before any later WB piece */
	PERSIST_NT,	 /* any subset of its 8-byte words, in no order with other words */
};

/*
 * A store, or stores of one run, to one line that are in flight, in the order in
 * which they took effect. Belongs to the struct persist; valid until the next
 * persist_apply(), as is all that is returned here.
 */
struct persist_piece {
	struct persist_piece *next; /* took effect later; NULL: the last one */
	uint64_t seq;		    /* of its first store: event number in the trace */
	uint64_t run;		    /* of the first store of the record that it is from */
	uint64_t ip;		    /* of that record */
	uint64_t bytes;	     /* bit i: byte i of the line is in it and not durable; never 0 */
	uint64_t pending;    /* bit v: vCPU v has written it back, or stored it NT; not drained */
	uint32_t stack;	     /* of that record */
	uint8_t vcpu, flags; /* of that record */
	uint8_t kind;	     /* enum persist_kind */
	uint8_t size;	     /* bytes of one of its stores in this line */
	uint8_t off, len;    /* of its data in the line */
	uint8_t skip;	     /* bytes of its first store that are in the line before */
	unsigned char data[];
};

/* What byte @byte (0 to 63) of the line is once this piece persisted: its bit is in @bytes. */
static inline unsigned char persist_piece_byte(const struct persist_piece *piece, unsigned int byte)
{
	return piece->data[byte - piece->off];
}

/* Which event stored that byte. */
static inline uint64_t persist_piece_seq(const struct persist_piece *piece, unsigned int byte)
{
	return piece->seq + (byte - piece->off + piece->skip) / piece->size;
}

/* An event, for reports. */
struct persist_event {
	bool happened;
	uint8_t vcpu, detail; /* as in its record */
	uint32_t stack;
	uint64_t seq, ip;
};

/* A line of which something is in flight. */
struct persist_line {
	uint64_t addr;
	struct persist_piece *first; /* never NULL */
	/* The last of each since it was last wholly durable; what @drain left is still here. */
	struct persist_event write_back, drain;
};

/* What a record did. */
struct persist_effect {
	/* Lines whose possible contents are others now; one may be named twice. */
	const uint64_t *changed;
	size_t n_changed;
	/* WRITE_BACK, lines of the ranges: had nothing of the cache in flight, ... */
	uint32_t clean;
	/* ... only what this vCPU had written back already, ... */
	uint32_t twice;
	/* ... or something that had to be written back. */
	uint32_t needed;
	/* FENCE: it drains in this mode; how many lines it had to drain: 0, it was for nothing. */
	bool drains;
	uint32_t drained;
};

struct persist;

/* All of the medium is zero. -EINVAL: options that make no sense; -ENOMEM. */
int persist_open(struct persist **ret, const struct persist_options *options, struct err *e);

/*
 * STORE, WRITE_BACK, FENCE and IMAGE (which is durable) have effects; all other
 * kinds have none. @data: the payload. After an error the model is not to be
 * used further. -EBADMSG, -ENOMEM, -ENOBUFS.
 */
int persist_apply(struct persist *p, const struct dx_trace_rec *rec, const unsigned char *data,
		  struct err *e);

/* What the last record did; valid until the next one. */
const struct persist_effect *persist_effect(const struct persist *p);

/*
 * What is durable at @addr, readable up to the end of its range; NULL: in no
 * range. The pointer stays valid, the content is that of now.
 */
const unsigned char *persist_durable(const struct persist *p, uint64_t addr);

/* The line that has @addr in it, or NULL: nothing of it is in flight. */
const struct persist_line *persist_line(const struct persist *p, uint64_t addr);

/* All lines in flight, in no useful order: after @line, the first for NULL; NULL at the end. */
const struct persist_line *persist_next(const struct persist *p, const struct persist_line *line);

/* How many lines, how many pieces are in flight. */
size_t persist_in_flight(const struct persist *p, size_t *ret_pieces);

/* The last fence of @vcpu that drains in this mode; !happened: none. */
struct persist_event persist_last_fence(const struct persist *p, unsigned int vcpu);

/*
 * All contents that the @n lines at @addr (distinct, in a range) can have after a
 * crash, each once: @ret_n times @n * DX_TRACE_LINE bytes at @ret, which the
 * caller frees. -E2BIG: they are more than @max, or with atomic > 8 the choices
 * are, before equal results count as one. -ENOENT: a line is in no range.
 */
int persist_line_states(const struct persist *p, const uint64_t *addr, size_t n, size_t max,
			unsigned char **ret, size_t *ret_n);

/* NULL is fine. */
void persist_close(struct persist *p);

#endif
