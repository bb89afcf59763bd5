// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Instructions are read from the time-stamp counter. Under QEMU's TCG with
 * -icount shift=0 the counter is the virtual clock, which advances by one for
 * each instruction executed (QEMU: docs/devel/tcg-icount.rst), so it needs no
 * frequency and goes through no conversion of the kernel's.
 *
 * A timer tick inside a sample adds its instructions. Ticks are found from user
 * space by spinning on the counter: two reads are a few instructions apart, and
 * a gap a hundred times as long is an interrupt that was served between them.
 */
#include "bench/clock.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#define GAP	  800ULL      /* instructions: the shortest interrupt is longer, the loop is 10 */
#define TICKS_MAX 20000000ULL /* of HZ=100 two fit; no tick for so long: there is none */

static uint64_t tick_insn;

const char *clock_unit_name(enum clock_unit unit)
{
	return unit == CLOCK_INSN ? "insn" : "ns";
}

uint64_t clock_now(enum clock_unit unit)
{
	struct timespec t;

	if (unit == CLOCK_INSN)
		return __rdtsc();
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000ULL + (uint64_t)t.tv_nsec;
}

bool clock_align_to_tick(void)
{
	uint64_t start = __rdtsc(), last = start, now;
	uint64_t patience = tick_insn ? 8 * tick_insn : TICKS_MAX;

	while ((now = __rdtsc()) - start < patience) {
		if (now - last > GAP)
			return true;
		last = now;
	}
	return false;
}

/* The median of three lengths: another interrupt between two ticks makes one too short. */
void clock_measure_tick(void)
{
	uint64_t length[3], first;

	tick_insn = 0;
	for (int i = 0; i < 3; i++) {
		if (!clock_align_to_tick())
			return;
		first = __rdtsc();
		if (!clock_align_to_tick())
			return;
		length[i] = __rdtsc() - first;
	}
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 2; k++)
			if (length[k] > length[k + 1]) {
				uint64_t swap = length[k];

				length[k] = length[k + 1];
				length[k + 1] = swap;
			}
	tick_insn = length[1];
}

uint64_t clock_tick_insn(void)
{
	return tick_insn;
}

uint64_t clock_overhead(enum clock_unit unit)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 1000; i++) {
		uint64_t start = clock_now(unit), end = clock_now(unit);

		if (end - start < least)
			least = end - start;
	}
	return least;
}

/* The line "LOC:  1234  5678  Local timer interrupts": a count per CPU. */
int64_t clock_ticks_served(void)
{
	AUTO_FREE char *text = NULL;
	char *line, *end;
	int64_t sum = 0;

	if (file_read(AT_FDCWD, "/proc/interrupts", 1 << 20, &text, NULL))
		return -1;
	line = strstr(text, "LOC:");
	if (!line)
		return -1;
	for (line += 4;; line = end) {
		long long n = strtoll(line, &end, 10);

		if (end == line)
			return sum;
		sum += n;
	}
}

/* Lines ".idle_sleeptime : 1234 nsecs" and ".iowait_sleeptime: 12 nsecs", two for each CPU. */
int64_t clock_idle_ns(void)
{
	AUTO_FREE char *text = NULL;
	int64_t sum = 0;
	bool found = false;

	if (file_read(AT_FDCWD, "/proc/timer_list", 1 << 24, &text, NULL))
		return -1;
	for (char *p = text; (p = strstr(p, "_sleeptime")); found = true) {
		p += strcspn(p, ":\n");
		if (*p != ':')
			return -1;
		sum += strtoll(p + 1, &p, 10);
	}
	return found ? sum : -1;
}
