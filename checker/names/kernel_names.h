/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the names of the kernel's functions say about how they are called, on
 * x86-64, for Linux 6.1 to 6.12 as Debian builds them. Another kernel's new names
 * make a report less clear and nothing else.
 */
#ifndef CHECKER_KERNEL_NAMES_H
#define CHECKER_KERNEL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Length of @name without what the compiler added: "foo" of "foo.part.0.cold". */
size_t kernel_name_stem(const char *name);

/* Copies, zeroes, writes back or locks for its caller, and does not say for whom. */
bool kernel_name_is_primitive(const char *name);

/* The kernel is entered here, or a thread or an interrupt's stack begins. */
bool kernel_name_is_root(const char *name);

/* Jumps to what a register or a table says. */
bool kernel_name_is_trampoline(const char *name);

/*
 * Is this what a flush of a persistent-memory region ends in, as REQ_PREFLUSH, REQ_FUA and
 * dm do one (drivers/nvdimm/region_devs.c, drivers/nvdimm/pmem.c)? The only fence of the
 * kernel that file systems can ask for.
 */
bool kernel_name_is_flush(const char *name);

/* Is it known that a call to @from may end up in @to by jumps alone? */
bool kernel_name_jumps(const char *from, const char *to);

/* ret_from_fork() calls it, through a register. */
bool kernel_name_begins_thread(const char *name);

/*
 * The system call that a function of this name begins: "msync" for
 * "__x64_sys_msync"; kernel_name_stem() is its length. NULL: none.
 */
const char *kernel_name_system_call(const char *name);

/* "page fault" or "interrupt" for the entry of one; NULL: it is none. */
const char *kernel_name_exception(const char *name);

#endif
