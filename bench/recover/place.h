/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts crash states onto the NVDIMMs of a guest, which are memory files of ours that QEMU
 * has mapped too.
 *
 * Nothing is assumed about what the guest wrote: each page that the medium has touched, or
 * that the file has allocated, is compared with what it must be. All others are zeros on
 * both sides.
 */
#ifndef BENCH_RECOVER_PLACE_H
#define BENCH_RECOVER_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/recover/journal.h"
#include "checker/states/state.h"
#include "lib/err.h"

#define PLACE_NVDIMMS 2

struct place {
	struct dx_trace_range range[PLACE_NVDIMMS]; /* guest-physical */
	int fd[PLACE_NVDIMMS];			    /* -1: none */
	unsigned char *map[PLACE_NVDIMMS];
	uint64_t *pages; /* bits: those of one that have to be looked at */
	/* Guest-physical addresses of pages that differ from the medium they were compared with. */
	uint64_t *differs;
	size_t n_differs, room;
	bool compared; /* they are up to date */
};

/* Files of zeros of these ranges, pages each of them. */
int place_open(struct place *p, const struct dx_trace_range range[PLACE_NVDIMMS], struct err *e);

/* Of what place_open() left, failed or not. */
void place_release(struct place *p);

/*
 * Finds what differs from @m, anew. What the guest writes later is not known: until
 * place_put() it must not. -EINVAL: a range of @m is no NVDIMM here.
 */
int place_compare(struct place *p, const struct state_medium *m, struct err *e);

/* The medium is another one, or what it holds has changed, or the guest was at work. */
void place_forget(struct place *p);

/*
 * From then on the NVDIMMs hold exactly @s of @m, and zeros where @m has none.
 * @ret_pages (may be NULL): how many pages had to be written. -EINVAL, too: a line that is
 * in no range.
 */
int place_put(struct place *p, const struct state_medium *m, const struct state *s,
	      size_t *ret_pages, struct err *e);

/* Of the first @bytes of each range of @m: a sum of numbers for each page that is not zeros. */
uint64_t place_hash_head(const struct state_medium *m, uint64_t bytes);

/* Of all of it but the journal. */
struct place_hash {
	struct journal journal[DX_TRACE_RANGES];
	uint64_t medium;
};

/* Of what @m holds. */
void place_hash_begin(struct place_hash *h, const struct state_medium *m);

/* Of what is on the NVDIMMs, after place_compare() with that @m. */
uint64_t place_hash(const struct place *p, const struct state_medium *m,
		    const struct place_hash *h);

#endif
