/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The call chain behind a kernel address, from what the plugin found on the
 * stack (daxbench/trace.h). Not every word there that looks like a return address
 * is one: some are left over from calls that are long over. A candidate is a
 * frame for sure if the call before it goes to the function that we are in. Where
 * that call is indirect, or its function may have jumped on to ours, the frame is
 * a guess; of all chains the most believable is taken.
 */
#ifndef CHECKER_FRAMES_H
#define CHECKER_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "checker/symbols.h"
#include "daxbench/trace.h"

#define FRAMES_MAX DX_TRACE_FRAMES

struct frame_name {
	const char *name; /* of the symbols; "?" where there is none */
	uint64_t offset;  /* within it */
	bool guessed;
};

/* @ret has room for FRAMES_MAX + 1: the function of @ip, then its callers. Returns how many. */
size_t frames_find(const struct symbols *s, uint64_t ip, const struct dx_trace_frame *candidate,
		   size_t n, struct frame_name *ret);

/* Does it only move or write back bytes for somebody: memcpy and its kin? */
bool frames_is_primitive(const char *name);

/* The first frame that is not: who stored, wrote back or drained. */
const struct frame_name *frames_actor(const struct frame_name *frame, size_t n);

/* How the kernel was entered: "fsync", "page fault", "kernel thread"; "" if it is not seen. */
const char *frames_entry(const struct frame_name *frame, size_t n);

#endif
