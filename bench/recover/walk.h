/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that can be found below a directory of a file system that was recovered. */
#ifndef BENCH_RECOVER_WALK_H
#define BENCH_RECOVER_WALK_H

#include "checker/states/dump.h"

/*
 * Adds to @out an entry for each file below the directory @path, for that itself, with their
 * extended attributes user.*, and the step DUMP_WALK. Symbolic links are not followed. What cannot
 * be looked at has its errno in its entry: EFBIG where it is too large for what is left of @out,
 * ELOOP where it lies too deep, EEXIST where a directory has a name twice. A directory that is not
 * there is no error, and no entry.
 */
void walk_tree(const char *path, struct dump_out *out);

#endif
