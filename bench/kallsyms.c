// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/kallsyms.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define KALLSYMS "/proc/kallsyms"
#define MAX_TEXT (64U << 20)

/* "ffffffff81000000 T _text": is it code, and shown? */
static bool is_code(const char *line, bool *ret_hidden)
{
	const char *type = strchr(line, ' ');

	if (!type || !strchr("tTwW", type[1]))
		return false;
	if (strspn(line, "0") == (size_t)(type - line)) {
		*ret_hidden = true;
		return false;
	}
	return true;
}

/* Keeps the lines of code, in place. */
static size_t filter(char *text, bool *ret_hidden)
{
	char *to = text;

	for (char *line = text, *next; *line; line = next) {
		size_t len = strcspn(line, "\n");

		next = line + len + (line[len] == '\n');
		if (!is_code(line, ret_hidden))
			continue;
		memmove(to, line, (size_t)(next - line));
		to += next - line;
	}
	*to = '\0';
	return (size_t)(to - text);
}

int kallsyms_read(char **ret, size_t *ret_len, struct err *e)
{
	bool hidden = false;
	size_t len;
	int r = file_read(AT_FDCWD, KALLSYMS, MAX_TEXT, ret, &len);

	if (r)
		return err_sys(e, r, KALLSYMS, "read");
	*ret_len = filter(*ret, &hidden);
	if (*ret_len)
		return 0;
	free(*ret);
	err_set(e, hidden ? -EACCES : -ENODATA, KALLSYMS, "shows no addresses of code");
	return err_hint(e, "kernel.kptr_restrict hides them from all but root");
}
