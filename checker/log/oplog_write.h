/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The writing side of the operation log: set-up of a log in a mapped region.
 * The calls of the check lens themselves (dx_log_begin() and so on) are
 * declared in daxbench/io.h, where the dx_ calls stand that make them.
 */
#ifndef CHECKER_OPLOG_WRITE_H
#define CHECKER_OPLOG_WRITE_H

#include "daxbench/workload.h"

/* What the header says of the run. Texts are cut to what the header holds. */
struct oplog_about {
	const char *workload, *params, *kernel, *fs, *program;
	uint64_t seed;
	uint64_t n;    /* operations of run() */
	uint64_t run;  /* its name: that of the store trace, too */
	uint64_t text; /* where the program begins in memory */
};

/*
 * Makes an empty log of @size bytes at @base: a shared mapping, written whole,
 * so that no store to it faults later. The magic comes last. -ENOSPC: too small
 * for a page of records for each worker.
 */
int oplog_create(void *base, uint64_t size, const struct oplog_about *about);

/*
 * Lets the workers of @dx log to it, from now on, in this process and in those
 * that it forks. One log at a time in a process. -errno: no memory.
 */
int oplog_attach(void *base, struct dx *dx);

/* The workers log no more. The region may be unmapped. */
void oplog_detach(struct dx *dx);

/* How fast the ticks of the records are; known only after a while. */
void oplog_set_tick_rate(void *base, uint64_t ticks_per_second);

#endif
