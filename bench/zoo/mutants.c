// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/zoo/mutants.h"
#include "lib/file_given.h"
#include "lib/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATOR  " : "
#define FIELDS	   4
#define EQUIVALENT "equivalent: "
#define GENERAL	   "general"
#define ANY	   "any"

const char *const zoo_detector_names[ZOO_DETECTORS] = {
	[ZOO_LINES] = "lines",	 [ZOO_CONTENT] = "content", [ZOO_STATES] = "states",
	[ZOO_COUNTS] = "counts", [ZOO_KERNEL] = "kernel",
};

/* ---- words ---- */

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && strchr(" \t", text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* Splits @line at the separators. How many fields it has, at most @max + 1. */
static size_t split(char *line, char *field[], size_t max)
{
	size_t n = 0;

	while (line && n < max) {
		char *end = strstr(line, SEPARATOR);

		if (end)
			*end = '\0';
		field[n++] = trim(line);
		line = end ? end + strlen(SEPARATOR) : NULL;
	}
	return line ? max + 1 : n;
}

static int split_words(struct mutant_command *c, char *rest)
{
	for (char *word; (word = strsep(&rest, " \t"));) {
		if (!*word)
			continue;
		if (c->n == MUTANTS_MAX_WORDS)
			return -EBADMSG;
		c->words[c->n++] = word;
	}
	return c->n && (!strcmp(c->words[0], "check") || !strcmp(c->words[0], "run")) ? 0
										      : -EBADMSG;
}

static int take_command(struct mutant_command *c, char *text)
{
	char *copy = strdup(text);
	int r;

	if (!copy)
		return -ENOMEM;
	*c = (struct mutant_command){ .text = text };
	r = split_words(c, copy);
	if (r)
		free(copy);
	return r;
}

/* Its words are parts of one text, which begins with the first. */
static void drop_command(struct mutant_command *c)
{
	free(c->words[0]);
}

/* ---- a line ---- */

static bool is_name(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] &&
	       text[strspn(text, "0123456789")];
}

/* "2 no-mkclean" */
static int take_name(struct mutant *m, char *text)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t number;

	if (!digits || digits > 6 || !strchr(" \t", text[digits]) || !text[digits])
		return -EBADMSG;
	text[digits] = '\0';
	if (units_parse_count(text, &number) || !number)
		return -EBADMSG;
	m->number = (unsigned int)number;
	m->name = trim(text + digits + 1);
	return is_name(m->name) ? 0 : -EBADMSG;
}

static int take_expected(struct mutant *m, char *text)
{
	m->equivalent = !strncmp(text, EQUIVALENT, strlen(EQUIVALENT));
	if (m->equivalent) {
		m->reason = trim(text + strlen(EQUIVALENT));
		return *m->reason ? 0 : -EBADMSG;
	}
	m->any = !strcmp(text, ANY);
	if (m->any)
		return 0;
	for (size_t i = 0; i < ZOO_DETECTORS; i++)
		if (!strcmp(text, zoo_detector_names[i])) {
			m->expected = (enum zoo_detector)i;
			return 0;
		}
	return -EBADMSG;
}

static int take_trigger(struct mutant *m, char *text, const char **why)
{
	m->general = !strcmp(text, GENERAL);
	*why = "want general with any, or with equivalent";
	if (m->general)
		return m->any || m->equivalent ? 0 : -EBADMSG;
	if (m->any)
		return -EBADMSG;
	*why = "want check or run, and not too many words";
	return take_command(&m->trigger, text);
}

static int add_general(struct mutants *m, char *text)
{
	int r;

	if (m->n_general == MUTANTS_MAX)
		return -E2BIG;
	r = take_command(&m->general[m->n_general], text);
	m->n_general += !r;
	return r;
}

static bool is_twice(const struct mutants *m, const struct mutant *new)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->mutant[i].number == new->number || !strcmp(m->mutant[i].name, new->name))
			return true;
	return false;
}

