/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_KALLSYMS_H
#define BENCH_KALLSYMS_H

#include <stddef.h>

#include "lib/err.h"

/*
 * The running kernel's symbols of code, modules' included, in the form of
 * /proc/kallsyms (checker/symbols.h reads it). @ret is the caller's.
 * -EACCES: the kernel does not show addresses to us.
 */
int kallsyms_read(char **ret, size_t *ret_len, struct err *e);

#endif
