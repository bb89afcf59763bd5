/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who called the kernel code that stored, wrote back or drained: the call chain
 * among the words of a stack that look like return addresses (DX_TRACE_STACK).
 *
 * A chain is a finding of likelihood, and each frame says how it was found. It
 * is for the reader of a report; no verdict may hang on it.
 */
#ifndef CHECKER_FRAMES_H
#define CHECKER_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "checker/names/symbols.h"
#include "daxbench/trace.h"

#define FRAMES_MAX (DX_TRACE_FRAMES + 1)

/* How a frame is known to have called the one inside it. */
enum frame_link {
	FRAME_HERE,	/* the innermost: the instruction itself */
	FRAME_VERIFIED, /* its call goes to that function, or to one known to jump there */
	FRAME_INDIRECT, /* its call goes through a register or a table: it may go there */
	FRAME_GUESSED,	/* its call goes elsewhere, from where a jump may lead there */
};

struct frame {
	uint64_t addr;		     /* the instruction, then return addresses */
	const struct symbol *symbol; /* NULL: only of the innermost, unknown code */
	enum frame_link link;
};

struct frames {
	size_t n;   /* at least 1 */
	bool whole; /* the outermost is where the kernel was entered, or a thread began */
	struct frame frame[FRAMES_MAX]; /* innermost first */
};

/* @n beyond DX_TRACE_FRAMES is cut. @ret points into @s. */
void frames_find(const struct symbols *s, uint64_t ip, const struct dx_trace_frame *candidates,
		 size_t n, struct frames *ret);

/*
 * The innermost frame that is no primitive (checker/names/kernel_names.h); the outermost
 * where all are.
 */
const struct frame *frames_actor(const struct frames *f);

/*
 * On whose behalf: "msync", "page fault", "page fault in pwrite64", "interrupt",
 * "thread kjournald2", "work xfs_end_io", or "unknown". Returns @buf.
 */
char *frames_origin(const struct frames *f, char *buf, size_t len);

#endif
