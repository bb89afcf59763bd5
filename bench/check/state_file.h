/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One crash state as a file: all that the first NVDIMM holds in it, to be looked at. */
#ifndef BENCH_CHECK_STATE_FILE_H
#define BENCH_CHECK_STATE_FILE_H

#include "bench/check/states.h"

/*
 * Makes the states of @run again, as @o says (it needs no pool), until one has the number
 * @state, as a violation names it, and writes that to @file, sparse. -ENOENT: none has; -EINVAL:
 * it holds something on the second NVDIMM, too.
 */
int state_file_extract(const struct states_options *o, const struct states_run *run, uint64_t state,
		       const char *file, struct err *e);

#endif
