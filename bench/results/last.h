/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cells of a run gave before: in the newest whole set of the same kernel, or
 * in a baseline, whatever its kernel. Only what `compare` would not refuse is a last
 * figure (compare_refuses_sets()): a figure of another machine, another
 * emulator or another unit is none.
 */
#ifndef BENCH_RESULTS_LAST_H
#define BENCH_RESULTS_LAST_H

#include "bench/results/results_read.h"

#define LAST_MAX_SETS 32 /* that are looked through, the newest first */

struct last {
	struct results_file now;
	struct results_file *sets; /* that cells were found in */
	size_t n_sets;
	const struct results_cell **cells; /* for each of now, or NULL: of a set, or the baseline */
};

/*
 * Looks under @base for what the cells of @document gave before. A set that cannot be
 * read is none. The set of @document itself must not be whole yet. 0, -ENOMEM, or why
 * @document cannot be read.
 */
int last_find(const char *base, const json_t *document, struct last *ret, struct err *e);

/* The same in @baseline, which must live as long. */
int last_in_baseline(const struct results_file *baseline, const json_t *document, struct last *ret,
		     struct err *e);

/* Has any cell a last figure? */
bool last_any(const struct last *l);

/*
 * For cell @i: "same", else the figure and by how much the one now is more or
 * less: "28.4 us +3.1%"; in brackets where both 95 % intervals overlap, so that
 * it may be chance. @brief: without the figure. "-": there is none. Returns @buf.
 */
char *last_format(const struct last *l, size_t i, bool brief, char *buf, size_t len);

/* Zeroed is fine. */
void last_release(struct last *l);

#endif
