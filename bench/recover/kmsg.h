/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel said while something was tried, as far as it should not have. */
#ifndef BENCH_RECOVER_KMSG_H
#define BENCH_RECOVER_KMSG_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

/* A descriptor of /dev/kmsg for the two below, or -errno. */
int kmsg_open(struct err *e);

/* What was said until now is of no interest. */
void kmsg_skip(int fd);

/*
 * What was said since, a line each, without time and number; terminated. What does not
 * fit into @len bytes is left out, and that is said at the end. Returns its length.
 */
size_t kmsg_take(int fd, char *buf, size_t len);

/*
 * The text of a record of /dev/kmsg ("4,339,5140900,-;text\n..."), which it cuts out of
 * @record, if it is told: a warning or worse, or in words that tell of damage, and not
 * what every mount says. Else NULL.
 */
const char *kmsg_news(char *record);

#endif
