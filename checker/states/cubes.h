/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which states of one crash point need no recovery, as another's says what becomes of them.
 *
 * A recovery is a function of what it reads. Of the units in flight it has read some: all
 * states that agree in these with the one that was recovered (a cube in the space of sets)
 * come to the same end. So a state is never held equal by what one recovery reads in general,
 * only by what that very recovery has read: where a lost unit makes recovery take another
 * way, the states on that way have cubes of their own.
 */
#ifndef CHECKER_STATES_CUBES_H
#define CHECKER_STATES_CUBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cubes;

/* Of @units units. NULL: no memory. */
struct cubes *cubes_open(size_t units);
void cubes_close(struct cubes *c); /* NULL is fine */

/* The state of @set, in no cube yet, was recovered, and has read those of @read. 0 or -ENOMEM. */
int cubes_add(struct cubes *c, const uint64_t *set, const uint64_t *read, uint64_t state);

/* What of the units is not known to be read: all may have been. */
void cubes_add_unknown(struct cubes *c);

/* Has one been recovered that comes to the end of @set's state? *@ret: that one. */
bool cubes_find(const struct cubes *c, const uint64_t *set, uint64_t *ret);

/*
 * A number for @set, of those of its units alone that any recovery has read: sets with the
 * same one may well come to the same end.
 */
uint64_t cubes_key(const struct cubes *c, const uint64_t *set);

/* The share of all 2^units sets whose end is known: 0 to 1, which is said of all alone. */
double cubes_share(const struct cubes *c);

#endif
