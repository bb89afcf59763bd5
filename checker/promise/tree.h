/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which file a name stands for, by the operations of the log: needed to know
 * that two handles are one file, and when the last name of a file is gone.
 * Names are paths relative to the directory of the cell, as they were typed;
 * "." and "..", and links in the middle of a path, are not followed.
 */
#ifndef CHECKER_TREE_H
#define CHECKER_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "checker/promise/content.h"
#include "checker/promise/moves.h"

struct tree_file {
	struct content *content;
	unsigned int names, handles; /* how many there are of each */
	bool shared;	    /* its blocks may be another file's too: a store can move them */
	struct moves moves; /* of its blocks, that a crash may undo */
	const char *first_name;
	struct tree_file *next;
};

struct tree;

struct tree *tree_new(void);
void tree_free(struct tree *t);

/* By name; NULL: there is none. A symbolic link is followed once. */
struct tree_file *tree_find(const struct tree *t, const char *name);

/* The file whose own name this is; NULL: none, or a symbolic link, which is not followed. */
struct tree_file *tree_file_named(const struct tree *t, const char *name);

/* A new file under @name (may be NULL: none). @known: content_new(). NULL: no memory. */
struct tree_file *tree_create(struct tree *t, const char *name, bool known);

/* What the calls of these names do. 0 or -ENOMEM; a name that is not there is no error. */
int tree_link(struct tree *t, const char *existing, const char *name);
int tree_symlink(struct tree *t, const char *target, const char *name);
int tree_rename(struct tree *t, const char *from, const char *to, unsigned int flags);
void tree_unlink(struct tree *t, const char *name);

/* All is gone: a new file system was made. Files stay until tree_free(), without names. */
void tree_clear(struct tree *t);

/* All files that there ever were, the newest first. */
struct tree_file *tree_files(const struct tree *t);

#endif
