/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cell that fio does: what sample.h is for workloads of our own. Runs in the
 * cell's own process, which it takes to the cell's directory.
 */
#ifndef BENCH_FIO_FIO_H
#define BENCH_FIO_FIO_H

#include "bench/dx.h"
#include "bench/runner.h"

/*
 * Runs the job of @dx's workload into @ret, with ret->fio. -EOPNOTSUPP with @e: there
 * is no fio, or it has not the engine; other -errno: it failed, and what it said.
 */
int fio_cell(struct dx *dx, const struct runner_options *o, struct cell_result *ret, struct err *e);

#endif
