/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often each instruction of the kernel was executed, between a PROFILE_BEGIN and a
 * PROFILE mark (daxbench/oplog.h): exact, since each is counted by code of its own, not
 * the block that it is in, which a fault can leave half way. What addresses are called
 * whoever asked finds out; it is one vCPU's.
 */
#ifndef CHECKER_PLUGIN_PROFILE_H
#define CHECKER_PLUGIN_PROFILE_H

#include <stdint.h>

#include "checker/plugin/qemu_api.h"
#include "daxbench/trace.h"

struct profile;

/* NULL: no memory. */
struct profile *profile_open(void);

/* From the callback for a translation: @insn is at @ip. */
void profile_watch(struct profile *p, struct qemu_plugin_insn *insn, uint64_t ip);

/* Nothing was executed until here. */
void profile_begin(struct profile *p);

/* What was since, into @ret->at, which has room for @room; @ret->n may be more. */
void profile_end(struct profile *p, struct dx_trace_profile *ret, uint64_t room);

#endif
