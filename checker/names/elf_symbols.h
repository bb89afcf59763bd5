/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which function an instruction of a program or library is in, where there is no debug
 * information: from the symbols that the linker left, and of a stripped one those that it
 * exports.
 */
#ifndef CHECKER_ELF_SYMBOLS_H
#define CHECKER_ELF_SYMBOLS_H

#include <stdint.h>

#include "lib/err.h"

struct elf_symbols;

/* -EBADMSG: no program or library for this machine; or what open gave. Symbols may be none. */
int elf_symbols_open(struct elf_symbols **ret, const char *path, struct err *e);
void elf_symbols_close(struct elf_symbols *s); /* NULL is fine */

/*
 * The link-time address of what lies at @offset in the file, which is how debug information and
 * symbols know it. -ENOENT: nothing is loaded from there.
 */
int elf_symbols_address(const struct elf_symbols *s, uint64_t offset, uint64_t *ret);

/* The function that @address is in, and where it begins; NULL: none. Lives as long as @s. */
const char *elf_symbols_find(const struct elf_symbols *s, uint64_t address, uint64_t *ret_start);

#endif
