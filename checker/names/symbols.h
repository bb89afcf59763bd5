/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which function of the kernel an address lies in: the text symbols of the guest
 * that was recorded, as its /proc/kallsyms had them.
 *
 *	ffffffff81398b70 T __x64_sys_msync
 *	ffffffffc02012a0 t pmem_submit_bio	[nd_pmem]
 *
 * The file may come from a stranger: a line that is no symbol, or a last line
 * without its end, refuses it. What it says is printed later, so a name with
 * other than printable characters does, too.
 */
#ifndef CHECKER_SYMBOLS_H
#define CHECKER_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

#define SYMBOLS_MAX_BYTES (64U << 20) /* of a file */
#define SYMBOLS_MAX	  (1U << 20)
#define SYMBOLS_MAX_NAME  512U /* KSYM_NAME_LEN (include/linux/kallsyms.h) */
/* No function is longer: what lies farther behind a symbol belongs to none. */
#define SYMBOLS_REACH	  (256ULL << 10)

struct symbol {
	uint64_t start;
	const char *name;
	const char *module; /* "" for the kernel itself */
	bool global;
};

struct symbols;

/*
 * Is this line of /proc/kallsyms, of type @type, one to keep? Text is; the names
 * that the compiler gives to the padding before a function (__pfx_, __cfi_) are
 * not: nothing runs there.
 */
bool symbols_wants(char type, const char *name);

/* -EBADMSG: no kallsyms; -EFBIG: over a limit above; or what open and read gave. */
int symbols_open(struct symbols **ret, const char *path, struct err *e);

/* The same from memory; @name is for errors. Nothing of @text is kept. */
int symbols_parse(struct symbols **ret, const char *text, size_t len, const char *name,
		  struct err *e);

/*
 * The symbol that @addr lies in, or NULL. Of names for one address it is always
 * the same: a global one before a local one, then the shorter, then the first
 * in alphabetical order. It lives as long as @s.
 */
const struct symbol *symbols_find(const struct symbols *s, uint64_t addr);

/* "pmem_submit_bio+0x242 [nd_pmem]", or "0x..." where there is none. Returns @buf. */
char *symbols_format(const struct symbol *symbol, uint64_t addr, char *buf, size_t len);

/* Different addresses that have a symbol; at() is in ascending order of start. */
size_t symbols_count(const struct symbols *s);
const struct symbol *symbols_at(const struct symbols *s, size_t i);

void symbols_close(struct symbols *s); /* NULL is fine */

#endif
