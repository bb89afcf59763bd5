/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers with units, as people type and read them. */
#ifndef LIB_UNITS_H
#define LIB_UNITS_H

#include <stddef.h>
#include <stdint.h>

/*
 * "4096", "4K", "2M", "1G", "0x1000", with an optional "iB" or "B" after the
 * letter; the letters are powers of 1024. Returns 0, -EINVAL (not a number,
 * trailing text, negative) or -ERANGE (does not fit).
 */
int units_parse_size(const char *text, uint64_t *ret);

/* A plain count: decimal or 0x, no unit. Returns as units_parse_size(). */
int units_parse_count(const char *text, uint64_t *ret);

/* "90", "90s", "2m", "1h", "250ms": to milliseconds. Returns as above. */
int units_parse_ms(const char *text, uint64_t *ret);

/* "2M", "64K", "4097": exact, the largest unit that divides. Returns @buf. */
char *units_format_size(uint64_t bytes, char *buf, size_t len);

/* Nanoseconds with three digits: "999 ns", "1.23 us", "45.6 ms". Returns @buf. */
char *units_format_ns(double ns, char *buf, size_t len);

#endif
