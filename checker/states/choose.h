/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which crash states of a crash point are tried: sets of the @n units in flight there
 * that are kept. All 2^n where the budget allows it; else, in this order: none, all, each unit
 * lost alone, each kept alone, each prefix in the order of time, pairs lost, pairs kept, and
 * sets by chance (of the seed). Where the budget is smaller than a class, it takes members
 * spread evenly over it, and the first three classes share what there is.
 *
 * Why these: published crash bugs of file systems show with one or two of the writes of an
 * epoch missing or alone (Chipmunk, EuroSys 2023, bound 2; Silhouette, FAST 2025, two states
 * per store), and prefixes are what every tool that replays a log tries.
 */
#ifndef CHECKER_STATES_CHOOSE_H
#define CHECKER_STATES_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct choose;

/*
 * @matters (may be NULL: all do): a bit for each unit that makes a difference; the others are
 * kept or lost together, as a whole (lost where any is lost that matters, but in "all").
 * NULL: no memory.
 */
struct choose *choose_open(size_t n, const uint64_t *matters, uint64_t budget, uint64_t seed);

/* The next set: its words (state_units.h) are @c's and valid until the next call. NULL: no more. */
const uint64_t *choose_next(struct choose *c);

/* How many units there are to choose from: 2 to this power states are possible. */
size_t choose_free_units(const struct choose *c);

void choose_close(struct choose *c);

#endif
