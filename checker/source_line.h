/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which line of which source an address in a program of ours belongs to, from its
 * debug information. The dx_ calls are inlined into workloads from io.h: the line
 * that is wanted is the one in the workload.
 */
#ifndef CHECKER_SOURCE_LINE_H
#define CHECKER_SOURCE_LINE_H

#include <stdint.h>

#include "lib/err.h"

struct source_lines;

/* @path: the program; @text: where it lay in memory (__executable_start). */
int source_lines_open(struct source_lines **ret, const char *path, uint64_t text, struct err *e);

/*
 * "workloads/msync-page.c:33 run()": the innermost of the lines that were inlined
 * into one another whose file has @wanted in its path, else the innermost.
 * -ENOENT: nothing is known of @addr.
 */
int source_lines_find(const struct source_lines *s, uint64_t addr, const char *wanted, char *buf,
		      size_t len);

/* NULL is fine. */
void source_lines_close(struct source_lines *s);

#endif
