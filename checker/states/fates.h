/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of the states of one crash point: by a kernel that recovers them, or, without
 * one, by what it made of another state that is the same to it (cubes.h).
 *
 * In rounds: in the first of them a state is recovered and says by what it read which others
 * need not be; what is left then goes on. A round takes states only that differ in units which
 * some recovery has read, since the others may be settled after it.
 *
 * That rests on what was told of reads. So one of the states that were spared is recovered all
 * the same, and must come to the end that was said of it.
 */
#ifndef CHECKER_STATES_FATES_H
#define CHECKER_STATES_FATES_H

#include "checker/states/choose.h"
#include "checker/states/outcomes.h"
#include "checker/states/recovery.h"
#include "checker/states/state_image.h"
#include "checker/states/state_units.h"

struct fates_job {
	const struct image *image;
	const struct units *units; /* in flight */
	const struct recovery *recovery;
	struct outcomes *outcomes; /* those of states that are settled go there */
};

/* A state of a chosen set of units. */
struct fate {
	uint64_t state;
	size_t kept; /* units */
	bool asked;  /* somebody was to recover it */
	bool spared; /* nobody was */
};

struct fates {
	struct fate *list; /* in the order in which they were chosen, each state once */
	size_t n, room;
	uint64_t *sets; /* of units: of each of the list, units_words() words */
	size_t sets_room;
	uint64_t chosen;       /* sets, of which some make the same state */
	uint64_t spared;       /* states that were new and were not recovered */
	uint64_t contradicted; /* recovered, and not to the end that was said of them: a mistake */
	double share;	       /* of all 2^units states: whose end is known */
};

/*
 * Of all sets that @c chooses. Afterwards those of @ret whose state is in the outcomes are
 * settled: after an error not all are. -errno: as recovery.h, or -ENOMEM. The caller
 * releases @ret in any case.
 */
int fates_find(const struct fates_job *s, struct choose *c, struct fates *ret, struct err *e);

/* Number @i of the list, made once more, for state_release(). 0 or -ENOMEM. */
int fates_state(const struct fates_job *job, const struct fates *f, size_t i, struct state *ret);

/* Of what fates_find() left, also of a zeroed one. */
void fates_release(struct fates *f);

#endif
