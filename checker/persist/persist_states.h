/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All contents that lines can have after a crash. Private to the persistence model. */
#ifndef CHECKER_PERSIST_STATES_H
#define CHECKER_PERSIST_STATES_H

#include "checker/persist/persist_medium.h"
#include "checker/persist/persist_table.h"

/* As persist_line_states(). */
int states_of_lines(const struct table *t, const struct medium *m, uint32_t atomic,
		    const uint64_t *addr, size_t n, size_t max, unsigned char **ret, size_t *ret_n);

#endif
