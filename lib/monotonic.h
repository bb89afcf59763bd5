/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long something has been waited for. What is measured is read by bench/clock.h. */
#ifndef LIB_MONOTONIC_H
#define LIB_MONOTONIC_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC in milliseconds. */
static inline uint64_t monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

#endif
