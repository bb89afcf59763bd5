/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sample is measured with.
 *
 * CLOCK_NS: CLOCK_MONOTONIC in nanoseconds, read outside the timed loop only.
 * CLOCK_INSN: the time-stamp counter of a QEMU guest under -icount shift=0,
 * which counts executed instructions, kernel and user, one each. That is a
 * count, never a time.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum clock_unit { CLOCK_NS, CLOCK_INSN };

/* "ns" or "insn", as the result schema has it. */
const char *clock_unit_name(enum clock_unit unit);

/* Now, in @unit, from an arbitrary start. */
uint64_t clock_now(enum clock_unit unit);

/*
 * CLOCK_INSN only: spins until a timer tick has just been served, so that a
 * sample shorter than clock_tick_insn() holds no tick. Gives up after 8 tick
 * lengths (a kernel without a periodic tick). Returns true if a tick was seen.
 */
bool clock_align_to_tick(void);

/* Instructions between two ticks, as measured; 0 before clock_measure_tick(). */
uint64_t clock_tick_insn(void);
void clock_measure_tick(void);

/*
 * What it costs to read the clock twice with nothing between, smallest of
 * many, in @unit. Subtracted from nothing: printed, so that a reader can.
 */
uint64_t clock_overhead(enum clock_unit unit);

/* Local timer interrupts of this machine so far (/proc/interrupts, LOC); -1: unknown. */
int64_t clock_ticks_served(void);

/* How long the CPUs have idled so far, in nanoseconds, together; -1: unknown, or not root. */
int64_t clock_idle_ns(void);

#endif
