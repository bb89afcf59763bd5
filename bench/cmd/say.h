/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The voice of the commands: only main.c and cmd_*.c use it.
 * stdout carries the result, stderr everything else.
 */
#ifndef BENCH_CMD_SAY_H
#define BENCH_CMD_SAY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/err.h"

/* Exit codes: docs/man/daxbench.md. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FOUND = 1, /* a failure was found: violation, regression, criterion missed */
	EXIT_USAGE = 2,
	EXIT_NO_RUN = 3,  /* could not run: infrastructure, guest died, time-out */
	EXIT_SKIPPED = 4, /* everything was skipped */
};

/* Quiet drops notes, not errors. Colour: "auto", "always", "never". */
void say_init(int verbosity, const char *color);
int say_verbosity(void);
bool say_color(FILE *stream);

/* "daxbench: object: what; hint" on stderr. */
void say_error(const struct err *e);
/* A line on stderr, if verbosity >= @level (0 normal, 1 -v, -1 even with -q). */
void say_note(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A document of ours on stdout, indented, its numbers to the last digit, with a newline. */
void say_json(const json_t *document);

/* The command's exit code for a failed call: -EINVAL is usage, the rest could not run. */
int say_exit_code(const struct err *e);

/* Of two exit codes the one that counts: a signal, 1, 3, 2, 4, 0. */
int say_worse_exit(int a, int b);

/* Width of the terminal behind @stream: its own, COLUMNS, or 0 (not a terminal). */
unsigned int say_width(FILE *stream);

/*
 * Progress on stderr: one line rewritten on a terminal ("[12/36] ext4 pte-store
 * 1:05 left"), a plain line per step elsewhere.
 */
void say_progress(size_t done, size_t total, const char *what);
void say_progress_done(void);

/*
 * The same for what moves in small steps, bytes of a file or others: shown at most four
 * times a second, elsewhere than on a terminal each half minute.
 */
void say_progress_bytes(uint64_t done, uint64_t total, const char *what);
void say_progress_steps(uint64_t done, uint64_t total, const char *what);

#endif
