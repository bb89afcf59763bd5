/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of the states that were recovered, by the hash of the state. Equal dumps are kept
 * once. */
#ifndef CHECKER_STATES_OUTCOMES_H
#define CHECKER_STATES_OUTCOMES_H

#include "checker/states/dump.h"

struct outcomes;

struct outcomes *outcomes_new(void); /* NULL: no memory */
void outcomes_free(struct outcomes *o);

/* NULL: that state was not recovered. */
const struct dump *outcomes_find(const struct outcomes *o, uint64_t state);

/* Takes @dump over, also when it fails. -ENOMEM. */
int outcomes_add(struct outcomes *o, uint64_t state, struct dump *dump);

/* @state comes to the same end as @other, which is there. 0 or -ENOMEM. */
int outcomes_add_same(struct outcomes *o, uint64_t state, uint64_t other);

/* States, and different dumps. */
size_t outcomes_states(const struct outcomes *o);
size_t outcomes_dumps(const struct outcomes *o);

#endif
