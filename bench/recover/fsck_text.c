// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/fsck_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* e2fsprogs' e2fsck/pass1.c and others; xfsprogs' repair/xfs_repair.c, repair/progress.c. */
static bool is_progress(const char *line)
{
	static const char *const beginnings[] = { "- ", "Phase ", "Pass ", "e2fsck ",
						  "No modify flag set" };

	line += strspn(line, " \t");
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (!strncmp(line, beginnings[i], strlen(beginnings[i])))
			return true;
	return *line == '\n' || !*line;
}

/* Behind the end of @line. */
static const char *next_of(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

static bool has_findings(const char *text)
{
	for (; *text; text = next_of(text))
		if (!is_progress(text))
			return true;
	return false;
}

void fsck_text_findings(char *text)
{
	char *to = text;

	if (!has_findings(text))
		return;
	for (const char *line = text, *next; *line; line = next) {
		next = next_of(line);
		if (is_progress(line))
			continue;
		memmove(to, line, (size_t)(next - line));
		to += next - line;
	}
	*to = '\0';
}
