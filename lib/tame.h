/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What others wrote (a guest, a file), before it goes to a terminal. */
#ifndef LIB_TAME_H
#define LIB_TAME_H

#include <stddef.h>
#include <stdio.h>

/* All below space but newline and tab, and DEL, become '?'; a carriage return a space. */
void tame(char *text, size_t len);

/* The same for a string that must stay one line: newlines and tabs become spaces. */
void tame_line(char *text);

/* Prints to @out what printf() would make of @fmt, as one such line, and ends it; 1399 bytes at
 * most. */
void tame_print(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* And for one that must be valid UTF-8: what is no printable letter of ASCII becomes '?'. */
void tame_ascii(char *text);

#endif
