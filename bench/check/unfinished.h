/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The run that a guest died in. Its trace is there as far as it came, but no cell
 * tells of it: the guest sends a cell when it is done.
 */
#ifndef BENCH_CHECK_UNFINISHED_H
#define BENCH_CHECK_UNFINISHED_H

#include <jansson.h>

#include "lib/err.h"

/*
 * Appends a cell to @cells for each RUN.trace in @dir that none of them is of.
 * Its log is RUN.oplog, which the plugin leaves when QEMU comes to an end of its
 * own; or else, if that is not there or not to be read, @log, a copy of the log's
 * NVDIMM, which is renamed to that. -ENODATA: the guest died before the run's first
 * operation (the log is that of a run before): its files are removed. Another error:
 * no log can be read, or none was begun; the files stay and @e names them.
 */
int unfinished_add(const char *dir, const char *log, json_t *cells, struct err *e);

#endif
