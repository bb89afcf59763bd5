/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The struct dx that a workload is handed, for either lens: made, used for any
 * number of samples, taken down.
 */
#ifndef BENCH_DX_H
#define BENCH_DX_H

#include "bench/select.h"
#include "bench/target/target.h"

/* Largest dx_write(), dx_read() or dx_copy(): a worker's buffer. */
#define DX_BUFFER DX_PMD

/*
 * Makes the directory @cell in @t (which may be NULL for workloads that need
 * no file system), opens it as @ret->root, and gives worker 0, room for the
 * others and the private state, all in memory that forked workers share.
 */
int dx_setup(struct dx **ret, const struct selection *s, struct target *t, const char *cell,
	     uint64_t seed, struct err *e);

/* One prepare(), on zeroed private state, for @n operations. */
int dx_prepare(struct dx *dx, uint64_t n);
int dx_run(struct dx *dx, uint64_t n);

/*
 * Says in @e that dx_prepare() failed with @r at @stage, or why it refused, and returns
 * the code. What has no room on the device (-ENOSPC) cannot be had here: -EOPNOTSUPP.
 */
int dx_prepare_failed(const struct dx *dx, int r, const char *stage, struct err *e);

/*
 * Says in @e that dx_run() failed with @r at @stage, and returns the code. What
 * prepare() cannot have here is skipped (-EOPNOTSUPP); what run() is refused
 * after that, or has no room for, is a failure (-EIO).
 */
int dx_run_failed(const struct dx *dx, int r, const char *stage, struct err *e);

void dx_finish(struct dx *dx);

/* NULL is fine. The cell's directory is left to target_cell_done(). */
void dx_teardown(struct dx *dx);

#endif
