// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/kallsyms.h"
#include "checker/names/symbols.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

/* "ADDRESS TYPE NAME...": is it a line to keep? */
static bool is_wanted(const char *line)
{
	const char *type = strchr(line, ' ');

	return type && type[1] && type[2] == ' ' && symbols_wants(type[1], type + 3);
}

/*
 * Moves what is kept to the front of @text, which ends with a NUL; returns its
 * length. @seen: some address of it is not 0.
 */
static size_t reduce(char *text, bool *seen)
{
	char *to = text, *next;

	*seen = false;
	for (char *line = text; *line; line = next) {
		char *newline = strchr(line, '\n');
		size_t len;

		if (!newline)
			break;
		*newline = '\0';
		next = newline + 1;
		if (!is_wanted(line))
			continue;
		*seen |= line[strspn(line, "0")] != ' ';
		len = (size_t)(newline - line);
		memmove(to, line, len);
		to[len] = '\n';
		to += len + 1;
	}
	*to = '\0';
	return (size_t)(to - text);
}

int kallsyms_text_of(const char *path, char **ret, size_t *ret_len, struct err *e)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	bool seen;
	int r = file_read(AT_FDCWD, path, SYMBOLS_MAX_BYTES, &text, &len);

	if (r)
		return err_sys(e, r, path, "read");
	len = reduce(text, &seen);
	if (!len)
		return err_set(e, -ENODATA, path, "no text symbol in it");
	if (!seen) {
		err_set(e, -EACCES, path, "the kernel hides its addresses");
		err_hint(e, "be root, with sysctl kernel.kptr_restrict=0 or 1");
		return -EACCES;
	}
	*ret = steal_ptr(text);
	*ret_len = len;
	return 0;
}

int kallsyms_text(char **ret, size_t *ret_len, struct err *e)
{
	return kallsyms_text_of("/proc/kallsyms", ret, ret_len, e);
}
