/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's console: its end is kept, the whole goes to a file if wanted. */
#ifndef EMULATE_CONSOLE_H
#define EMULATE_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

struct console {
	char end[4096]; /* the last bytes, terminated; control characters made harmless */
	size_t len;
	char panic[160]; /* the line that says "Kernel panic"; "" while there is none */
	char fault[160]; /* the first that says what the kernel ran into: "kernel BUG at ..." */
	char where[80];	 /* and the first with its address: "RIP: 0010:clear_inode+0x68/0x80" */
	int log_fd;	 /* -1: none; not owned */
};

void console_init(struct console *c, int log_fd);
void console_add(struct console *c, const char *text, size_t len);

/* The last @lines lines of it, indented for an error: "\n    | ...". Returns @buf. */
char *console_format_end(const struct console *c, unsigned int lines, char *buf, size_t len);

#endif
