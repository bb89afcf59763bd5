// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From text to operations. A line is cut into words; what the words must be, the
 * kind of the operation says (oplog_kind.c). Then the list as a whole is judged,
 * and what is wrong with it is told by line, too.
 */
#include "checker/list/oplist.h"
#include "checker/list/oplist_form.h"
#include "lib/cleanup.h"
#include "lib/file_given.h"
#include "lib/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct parser {
	const char *p, *end; /* the rest of the line, and its end */
	size_t line;	     /* from 1 */
	const char *name;    /* of the list */
	struct err *e;
	char word[256];		    /* the last that was read */
	char text[DX_LOG_MAX_TEXT]; /* the last name */
};

/* ---- words ---- */

/* @what is wrong with the word that was read last. */
static int wrong(struct parser *p, const char *what)
{
	char *c;

	/* A list must not write to a terminal what its owner did not ask for. */
	for (c = p->word; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	if (!p->word[0])
		return err_set(p->e, -EINVAL, p->name, "line %zu: %s", p->line, what);
	return err_set(p->e, -EINVAL, p->name, "line %zu: \"%s\": %s", p->line, p->word, what);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct parser *p)
{
	while (p->p < p->end && is_blank(*p->p))
		p->p++;
	if (p->p < p->end && *p->p == '#')
		p->p = p->end;
}

/* The next word; "" at the end of the line. A longer one is cut, and so no word that is known. */
static const char *next_word(struct parser *p)
{
	size_t n = 0;

	skip_blanks(p);
	for (; p->p < p->end && !is_blank(*p->p) && *p->p != '#'; p->p++)
		if (n < sizeof(p->word) - 1)
			p->word[n++] = *p->p ? *p->p : '?';
	p->word[n] = '\0';
	return p->word;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What stands for a byte behind a backslash; 0: nothing. */
static char escaped(struct parser *p)
{
	int high, low;

	if (p->p == p->end)
		return 0;
	if (*p->p == '"' || *p->p == '\\')
		return *p->p++;
	if (*p->p != 'x' || p->end - p->p < 3)
		return 0;
	high = hex_digit(p->p[1]);
	low = hex_digit(p->p[2]);
	p->p += 3;
	return high < 0 || low < 0 ? 0 : (char)(high << 4 | low);
}

/* A name between quotes, to p->text. */
static int parse_name(struct parser *p)
{
	size_t n = 0;

	skip_blanks(p);
	if (p->p == p->end || *p->p != '"') {
		next_word(p);
		return wrong(p, "want a name between quotes");
	}
	p->p++;
	p->word[0] = '\0';
	while (p->p < p->end && *p->p != '"') {
		char c = *p->p++;

		if (c == '\\')
			c = escaped(p);
		if (!c)
			return wrong(p, "a name with a byte 0, or an escape other than \\\" \\\\ "
					"\\xNN");
		if (n == sizeof(p->text) - 1)
			return wrong(p, "a name that is too long");
		p->text[n++] = c;
	}
	if (p->p == p->end)
		return wrong(p, "a name without an end");
	p->p++;
	p->text[n] = '\0';
	return 0;
}

/* ---- operations ---- */

/* "f3" or "m3", whichever @letter says. */
static int parse_slot(struct parser *p, char letter, uint64_t *ret)
{
	const char *word = next_word(p);
	const char *what = letter == 'm' ? "want a mapping, m0 to m1023"
					 : "want a file, f0 to f1023";

	if (word[0] != letter || units_parse_count(word + 1, ret) || *ret >= DX_LIST_SLOTS)
		return wrong(p, what);
	return 0;
}

static int parse_arg(struct parser *p, struct dx_list_op *op, const struct oplog_arg *arg,
		     uint64_t *ret)
{
	char what[96];

	if (arg->type == OPLOG_HANDLE)
		return parse_slot(p, 'f', ret);
	if (!next_word(p)[0] && oplist_arg_default(op->op, arg->type, ret))
		return 0;
	if (!oplog_arg_parse(arg->type, p->word, ret))
		return 0;
	snprintf(what, sizeof(what), "is not the %s of a %s", arg->name, oplog_kind(op->op)->name);
	if (p->word[0])
		return wrong(p, what);
	snprintf(what, sizeof(what), "the %s of the %s is missing", arg->name,
		 oplog_kind(op->op)->name);
	return wrong(p, what);
}

/* "@1" before the operation. */
static int parse_worker(struct parser *p, struct dx_list_op *op)
{
	uint64_t worker;

	if (next_word(p)[0] != '@')
		return 0;
	if (units_parse_count(p->word + 1, &worker) || worker >= DX_LIST_WORKERS)
		return wrong(p, "want @0 to @15");
	op->worker = (uint16_t)worker;
	next_word(p);
	return 0;
}

/* The words behind the operation's own. @texts: where the names go, which the caller frees. */
static int parse_args(struct parser *p, struct dx_list_op *op, char *texts[2])
{
	const struct oplog_kind *k = oplist_kind(op->op);
	uint64_t slot = 0;
	int r = 0;

	if (k->object != OPLOG_NO_OBJECT)
		r = parse_slot(p, k->object == OPLOG_MAP ? 'm' : 'f', &slot);
	op->slot = (uint32_t)slot;
	for (unsigned int i = 0; !r && i < k->texts; i++) {
		r = parse_name(p);
		if (r)
			return r;
		op->text[i] = texts[i] = strdup(p->text);
		r = texts[i] ? 0 : err_sys(p->e, -ENOMEM, p->name, "read");
	}
	for (size_t i = 0; !r && i < 4; i++)
		if (oplist_arg_is_written(&k->arg[i]))
			r = parse_arg(p, op, &k->arg[i], &op->arg[i]);
	if (!r && op->op == DX_OP_OPEN)
		op->arg[1] = 0644;
	if (!r && next_word(p)[0])
		r = wrong(p, "one word too many");
	return r;
}

static int parse_op(struct parser *p, struct oplist *list)
{
	struct dx_list_op op = { 0 };
	char *texts[2] = { NULL, NULL };
	int r = parse_worker(p, &op);

	if (r)
		return r;
	op.op = (uint16_t)oplog_kind_find(p->word);
	if (!oplist_kind(op.op))
		return wrong(p, "no such operation");
	r = parse_args(p, &op, texts);
	if (!r) {
		r = oplist_add(list, &op);
		if (r)
			err_sys(p->e, r, p->name, "read");
	}
	free(texts[0]);
	free(texts[1]);
	return r;
}

/* ---- the list ---- */

/* The line, from 1, of operation @n, from 0. */
static size_t line_of(const char *text, const char *end, size_t n)
{
	struct parser p = { .p = text };

	for (;;) {
		const char *eol = memchr(p.p, '\n', (size_t)(end - p.p));

		p.line++;
		p.end = eol ? eol : end;
		skip_blanks(&p);
		if ((p.p < p.end && !n--) || !eol)
			return p.line;
		p.p = eol + 1;
	}
}

static int check(const struct oplist *list, const char *text, const char *end, const char *name,
		 struct err *e)
{
	struct err why = { 0 };
	size_t at = 0;
	int r = oplist_check(list, name, &at, &why);

	if (r != -EINVAL) {
		if (r && e)
			*e = why;
		return r;
	}
	/* "operation 5: store: ..." counts operations; people count lines. */
	return err_set(e, r, name, "line %zu: %s", line_of(text, end, at),
		       strstr(why.what, ": ") + 2);
}

int oplist_parse(struct oplist *ret, const char *text, size_t len, const char *name, struct err *e)
{
	AUTO_FREE struct parser *p = calloc(1, sizeof(*p));
	const char *end = text + len;
	struct oplist list = { 0 };
	int r = p ? 0 : err_sys(e, -ENOMEM, name, "read");

	if (!p)
		return r;
	p->name = name;
	p->e = e;
	for (const char *line = text; !r && line < end; line = p->end + 1) {
		const char *eol = memchr(line, '\n', (size_t)(end - line));

		p->p = line;
		p->end = eol ? eol : end;
		p->line++;
		skip_blanks(p);
		if (p->p < p->end)
			r = parse_op(p, &list);
	}
	if (!r)
		r = check(&list, text, end, name, e);
	if (r)
		oplist_release(&list);
	else
		*ret = list;
	return r;
}

int oplist_open(struct oplist *ret, const char *path, struct err *e)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	int r = file_read_given(path, "read", OPLIST_MAX_TEXT, &text, &len, e);

	return r ? r : oplist_parse(ret, text, len, path, e);
}
