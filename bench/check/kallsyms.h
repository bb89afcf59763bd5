/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's text symbols on the machine that is recorded, for the report that
 * the host makes later (checker/names/symbols.h): addresses in a trace say nothing
 * once that kernel and its modules are gone.
 */
#ifndef BENCH_CHECK_KALLSYMS_H
#define BENCH_CHECK_KALLSYMS_H

#include <stddef.h>

#include "lib/err.h"

/*
 * /proc/kallsyms, of which only the lines are left that symbols_parse() looks
 * at. @ret is malloc'ed and the caller's, and ends with a NUL that @ret_len does
 * not count. -EACCES: the kernel hides its addresses from this user.
 */
int kallsyms_text(char **ret, size_t *ret_len, struct err *e);

/* The same from another file in that format. */
int kallsyms_text_of(const char *path, char **ret, size_t *ret_len, struct err *e);

#endif
