// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/tame.h"

#include <stdarg.h>
#include <string.h>

void tame(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char u = (unsigned char)text[i];

		if ((u < ' ' && u != '\n' && u != '\t') || u == 0x7f)
			text[i] = u == '\r' ? ' ' : '?';
	}
}

void tame_line(char *text)
{
	tame(text, strlen(text));
	for (char *p = strpbrk(text, "\n\t"); p; p = strpbrk(p, "\n\t"))
		*p = ' ';
}

void tame_print(FILE *out, const char *fmt, ...)
{
	char line[1400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	tame_line(line);
	fprintf(out, "%s\n", line);
}

void tame_ascii(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}
