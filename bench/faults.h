/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proving pass: what the kernel's DAX code really did during a sample.
 *
 * The fs_dax tracepoints are read through an instance of tracefs of our own,
 * only while a proof runs: tracing is off in a timed pass. Sources of the
 * meaning of each event: include/trace/events/fs_dax.h and fs/dax.c of
 * Linux 6.1 and 6.12.
 */
#ifndef BENCH_FAULTS_H
#define BENCH_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "daxbench/workload.h"
#include "lib/err.h"

struct faults;

/*
 * Makes the instance and turns the events on.
 * -ENOENT: the kernel has no fs_dax events, or no tracefs is mounted (hint
 * says which); -EPERM: needs root.
 */
int faults_open(struct faults **ret, struct err *e);

/*
 * Counts from here on, on the file system that @root (a descriptor, or -1: any) is on.
 * The buffer has room for what is @wanted. -ENOMEM: the machine has not.
 */
int faults_start(struct faults *f, int root, const struct dx_counts *wanted, struct err *e);

/* KiB of each CPU's buffer for the events of @wanted, twice, where it says a number. */
uint64_t faults_buffer_kib(const struct dx_counts *wanted);

/*
 * Stops and reads what came since faults_start(): faults of this process, its
 * threads and children; write-back by whoever does it, for sync(2) leaves it
 * to a thread of the kernel. -EOVERFLOW: the buffer lost events, the counts
 * would lie.
 */
int faults_stop(struct faults *f, struct dx_counts *ret, struct err *e);

/* Removes the instance. NULL is fine. */
void faults_close(struct faults *f);

/*
 * Compares field by field; DX_ANY in @want matches all, DX_SOME all but 0, and what was not
 * seen is matched. True if all match;
 * else @why names each field: "pte_faults 9, expected 8".
 */
bool faults_match(const struct dx_counts *want, const struct dx_counts *seen, char *why,
		  size_t len);

/* "4K", "2M", "mixed" or "-": the page size that the faults were of. */
const char *faults_page_size(const struct dx_counts *seen);

#endif
