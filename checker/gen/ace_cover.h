/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pairwise cover of the cases of length 2: each value of the first step
 * (ace_step_values()) and each of the second meet in some case, if they meet in any.
 *
 * Greedy, as AETG (Cohen et al.: IEEE TSE 1997) is: of the pairs that are open, in
 * an order that the seed gives, the next is taken; of some cases that have it, drawn
 * by the seed, the one that covers most that is open. A pair is impossible only after
 * all acts that could have it were tried. The same seed and features give the
 * same cover, on any machine.
 */
#ifndef CHECKER_GEN_ACE_COVER_H
#define CHECKER_GEN_ACE_COVER_H

#include "checker/gen/ace_case.h"

struct ace_cover {
	struct ace_case *cases; /* malloc'ed; the caller frees */
	size_t n;
	size_t pairs; /* that are possible, and so are in some case */
};

/* -ENOMEM, or a fault of ours in a case: then nothing is to be freed. */
int ace_cover_make(struct ace_cover *ret, uint64_t seed, unsigned int features, struct err *e);

/* All cases of length 1 that are possible, by number; malloc'ed, the caller frees. */
int ace_all_steps(unsigned int features, struct ace_case **ret, size_t *ret_n, struct err *e);

#endif
