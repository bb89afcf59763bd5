/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program under --exec sees of the guest. */
#ifndef BENCH_CHECK_EXEC_VIEW_H
#define BENCH_CHECK_EXEC_VIEW_H

/*
 * Gives the calling process a view of its own for @program, an absolute path: no device but those
 * that any program may use, nothing of the job. 0, or -1 with errno.
 *
 * In a guest each file is a copy, in memory that nobody has run code from. The emulator translates
 * code once for all places at which a page of it is mapped, and the plugin is told of one: so
 * whoever ran the same library before would give its addresses to what is recorded.
 */
int exec_view_enter(const char *program);

#endif
