/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that share the operations of a sample. One alone has nobody to meet. */
#ifndef WORKLOADS_THREADS_H
#define WORKLOADS_THREADS_H

#include "workloads/common.h"

#define THREADS_PARAM                                                                              \
	{                                                                                          \
		"threads", "threads", 2, 1, DX_LOG_WORKERS, "threads, the first one included"      \
	}

/* Returns once all are up, each at its first barrier: their start is not timed. */
static inline int start_threads(struct dx *dx, struct dx_worker *w, dx_worker_fn thread)
{
	uint32_t others = (uint32_t)dx_param(dx, "threads") - 1;
	int r = others ? dx_spawn(dx, others, DX_THREAD, thread) : 0;

	return r || !others ? r : dx_barrier(w);
}

static inline int meet(struct dx_worker *w)
{
	return w->dx->team ? dx_barrier(w) : 0;
}

/* The first of worker @id's operations, and of those that come after the last worker's. */
static inline uint64_t share_begins(const struct dx *dx, uint64_t n, uint32_t id)
{
	return n * id / dx_param(dx, "threads");
}

#endif
