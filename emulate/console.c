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

/* Keeps the rest of a whole line of @text from @word on, once. True: it has one now, or had. */
static bool note(const char *text, const char *word, char *buf, size_t len)
{
	const char *found = buf[0] ? NULL : strstr(text, word);
	size_t n = found ? strcspn(found, "\n") : 0;

	while (n && found[n] && found[n - 1] == ' ')
		n--; /* what was a carriage return */
	if (n && found[n])
		snprintf(buf, len, "%.*s", (int)n, found);
	return buf[0];
}

/* These lines go by quickly: a panic prints a screen of registers behind them. */
static void note_panic(struct console *c)
{
	static const char *const faults[] = { "kernel BUG at", "BUG: ", "general protection fault",
					      "Oops: " };

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (note(c->end, faults[i], c->fault, sizeof(c->fault)))
			break;
	if (c->fault[0]) {
		const char *from = strstr(c->end, c->fault);

		note(from ? from : c->end, "RIP: ", c->where, sizeof(c->where));
	}
	note(c->end, "Kernel panic", c->panic, sizeof(c->panic));
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
