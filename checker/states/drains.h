/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which fences of a trace are waited for: the only place that says so for crash states. */
#ifndef CHECKER_STATES_DRAINS_H
#define CHECKER_STATES_DRAINS_H

#include "checker/persist/persist.h"
#include "checker/names/symbols.h"

/*
 * @flushes: the kernel's symbols, to know its flushes by: no other fence of the kernel drains. A
 * file system can ask for a flush and for nothing else; what other fences happen to run
 * before it, on the same CPU, is luck, and hides the states that a flush is there for. NULL:
 * every fence drains that does by the rules. Fences of programs always do.
 */
struct drain_rules {
	enum persist_mode mode;
	const struct symbols *flushes;
};

/* Does @rec leave something that waits for its CPU's fence? */
static inline bool drains_later(const struct dx_trace_rec *rec)
{
	return rec->kind == DX_TRACE_WRITE_BACK ||
	       (rec->kind == DX_TRACE_STORE && rec->flags & DX_TRACE_NT);
}

/* Does @rec, a fence, drain what its CPU has written back? */
bool drains(const struct drain_rules *rules, const struct dx_trace_rec *rec);

#endif
