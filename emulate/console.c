// SPDX-License-Identifier: GPL-2.0-or-later
#include "emulate/console.h"
#include "lib/tame.h"
#include "lib/file.h"

#include <stdio.h>
#include <string.h>

void console_init(struct console *c, int log_fd)
{
	memset(c, 0, sizeof(*c));
	c->log_fd = log_fd;
}

/* The line goes by quickly: a panic prints a screen of registers behind it. */
static void note_panic(struct console *c)
{
	const char *found = c->panic[0] ? NULL : strstr(c->end, "Kernel panic");

	if (found && strchr(found, '\n'))
		snprintf(c->panic, sizeof(c->panic), "%.*s", (int)strcspn(found, "\n"), found);
}

void console_add(struct console *c, const char *text, size_t len)
{
	size_t room = sizeof(c->end) - 1, from;

	if (c->log_fd >= 0)
		(void)!file_write_all(c->log_fd, text, len);
	if (len > room) {
		text += len - room;
		len = room;
	}
	if (c->len + len > room) {
		size_t drop = c->len + len - room;

		memmove(c->end, c->end + drop, c->len - drop);
		c->len -= drop;
	}
	from = c->len;
	memcpy(c->end + from, text, len);
	tame(c->end + from, len);
	c->len += len;
	c->end[c->len] = '\0';
	note_panic(c);
}

char *console_format_end(const struct console *c, unsigned int lines, char *buf, size_t len)
{
	size_t start = c->len, used = 0;

	while (start && c->end[start - 1] == '\n')
		start--;
	for (unsigned int seen = 0; start; start--)
		if (c->end[start - 1] == '\n' && ++seen == lines)
			break;
	buf[0] = '\0';
	for (const char *p = c->end + start; *p && used + 1 < len;) {
		int line = (int)strcspn(p, "\n");
		int put = snprintf(buf + used, len - used, "\n    | %.*s", line, p);

		used += put > 0 ? (size_t)put : 0;
		p += line + (p[line] == '\n');
	}
	return buf;
}
