/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the kinds of the log are written in a list: shared by its printer and its parser. */
#ifndef CHECKER_OPLIST_FORM_H
#define CHECKER_OPLIST_FORM_H

#include "checker/log/oplog_kind.h"

/* NULL for what no list has: TEXT, EXTENT, and what the harness logs of itself. */
const struct oplog_kind *oplist_kind(unsigned int op);

/* Unused arguments, generations and the modes of new files are not written. */
bool oplist_arg_is_written(const struct oplog_arg *arg);

/* May an argument be left out, at the end of its operation, and what is it then? */
bool oplist_arg_default(unsigned int op, enum oplog_arg_type type, uint64_t *ret);

#endif
