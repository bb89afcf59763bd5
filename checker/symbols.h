/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of kernel code by address, from the text of /proc/kallsyms:
 *
 *	ffffffff81c8e3c0 T arch_wb_cache_pmem
 *	ffffffffc0209850 t pmem_submit_bio	[nd_pmem]
 *
 * Lines that are not of code (type t, T, w or W) are passed over. Nothing in a
 * file is believed: a line that is none of this kind is passed over as well.
 */
#ifndef CHECKER_SYMBOLS_H
#define CHECKER_SYMBOLS_H

#include <stdint.h>

#include "lib/err.h"

struct symbol {
	uint64_t start;
	const char *name;   /* the symbols' own */
	const char *module; /* "" of the kernel proper */
};

struct symbols;

/* -EBADMSG: not one symbol is in it. */
int symbols_open(struct symbols **ret, const char *path, struct err *e);
int symbols_parse(struct symbols **ret, const char *text, size_t len, const char *name,
		  struct err *e);

/*
 * The symbol at or before @addr, as long as it can be its function: at most
 * SYMBOLS_REACH bytes before. NULL: none.
 */
#define SYMBOLS_REACH (256U << 10)
const struct symbol *symbols_find(const struct symbols *s, uint64_t addr);

/* NULL is fine. */
void symbols_close(struct symbols *s);

#endif
