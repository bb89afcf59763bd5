/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who called the kernel code that stores. Debian's kernels keep no frame
 * pointers, and their unwind tables are not at hand here: so every word of the
 * kernel's stack that points behind a call instruction of kernel text is kept,
 * with where that call goes. Which of them are frames is decided later, with
 * symbols: a true chain is one whose calls lead to one another.
 */
#ifndef CHECKER_PLUGIN_STACK_H
#define CHECKER_PLUGIN_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "daxbench/trace.h"

/*
 * Looks at the running vCPU's kernel stack. Returns the number of the stack (1
 * and up), and sets @ret_new if it was not seen before: then @frames (room for
 * DX_TRACE_FRAMES) and @ret_n are what it holds. 0: nothing was found.
 */
uint32_t stack_take(struct dx_trace_frame *frames, uint32_t *ret_n, bool *ret_new);

/* Forgets all numbers: a new trace begins. */
void stack_forget(void);

#endif
