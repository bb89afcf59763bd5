/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose code an address of a recorded program was: the file that was mapped there, and of that
 * the line (debug information), else the function (symbols), else the offset.
 *
 * The list of what was mapped is a text of the guest's, a line each: what is executable in
 * /proc/PID/maps, with the size of the file before it, so that another file which now has that
 * name is not taken for it:
 *
 *	34872 7f12a0001000-7f12a0005000 r-xp 00001000 00:02 1234 /usr/bin/fsx
 */
#ifndef CHECKER_MAPPED_H
#define CHECKER_MAPPED_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

#define MAPPED_MAX	 4096U /* lines */
#define MAPPED_MAX_BYTES (4U << 20)

struct mapped;

/* -EBADMSG: no such list; -EFBIG: over a limit; or what open and read gave. */
int mapped_open(struct mapped **ret, const char *path, struct err *e);

/* The same from memory; @name is for errors. Nothing of @text is kept. */
int mapped_parse(struct mapped **ret, const char *text, const char *name, struct err *e);

/*
 * "src/fsx.c:120 dowrite()", "memcpy+0x1a [libc.so.6]", "fsx+0x1a20", or the bare number where
 * nothing was mapped. Files are opened as they are asked for. Returns @buf.
 */
char *mapped_describe(struct mapped *m, uint64_t address, char *buf, size_t len);

void mapped_close(struct mapped *m); /* NULL is fine */

#endif
