/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Samples of one cell: how many operations each, how many, and what they say.
 * Runs in the cell's own process, where a crash harms nobody else.
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include "bench/dx.h"
#include "bench/runner.h"

/*
 * Measures @dx into @ret: calibration, a warm-up, samples until they are
 * enough, the proof. -errno with @e: a prepare() or run() failed.
 */
int sample_cell(struct dx *dx, const struct runner_options *o, struct cell_result *ret,
		struct err *e);

#endif
