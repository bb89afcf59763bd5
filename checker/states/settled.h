/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a file system without a journal owes: only what is *settled*, that is, was promised and
 * has not begun to change since. Blocks of metadata are written one by one there, in any order,
 * so that what a change makes of a file before its sync has returned is whatever e2fsck makes of
 * some of them:
 *
 *	its inode may be written without the entry of its name, or the entry without it (the
 *	entry is then cleared), a rename's new entry without the old one's end: any of its
 *	names, or none
 *	an inode that was deleted may have become another file's, and the entry leads there
 *	its inode may be written without the blocks of its extents (they are cleared), or a size
 *	without its blocks and the other way round (e2fsck makes the size fit)
 *	a directory of more than a block moves entries between its blocks as it grows
 *
 * Units of a block are kept or lost as a whole: without a journal smaller ones mend nothing.
 */
#ifndef CHECKER_STATES_SETTLED_H
#define CHECKER_STATES_SETTLED_H

#include "checker/states/history.h"

/*
 * Must the name be as its newest version is, by the promises that @rule counts? Its last change
 * was promised, and that of each directory above; and what it stands for was written.
 */
bool settled_name(const struct history *h, const struct history_name *n, enum history_rule rule);

/* Is all of a directory (a path, "": the workload's) as it must be: has it no other names? */
bool settled_directory(const struct history *h, const char *path, enum history_rule rule);

/* Must size and data be what was promised? Nothing that may move its blocks has begun since. */
bool settled_content(const struct history_object *o);

#endif
