/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a recovery has read of the medium before it wrote there: lines, as runs of them. Two
 * states that agree in all of it come to the same end, whatever else differs.
 */
#ifndef CHECKER_STATES_READ_SET_H
#define CHECKER_STATES_READ_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daxbench/trace.h"
#include "lib/err.h"

struct read_set;

/*
 * Of @n runs, copied. They come from a guest: -EBADMSG: they are not ascending and apart, or
 * not of whole lines.
 */
int read_set_make(struct read_set **ret, const struct dx_trace_range *run, size_t n, struct err *e);

/* What is in @a or in @b. NULL: no memory. */
struct read_set *read_set_join(const struct read_set *a, const struct read_set *b);

/* Was the line at @addr read? */
bool read_set_has(const struct read_set *s, uint64_t addr);

size_t read_set_runs(const struct read_set *s, const struct dx_trace_range **ret);

void read_set_free(struct read_set *s); /* NULL is fine */

#endif
