/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a killed run can leave in the kernel. Most things die with the process
 * (mounts in its namespace, locks, QEMU); these do not:
 *
 *	tracefs instances	daxbench-PID, where no such process is
 *	device-mapper		a uuid that begins with DAXBENCH-
 *	mounts			of a file system of ours (label) in this namespace, which
 *				only a person can have made
 */
#ifndef BENCH_TARGET_LEFTOVER_H
#define BENCH_TARGET_LEFTOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

/*
 * Calls @say with each; removes it then if @remove. What cannot be read (an
 * ordinary user, no tracefs) is not there for this user. A removal that fails
 * is the error, and ends it.
 */
int leftover_each(bool remove, void (*say)(void *data, const char *what), void *data,
		  struct err *e);

/* Is @name ("daxbench-123") of a process that is gone? Others' names never are. */
bool leftover_is_stale(const char *name);

#endif
