/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists that grow at their end. */
#ifndef LIB_GROW_H
#define LIB_GROW_H

#include <stddef.h>

/*
 * @list, moved if need be, with room for one element of @size bytes more than the @n that it
 * has; NULL at first. *@room is for how many there is room, 0 at first. NULL: no memory, and
 * the list is as it was.
 */
void *grow(void *list, size_t n, size_t *room, size_t size);

#endif
