/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mistyped word was meant to be. */
#ifndef LIB_NEAREST_H
#define LIB_NEAREST_H

#include <stddef.h>

/* The name in @names nearest to @word by edit distance, NULL if none is near. */
const char *nearest(const char *word, const char *const names[], size_t n);

#endif
