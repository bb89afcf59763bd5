/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is a checker's silence worth? One record of a trace at a time is left out,
 * a store, a write-back or a fence, as if the kernel or the program had forgotten
 * it, and the run is judged again. It must be caught where a promise depended on
 * it, and only there: witness.h says which, by other means.
 */
#ifndef CHECKER_REMOVAL_H
#define CHECKER_REMOVAL_H

#include "checker/lines/linecheck.h"
#include "checker/lines/witness.h"

enum removal_kind { REMOVAL_STORE, REMOVAL_WRITE_BACK, REMOVAL_FENCE, REMOVAL_KINDS };

struct removal_counts {
	uint64_t tried, caught;
	uint64_t explained[WITNESS_REASONS]; /* not caught, and why not */
	uint64_t wrong;	      /* caught though not needed, or needed and not caught */
	uint64_t first_wrong; /* number of that record */
};

/*
 * Leaves out @n of the trace's records, chosen by @seed, or all of them (@n 0).
 * @ret has a member for each kind.
 */
int removal_try(const char *trace, const char *log, uint64_t seed, uint64_t n,
		struct removal_counts ret[REMOVAL_KINDS], struct err *e);

/* "store", ...; and why a record could be left out: "overwritten before the promise". */
const char *removal_kind_name(enum removal_kind kind);
const char *removal_reason_name(enum witness_reason reason);

#endif
