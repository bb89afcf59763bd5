// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/names/symbols.h"
#include "lib/cleanup.h"
#include "lib/file_given.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define HEX_DIGITS 16U

/* Lines and names stand in @text, which parsing cuts into strings. */
struct symbols {
	char *text;
	struct symbol *symbol;
	size_t n;
};

struct parser {
	struct symbols *s;
	const char *name;
	size_t line, room;
	struct err *e;
};

bool symbols_wants(char type, const char *name)
{
	if (!type || !strchr("tTwW", type))
		return false;
	return strncmp(name, "__pfx_", 6) != 0 && strncmp(name, "__cfi_", 6) != 0;
}

static int bad(const struct parser *p, const char *what)
{
	return err_set(p->e, -EBADMSG, p->name, "line %zu: %s", p->line, what);
}

/* 1 to 16 digits. What comes behind them, or NULL. */
static char *parse_address(char *at, uint64_t *ret)
{
	size_t digits = strspn(at, "0123456789abcdef");

	if (!digits || digits > HEX_DIGITS)
		return NULL;
	*ret = strtoull(at, NULL, 16);
	return at + digits;
}

/* Cuts off the printable word at @at. What comes behind its end, or NULL. */
static char *cut_word(char *at, char end)
{
	size_t len = 0;

	while (at[len] > ' ' && at[len] < 0x7f && at[len] != end)
		len++;
	if (!len || len >= SYMBOLS_MAX_NAME || at[len] != end)
		return NULL;
	at[len] = '\0';
	return at + len + (end != '\0');
}

/* NAME, or NAME, a tab and [MODULE]: sets both, or says what is wrong. */
static const char *parse_names(char *at, struct symbol *sym)
{
	char *tab = strchr(at, '\t'), *behind;

	sym->name = at;
	sym->module = "";
	if (!cut_word(at, tab ? '\t' : '\0'))
		return "no name";
	if (!tab)
		return NULL;
	if (tab[1] != '[')
		return "something behind the name";
	sym->module = tab + 2;
	behind = cut_word(tab + 2, ']');
	return behind && !*behind ? NULL : "no module's name";
}

static int keep(struct parser *p, const struct symbol *sym)
{
	struct symbols *s = p->s;

	if (s->n == p->room)
		return err_set(p->e, -EFBIG, p->name, "more than %u symbols", SYMBOLS_MAX);
	s->symbol[s->n++] = *sym;
	return 0;
}

static int parse_line(struct parser *p, char *line)
{
	struct symbol sym = { 0 };
	char *at = parse_address(line, &sym.start), type;
	const char *what;

	if (!at || at[0] != ' ' || !at[1] || at[2] != ' ')
		return bad(p, "not \"ADDRESS TYPE NAME\"");
	type = at[1];
	what = parse_names(at + 3, &sym);
	if (what)
		return bad(p, what);
	if (!symbols_wants(type, sym.name))
		return 0;
	if (!sym.start)
		return bad(p, "its address is hidden: it was read without the right to");
	sym.global = type == 'T' || type == 'W';
	return keep(p, &sym);
}

static int parse_lines(struct parser *p, size_t len)
{
	char *at = p->s->text, *end = at + len, *newline;
	int r = 0;

	for (; !r && at < end; at = newline + 1) {
		p->line++;
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline)
			return bad(p, "it breaks off");
		*newline = '\0';
		r = strlen(at) == (size_t)(newline - at) ? parse_line(p, at)
							 : bad(p, "a NUL in it");
	}
	return r;
}

/* Names for one address: the one to show first. */
static int compare(const void *x, const void *y)
{
	const struct symbol *a = x, *b = y;
	size_t a_len, b_len;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->global != b->global)
		return a->global ? -1 : 1;
	a_len = strlen(a->name);
	b_len = strlen(b->name);
	if (a_len != b_len)
		return a_len < b_len ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void sort(struct symbols *s)
{
	size_t n = 0;

	qsort(s->symbol, s->n, sizeof(*s->symbol), compare);
	for (size_t i = 0; i < s->n; i++)
		if (!n || s->symbol[i].start != s->symbol[n - 1].start)
			s->symbol[n++] = s->symbol[i];
	s->n = n;
}

/* Room for as many symbols as there are lines, within the limit. */
static int make_room(struct parser *p, size_t len)
{
	const char *at = p->s->text;

	for (size_t i = 0; i < len && p->room < SYMBOLS_MAX; i++)
		p->room += at[i] == '\n';
	p->s->symbol = calloc(p->room + 1, sizeof(*p->s->symbol));
	return p->s->symbol ? 0 : err_sys(p->e, -ENOMEM, p->name, "read the symbols");
}

/* Takes @text over, which ends with a NUL behind its @len bytes. */
static int take(struct symbols **ret, char *text, size_t len, const char *name, struct err *e)
{
	struct symbols *s = calloc(1, sizeof(*s));
	struct parser p = { .s = s, .name = name, .e = e };
	int r;

	if (!s) {
		free(text);
		return err_sys(e, -ENOMEM, name, "read the symbols");
	}
	s->text = text;
	r = make_room(&p, len);
	if (!r)
		r = parse_lines(&p, len);
	if (!r && !s->n)
		r = err_set(e, -EBADMSG, name, "no text symbol in it");
	if (r) {
		symbols_close(s);
		return r;
	}
	sort(s);
	*ret = s;
	return 0;
}

int symbols_parse(struct symbols **ret, const char *text, size_t len, const char *name,
		  struct err *e)
{
	char *copy;

	if (len > SYMBOLS_MAX_BYTES)
		return err_sys(e, -EFBIG, name, "read the symbols");
	copy = malloc(len + 1);
	if (!copy)
		return err_sys(e, -ENOMEM, name, "read the symbols");
	memcpy(copy, text, len);
	copy[len] = '\0';
	return take(ret, copy, len, name, e);
}

int symbols_open(struct symbols **ret, const char *path, struct err *e)
{
	char *text;
	size_t len;
	int r = file_read_given(path, "read the symbols", SYMBOLS_MAX_BYTES, &text, &len, e);

	return r ? r : take(ret, text, len, path, e);
}

const struct symbol *symbols_find(const struct symbols *s, uint64_t addr)
{
	size_t low = 0, high = s->n;

	/* The first whose start lies beyond @addr. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->symbol[middle].start <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || addr - s->symbol[low - 1].start >= SYMBOLS_REACH)
		return NULL;
	return &s->symbol[low - 1];
}

char *symbols_format(const struct symbol *symbol, uint64_t addr, char *buf, size_t len)
{
	if (!symbol)
		snprintf(buf, len, "%#" PRIx64, addr);
	else
		snprintf(buf, len, "%s+%#" PRIx64 "%s%s%s", symbol->name, addr - symbol->start,
			 *symbol->module ? " [" : "", symbol->module, *symbol->module ? "]" : "");
	return buf;
}

size_t symbols_count(const struct symbols *s)
{
	return s->n;
}

const struct symbol *symbols_at(const struct symbols *s, size_t i)
{
	return &s->symbol[i];
}

void symbols_close(struct symbols *s)
{
	if (!s)
		return;
	free(s->symbol);
	free(s->text);
	free(s);
}
