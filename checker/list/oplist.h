/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operation lists (daxbench/oplist.h): from text and back, checked, and from a log. */
#ifndef CHECKER_OPLIST_H
#define CHECKER_OPLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "checker/log/oplog.h"
#include "daxbench/oplist.h"
#include "lib/err.h"

#define OPLIST_MAX_TEXT (64U << 20) /* bytes of a file that is read */

/* Zeroed it is an empty list. The texts of @op are the list's own. */
struct oplist {
	struct dx_list_op *op;
	size_t n, room;
};

/* Frees what the list holds, and empties it. */
void oplist_release(struct oplist *list);

/*
 * Adds a copy of @op, texts included. -ENOMEM, or -E2BIG beyond DX_LIST_MAX_OPS.
 * Nothing is checked: oplist_check() does that for the whole.
 */
int oplist_add(struct oplist *list, const struct dx_list_op *op);

/* @ret, untouched on failure, becomes a list of its own. 0 or -ENOMEM. */
int oplist_copy(struct oplist *ret, const struct oplist *list);
bool oplist_is_same(const struct oplist *a, const struct oplist *b);

/*
 * Is each operation one that can be done safely: slots filled and empty as it
 * needs them, accesses inside their mapping and aligned, lengths that fit the
 * buffer? -EINVAL, and in *@ret_at (may be NULL) which operation; @e's object is
 * @name.
 */
int oplist_check(const struct oplist *list, const char *name, size_t *ret_at, struct err *e);

/*
 * Reads @len bytes of text. @ret is untouched on failure: -EINVAL with the line
 * and the word that is wrong, after @name; -ENOMEM; -E2BIG. What it returns has
 * passed oplist_check().
 */
int oplist_parse(struct oplist *ret, const char *text, size_t len, const char *name, struct err *e);

/* The same from a file of at most OPLIST_MAX_TEXT bytes. */
int oplist_open(struct oplist *ret, const char *path, struct err *e);

/* Writes the text form; what it writes, oplist_parse() reads back as the same list. */
int oplist_print(const struct oplist *list, FILE *out);

/* One operation, without a newline. */
void oplist_print_op(const struct dx_list_op *op, FILE *out);

/*
 * What run() did, as a list; with @prepare what prepare() did before it. Without,
 * the list needs the files that prepare() made: it opens those that it uses.
 * How handles become slots, and what is left out: oplist_log.c. -E2BIG where
 * more is open at once than there are slots; -EINVAL where the workload did what
 * a list may not (a name that leads out of its directory).
 */
int oplist_from_log(struct oplist *ret, const struct oplog *log, bool prepare, struct err *e);

/* How much of that list is done when operation @last of @log is, which is in the list. */
int oplist_log_length(const struct oplog *log, bool prepare, const struct oplog_op *last,
		      size_t *ret, struct err *e);

#endif
