/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is what recovery left a file system that is whole, and that can be used? And its repair. */
#ifndef BENCH_RECOVER_PROVE_H
#define BENCH_RECOVER_PROVE_H

#include "bench/recover/mounting.h"
#include "checker/states/dump.h"

/* Runs its fsck, which changes nothing, and adds the step DUMP_FSCK. Nothing is mounted. */
void prove_fsck(const struct mounting *m, struct dump_out *out);

/*
 * Has its fsck repair what a crash left of a file system without a journal, and adds the step
 * DUMP_REPAIR; nothing is mounted. What it was about is told only where it failed: of the others
 * what came of them is looked at.
 */
void prove_repair(const struct mounting *m, struct dump_out *out);

/*
 * In the root of what is mounted: makes a file, writes to it, fsync, reads it back, removes
 * it. 0 or errno; @ret_what: which of these it was.
 */
int prove_write(const char **ret_what);

#endif
