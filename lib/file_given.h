/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that somebody else may have put there: a directory of a violation, mailed, say. */
#ifndef LIB_FILE_GIVEN_H
#define LIB_FILE_GIVEN_H

#include "lib/err.h"

#include <stddef.h>

/*
 * As file_read(). What is no regular file is refused (-EBADMSG): a pipe of that name would
 * never end. @e says what could not be done: @action, as "read the symbols".
 */
int file_read_given(const char *path, const char *action, size_t max, char **ret_data,
		    size_t *ret_len, struct err *e);

#endif
