/* SPDX-License-Identifier: GPL-2.0-or-later */
/* daxbench shell --state: a crash state that a check has found wrong, by what it kept. */
#ifndef BENCH_CMD_CMD_SHELL_STATE_H
#define BENCH_CMD_CMD_SHELL_STATE_H

#include "lib/err.h"

/*
 * Makes the state of that @number (16 digits, as a violation has it) anew, from the trace that lies
 * beside the results @word (as results_find() has it), and writes it to @file. -ENOENT: no
 * violation there is of that state, or its trace is gone.
 */
int shell_state(const char *word, const char *number, const char *file, struct err *e);

#endif
