/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIGINT, SIGTERM and SIGHUP: the first asks us to unwind, the second ends us at once. */
#ifndef BENCH_INTERRUPT_H
#define BENCH_INTERRUPT_H

/* 0, or the number of the signal that came. Loops that take long look at it. */
extern volatile int interrupted;

void interrupt_catch(void);

#endif