static int add_mutant(struct mutants *m, char *field[FIELDS], const char **why)
{
	struct mutant *new = &m->mutant[m->n];
	int r;

	*new = (struct mutant){ .what = field[3] };
	if (m->n == MUTANTS_MAX)
		return -E2BIG;
	*why = "want a number, not 0, and a name of [a-z0-9-]";
	r = take_name(new, field[0]);
	if (r)
		return r;
	*why = "that number or name was there before";
	if (is_twice(m, new))
		return -EBADMSG;
	*why = "want any, lines, content, states, counts, kernel, or \"equivalent: \" and why";
	r = take_expected(new, field[1]);
	if (r)
		return r;
	*why = "want what it is";
	if (!*new->what)
		return -EBADMSG;
	r = take_trigger(new, field[2], why);
	m->n += !r;
	return r;
}

static int take_line(struct mutants *m, char *line, const char **why)
{
	char *field[FIELDS];
	size_t n;

	line[strcspn(line, "#")] = '\0';
	line = trim(line);
	if (!*line)
		return 0;
	n = split(line, field, FIELDS);
	*why = "want check or run, and not too many words";
	if (n == 2 && !strcmp(field[0], GENERAL))
		return add_general(m, field[1]);
	*why = "want NUMBER NAME : EXPECTED : COMMAND : WHAT, or general : COMMAND";
	return n == FIELDS ? add_mutant(m, field, why) : -EBADMSG;
}

/* ---- the file ---- */

static int take_text(struct mutants *m, size_t len, const char *object, struct err *e)
{
	char *rest = m->copies;
	const char *why = "";
	unsigned int number = 0;
	int r;

	if (memchr(m->copies, '\0', len))
		return err_set(e, -EBADMSG, object, "is no text");
	for (char *line; (line = strsep(&rest, "\n"));) {
		number++;
		r = take_line(m, line, &why);
		if (r == -ENOMEM)
			return err_sys(e, r, object, "read");
		if (r)
			return err_set(e, -EBADMSG, object, "line %u: %s", number,
				       r == -E2BIG ? "too many" : why);
	}
	return 0;
}

int mutants_parse(struct mutants *ret, const char *text, size_t len, const char *object,
		  struct err *e)
{
	int r;

	*ret = (struct mutants){ 0 };
	if (len > MUTANTS_MAX_BYTES)
		return err_set(e, -EBADMSG, object, "is larger than %u bytes", MUTANTS_MAX_BYTES);
	ret->mutant = calloc(MUTANTS_MAX + 1, sizeof(*ret->mutant));
	ret->general = calloc(MUTANTS_MAX, sizeof(*ret->general));
	ret->copies = calloc(1, len + 1);
	if (ret->mutant && ret->general && ret->copies) {
		memcpy(ret->copies, text, len);
		r = take_text(ret, len, object, e);
	} else {
		r = err_sys(e, -ENOMEM, object, "read");
	}
	if (r)
		mutants_release(ret);
	return r;
}

int mutants_read(struct mutants *ret, const char *path, struct err *e)
{
	char *text = NULL;
	size_t len = 0;
	int r = file_read_given(path, "read", MUTANTS_MAX_BYTES, &text, &len, e);

	if (r)
		return err_hint(e, "run daxbench where its sources are");
	r = mutants_parse(ret, text, len, path, e);
	free(text);
	return r;
}

void mutants_release(struct mutants *m)
{
	for (size_t i = 0; m->mutant && i < m->n; i++)
		drop_command(&m->mutant[i].trigger);
	for (size_t i = 0; m->general && i < m->n_general; i++)
		drop_command(&m->general[i]);
	free(m->mutant);
	free(m->general);
	free(m->copies);
	*m = (struct mutants){ 0 };
}

const char *mutant_expected(const struct mutant *m)
{
	return m->equivalent ? "equivalent" : m->any ? ANY : zoo_detector_names[m->expected];
}

const struct mutant *mutants_find(const struct mutants *m, const char *word)
{
	uint64_t number;
	bool is_number = !units_parse_count(word, &number);

	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->mutant[i].name, word) ||
		    (is_number && m->mutant[i].number == number))
			return &m->mutant[i];
	return NULL;
}
