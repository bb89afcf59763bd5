// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/promise/tree.h"

#include <errno.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
	char *name;
	struct tree_file *file; /* NULL: a symbolic link */
	char *target;
	struct entry *next;
};

struct tree {
	struct entry *entries;
	struct tree_file *files;
	uint32_t last_id;
};

struct tree *tree_new(void)
{
	return calloc(1, sizeof(struct tree));
}

static void free_entry(struct entry *e)
{
	free(e->name);
	free(e->target);
	free(e);
}

void tree_clear(struct tree *t)
{
	for (struct entry *e = t->entries, *next; e; e = next) {
		next = e->next;
		if (e->file)
			e->file->names--;
		free_entry(e);
	}
	t->entries = NULL;
}

void tree_free(struct tree *t)
{
	if (!t)
		return;
	tree_clear(t);
	for (struct tree_file *f = t->files, *next; f; f = next) {
		next = f->next;
		content_free(f->content);
		free((char *)f->first_name);
		free(f);
	}
	free(t);
}

struct tree_file *tree_files(const struct tree *t)
{
	return t->files;
}

static struct entry *find_entry(const struct tree *t, const char *name)
{
	struct entry *e = t->entries;

	while (e && strcmp(e->name, name) != 0)
		e = e->next;
	return e;
}

struct tree_file *tree_find(const struct tree *t, const char *name)
{
	const struct entry *e = find_entry(t, name);

	if (e && !e->file)
		e = find_entry(t, e->target);
	return e ? e->file : NULL;
}

struct tree_file *tree_file_named(const struct tree *t, const char *name)
{
	const struct entry *e = find_entry(t, name);

	return e ? e->file : NULL;
}

static int add_entry(struct tree *t, const char *name, struct tree_file *file, const char *target)
{
	struct entry *e = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->name = strdup(name);
	e->target = target ? strdup(target) : NULL;
	if (!e->name || (target && !e->target)) {
		free_entry(e);
		return -ENOMEM;
	}
	/* The calls succeeded: nothing was in the way. In a hostile log: what @target is of. */
	tree_unlink(t, name);
	e->file = file;
	e->next = t->entries;
	t->entries = e;
	if (file)
		file->names++;
	return 0;
}

struct tree_file *tree_create(struct tree *t, const char *name, bool known)
{
	struct tree_file *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->content = content_new(++t->last_id, known);
	f->first_name = strdup(name ? name : "");
	if (!f->content || !f->first_name || (name && add_entry(t, name, f, NULL))) {
		content_free(f->content);
		free((char *)f->first_name);
		free(f);
		return NULL;
	}
	f->next = t->files;
	t->files = f;
	return f;
}

int tree_link(struct tree *t, const char *existing, const char *name)
{
	const struct entry *e = find_entry(t, existing);

	return e ? add_entry(t, name, e->file, e->target) : 0;
}

int tree_symlink(struct tree *t, const char *target, const char *name)
{
	return add_entry(t, name, NULL, target);
}

void tree_unlink(struct tree *t, const char *name)
{
	for (struct entry **at = &t->entries; *at; at = &(*at)->next) {
		struct entry *e = *at;

		if (strcmp(e->name, name) != 0)
			continue;
		*at = e->next;
		if (e->file)
			e->file->names--;
		free_entry(e);
		return;
	}
}

/* Is @name @dir itself or below it? Then what follows @dir in it. */
static const char *below(const char *name, const char *dir)
{
	size_t len = strlen(dir);

	if (strncmp(name, dir, len) != 0 || (name[len] && name[len] != '/'))
		return NULL;
	return name + len;
}

static int rename_entry(struct entry *e, const char *to, const char *rest)
{
	char *name;

	if (asprintf(&name, "%s%s", to, rest) < 0)
		return -ENOMEM;
	free(e->name);
	e->name = name;
	return 0;
}

int tree_rename(struct tree *t, const char *from, const char *to, unsigned int flags)
{
	bool exchange = flags & RENAME_EXCHANGE;
	const struct entry *old = find_entry(t, from), *target = find_entry(t, to);

	/* One name twice, or two names of one file: rename(2) does nothing. */
	if (old && target && (old == target || (old->file && old->file == target->file)))
		return 0;
	if (!exchange)
		tree_unlink(t, to);
	for (struct entry *e = t->entries; e; e = e->next) {
		const char *rest = below(e->name, from), *other = below(e->name, to);
		int r = 0;

		if (rest)
			r = rename_entry(e, to, rest);
		else if (exchange && other)
			r = rename_entry(e, from, other);
		if (r)
			return r;
	}
	return 0;
}
