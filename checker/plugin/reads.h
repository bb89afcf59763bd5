/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which lines of persistent memory were read before they were written: what the CPUs did
 * since reads_begin() can depend on nothing else of what it holds.
 *
 * Counted by aligned words of 8 bytes for what is written, since a line is stored to in
 * pieces, and by lines for what is read. A word that was stored to in part only is not
 * written: to say that too much was read is no mistake.
 */
#ifndef CHECKER_PLUGIN_READS_H
#define CHECKER_PLUGIN_READS_H

#include <stdint.h>

#include "daxbench/trace.h"

struct reads;

/* NULL: no memory. */
struct reads *reads_open(const struct dx_trace_range *range, uint32_t ranges);
void reads_close(struct reads *r);

/* Nothing was read or written until here. */
void reads_begin(struct reads *r);

/* An access of at most a page, within one range; others are none of ours. */
void reads_load(struct reads *r, uint64_t addr, uint32_t len);
void reads_store(struct reads *r, uint64_t addr, uint32_t len);

/*
 * What was read, as runs of whole lines in ascending order of address, none adjoining the next.
 * At most @room of them are put into @run. Returns how many there are.
 */
uint64_t reads_runs(const struct reads *r, struct dx_trace_range *run, uint64_t room);

#endif
