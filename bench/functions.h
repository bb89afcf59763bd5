/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which functions of the kernel instructions are spent in: what the emulator's plugin
 * counted of each address (struct dx_trace_profile), by the kernel's own names.
 */
#ifndef BENCH_FUNCTIONS_H
#define BENCH_FUNCTIONS_H

#include <jansson.h>

#include "checker/names/symbols.h"
#include "daxbench/trace.h"
#include "lib/err.h"

#define FUNCTIONS_USER "(programs)" /* what is called so, is no function: all but the kernel */

/*
 * @ret: { "of_ops": @ops, "user": n, "kernel": { function: n, ... } } with counts of
 * instructions, in the order of names; the caller's. Functions that share a name, but
 * for what the compiler adds to it (".isra.0", ".cold"), are one; what no function has is "?".
 * -ENOSPC: @room was not enough for @profile.
 */
int functions_describe(const struct dx_trace_profile *profile, uint64_t room, uint64_t ops,
		       const struct symbols *names, json_t **ret, struct err *e);

#endif
