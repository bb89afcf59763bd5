// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/grow.h"

#include <stdlib.h>

void *grow(void *list, size_t n, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 2;
	size_t bytes;
	void *longer;

	if (n < *room)
		return list;
	if (__builtin_mul_overflow(more, size, &bytes))
		return NULL;
	longer = realloc(list, bytes);
	if (longer)
		*room = more;
	return longer;
}
