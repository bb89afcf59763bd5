/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose code it was: sites of a trace in the words of kernel and workload. */
#ifndef BENCH_CHECK_ATTRIBUTION_H
#define BENCH_CHECK_ATTRIBUTION_H

#include <jansson.h>

#include "checker/lines/linecheck.h"

struct attribution;

/*
 * @kallsyms: file of the guest's kernel symbols; NULL or not readable: addresses
 * stay numbers. @text: where the program that ran in the guest, which is the one
 * that runs here, lay there; 0: another program, and @maps is the list of what that had
 * mapped (mapped.h), or NULL.
 */
int attribution_open(struct attribution **ret, const char *kallsyms, uint64_t text,
		     const char *maps, struct err *e);
void attribution_close(struct attribution *a);

/*
 * { "event", "ip", "by": "kernel"|"program", "where", "entry", "stack": [..] };
 * null for a site that is none. where: the workload's line, or the first kernel
 * function that does not only copy; entry: the system call, "page fault", or "".
 */
/* "where" of a program's instruction, alone. */
json_t *attribution_where(const struct attribution *a, uint64_t ip);

json_t *attribution_describe(const struct attribution *a, const struct linecheck *lc,
			     const struct linecheck_site *site);

#endif
