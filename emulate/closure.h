/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shared libraries that a program needs, as its own dynamic loader finds them. */
#ifndef EMULATE_CLOSURE_H
#define EMULATE_CLOSURE_H

#include "lib/err.h"

/*
 * Calls @each with every absolute path, the loader included, in the loader's
 * order. Nothing for a static program. Stops at a failure of @each and returns
 * it; -ENOENT names a library that is not there.
 */
int closure_of(const char *program, int (*each)(void *data, const char *path), void *data,
	       struct err *e);

#endif
