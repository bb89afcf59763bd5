/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which line of a workload stored: addresses in our own program, from its debug
 * information (libdw). The dx_ calls are inlined, so an instruction has a chain
 * of places, innermost first:
 *
 *	dx_store64	include/daxbench/io.h:391
 *	run		workloads/msync-page.c:40	the line that one wants to see
 */
#ifndef CHECKER_LINEINFO_H
#define CHECKER_LINEINFO_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

#define LINEINFO_MAX 16U /* places of a chain; deeper inlining is cut */

struct lineinfo;

/* Strings live as long as the struct lineinfo. */
struct lineinfo_place {
	const char *function; /* "?" if it has no name */
	const char *file;     /* as the compiler was given it, so most often relative */
	int line;	      /* 0: unknown */
};

/*
 * @path: an executable. -ENODATA: it has no debug information; -EBADMSG: it is
 * no ELF file for this machine; or what open gave.
 */
int lineinfo_open(struct lineinfo **ret, const char *path, struct err *e);

/* In hexadecimal digits; "" if the linker made none. */
const char *lineinfo_build_id(const struct lineinfo *li);

/* The @load_base of a program at its link-time addresses: as its own symbols have them. */
uint64_t lineinfo_base(const struct lineinfo *li);

/*
 * The chain of @address in a process where the program's __executable_start is
 * at @load_base. Returns the places written to @ret, 0 for an address that is
 * not of the program or has no debug information.
 */
size_t lineinfo_chain(const struct lineinfo *li, uint64_t address, uint64_t load_base,
		      struct lineinfo_place ret[LINEINFO_MAX]);

/*
 * Of that chain the innermost place in a file below @dir ("workloads/"), else
 * the innermost. -ENOENT: there is none.
 */
int lineinfo_find(const struct lineinfo *li, uint64_t address, uint64_t load_base, const char *dir,
		  struct lineinfo_place *ret);

void lineinfo_close(struct lineinfo *li); /* NULL is fine */

#endif
