// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/symbols.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TEXT (64U << 20)

struct symbols {
	char *text; /* all names lie in it */
	struct symbol *symbol;
	size_t n, room;
};

static int add(struct symbols *s, uint64_t start, const char *name, const char *module)
{
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 4096;
		struct symbol *more = realloc(s->symbol, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		s->symbol = more;
		s->room = room;
	}
	s->symbol[s->n++] = (struct symbol){ start, name, module };
	return 0;
}

/* Names as they can stand in a report: printable, without blanks. */
static bool is_name(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

/* Padding before functions and the like: never where code is. */
static bool is_alias(const char *name)
{
	return !strncmp(name, "__pfx_", 6) || !strncmp(name, "__cfi_", 6);
}

/* "[module]" without its brackets, in place; "" for anything else. */
static const char *take_module(char *text)
{
	size_t len = text ? strlen(text) : 0;

	if (len < 3 || text[0] != '[' || text[len - 1] != ']' || !is_name(text))
		return "";
	text[len - 1] = '\0';
	return text + 1;
}

static int take_line(struct symbols *s, char *line)
{
	char *rest = line, *type, *name, *end;
	uint64_t start = strtoull(strsep(&rest, " \t"), &end, 16);

	type = strsep(&rest, " \t");
	name = strsep(&rest, " \t");
	if (*end || !start || !type || !name || strlen(type) != 1 || !strchr("tTwW", *type) ||
	    !*name || !is_name(name) || is_alias(name))
		return 0;
	return add(s, start, name, take_module(rest));
}

/* By address; of several names at one address the shortest, then the first in the alphabet. */
static int compare(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;
	size_t len_x = strlen(x->name), len_y = strlen(y->name);

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (len_x != len_y)
		return len_x < len_y ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void drop_doubles(struct symbols *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->n; i++)
		if (!kept || s->symbol[kept - 1].start != s->symbol[i].start)
			s->symbol[kept++] = s->symbol[i];
	s->n = kept;
}

int symbols_parse(struct symbols **ret, const char *text, size_t len, const char *name,
		  struct err *e)
{
	struct symbols *s = calloc(1, sizeof(*s));
	char *rest, *line;
	int r = 0;

	if (s)
		s->text = strndup(text, len);
	if (!s || !s->text) {
		symbols_close(s);
		return err_sys(e, -ENOMEM, name, "read symbols");
	}
	rest = s->text;
	while (!r && (line = strsep(&rest, "\n")))
		r = take_line(s, line);
	if (r)
		err_sys(e, r, name, "read symbols");
	else if (!s->n)
		r = err_set(e, -EBADMSG, name, "holds no symbol of code");
	if (r) {
		symbols_close(s);
		return r;
	}
	qsort(s->symbol, s->n, sizeof(*s->symbol), compare);
	drop_doubles(s);
	*ret = s;
	return 0;
}

int symbols_open(struct symbols **ret, const char *path, struct err *e)
{
	size_t len;
	char *text;
	int r = file_read(AT_FDCWD, path, MAX_TEXT, &text, &len);

	if (r)
		return err_sys(e, r, path, "read");
	r = symbols_parse(ret, text, len, path, e);
	free(text);
	return r;
}

void symbols_close(struct symbols *s)
{
	if (!s)
		return;
	free(s->symbol);
	free(s->text);
	free(s);
}

const struct symbol *symbols_find(const struct symbols *s, uint64_t addr)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->symbol[middle].start <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || addr - s->symbol[low - 1].start > SYMBOLS_REACH)
		return NULL;
	return &s->symbol[low - 1];
}
