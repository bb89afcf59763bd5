/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kinds, instructions and flags of the store trace are called. */
#ifndef CHECKER_TRACE_NAME_H
#define CHECKER_TRACE_NAME_H

#include <stddef.h>

#include "daxbench/trace.h"

/* "store", "image"; "?" for what is none. So for the two below. */
const char *trace_kind_name(unsigned int kind);
const char *trace_write_back_name(unsigned int how); /* "clwb" */
const char *trace_fence_name(unsigned int which);    /* "sfence" */

/* What a record is, in a word: "store", "clwb", "sfence", "mark". */
const char *trace_record_name(const struct dx_trace_rec *rec);

/* The name of the flag 1 << @bit ("user", "nt"), NULL beyond the last. */
const char *trace_flag_name(unsigned int bit);

/* "user nt wide"; "" for none. Returns @buf. */
char *trace_flags_format(unsigned int flags, char *buf, size_t len);

/* How a trace ended: "by the mark that ends it". */
const char *trace_ended_name(unsigned int ended);

#endif
