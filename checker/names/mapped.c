// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/names/mapped.h"
#include "checker/names/elf_symbols.h"
#include "checker/names/lineinfo.h"
#include "lib/cleanup.h"
#include "lib/file_given.h"
#include "lib/grow.h"
#include "lib/tame.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct module {
	char *path;
	uint64_t size;
	bool tried;
	struct elf_symbols *symbols; /* NULL: it is not here any more, or no program */
	struct lineinfo *lines;	     /* NULL: no debug information */
};

struct part {
	uint64_t start, end, offset;
	size_t module;
};

struct mapped {
	struct part *part;
	size_t n, room;
	struct module *module;
	size_t n_modules, modules_room;
};

/* ---- the list ---- */

static struct module *get_module(struct mapped *m, const char *path, uint64_t size)
{
	struct module *more;

	for (size_t i = 0; i < m->n_modules; i++)
		if (m->module[i].size == size && !strcmp(m->module[i].path, path))
			return &m->module[i];
	more = grow(m->module, m->n_modules, &m->modules_room, sizeof(*more));
	if (!more)
		return NULL;
	m->module = more;
	m->module[m->n_modules] = (struct module){ .path = strdup(path), .size = size };
	return m->module[m->n_modules].path ? &m->module[m->n_modules++] : NULL;
}

static int add_part(struct mapped *m, const struct part *part, const char *path, uint64_t size)
{
	struct part *more = grow(m->part, m->n, &m->room, sizeof(*more));
	struct module *module = more ? get_module(m, path, size) : NULL;

	if (more)
		m->part = more;
	if (!module)
		return -ENOMEM;
	m->part[m->n] = *part;
	m->part[m->n++].module = (size_t)(module - m->module);
	return 0;
}

/* 1: it is a line of the list. */
static int parse_line(const char *line, struct part *ret, uint64_t *size, const char **path)
{
	int at = 0;

	if (sscanf(line,
		   "%" SCNu64 " %" SCNx64 "-%" SCNx64 " r%*[w-]x%*[ps] %" SCNx64 " %*s %*u %n",
		   size, &ret->start, &ret->end, &ret->offset, &at) != 4 ||
	    !at || line[at] != '/' || ret->start >= ret->end)
		return 0;
	*path = line + at;
	return 1;
}

static int parse(struct mapped *m, char *text, const char *name, struct err *e)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		struct part part;
		const char *path;
		uint64_t size;

		if (!*line && !text)
			break;
		if (!parse_line(line, &part, &size, &path))
			return err_set(e, -EBADMSG, name, "no list of what a program had mapped");
		if (m->n == MAPPED_MAX)
			return err_set(e, -EFBIG, name, "more than %u lines", MAPPED_MAX);
		if (add_part(m, &part, path, size))
			return err_sys(e, -ENOMEM, name, "read");
	}
	return 0;
}

int mapped_parse(struct mapped **ret, const char *text, const char *name, struct err *e)
{
	struct mapped *m = calloc(1, sizeof(*m));
	AUTO_FREE char *copy = strdup(text);
	int r = m && copy ? parse(m, copy, name, e) : err_sys(e, -ENOMEM, name, "read");

	if (r)
		mapped_close(m);
	else
		*ret = m;
	return r;
}

int mapped_open(struct mapped **ret, const char *path, struct err *e)
{
	AUTO_FREE char *text = NULL;
	size_t len;
	int r = file_read_given(path, "read", MAPPED_MAX_BYTES, &text, &len, e);

	if (r)
		return r;
	if (memchr(text, '\0', len))
		return err_set(e, -EBADMSG, path, "no text");
	return mapped_parse(ret, text, path, e);
}

void mapped_close(struct mapped *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_modules; i++) {
		lineinfo_close(m->module[i].lines);
		elf_symbols_close(m->module[i].symbols);
		free(m->module[i].path);
	}
	free(m->module);
	free(m->part);
	free(m);
}

/* ---- addresses ---- */

static void try_module(struct module *module)
{
	struct stat st;

	if (module->tried)
		return;
	module->tried = true;
	if (stat(module->path, &st) || (uint64_t)st.st_size != module->size ||
	    elf_symbols_open(&module->symbols, module->path, NULL))
		return;
	if (lineinfo_open(&module->lines, module->path, NULL))
		module->lines = NULL;
}

static const char *base_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* The line that has the instruction, and not where it was inlined to: that is what one wrote. */
static bool describe_line(const struct module *module, uint64_t address, char *buf, size_t len)
{
	struct lineinfo_place chain[LINEINFO_MAX];

	if (!module->lines ||
	    !lineinfo_chain(module->lines, address, lineinfo_base(module->lines), chain) ||
	    !chain[0].line)
		return false;
	snprintf(buf, len, "%s:%d %s()", chain[0].file, chain[0].line, chain[0].function);
	return true;
}

static void describe(struct module *module, uint64_t offset, char *buf, size_t len)
{
	uint64_t address, start;
	const char *name;

	try_module(module);
	if (!module->symbols || elf_symbols_address(module->symbols, offset, &address)) {
		snprintf(buf, len, "%s+%#" PRIx64, base_of(module->path), offset);
		return;
	}
	if (describe_line(module, address, buf, len))
		return;
	name = elf_symbols_find(module->symbols, address, &start);
	if (name)
		snprintf(buf, len, "%s+%#" PRIx64 " [%s]", name, address - start,
			 base_of(module->path));
	else
		snprintf(buf, len, "%s+%#" PRIx64, base_of(module->path), address);
}

char *mapped_describe(struct mapped *m, uint64_t address, char *buf, size_t len)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct part *part = &m->part[i];

		if (address < part->start || address >= part->end)
			continue;
		describe(&m->module[part->module], part->offset + (address - part->start), buf,
			 len);
		tame_ascii(buf);
		return buf;
	}
	snprintf(buf, len, "%#" PRIx64, address);
	return buf;
}
