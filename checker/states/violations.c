// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/states/violations.h"
#include "lib/grow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool explore_is_alike(const struct explore_violation *a, const struct explore_violation *b)
{
	bool any_offset = b->rule == ORACLE_DATA || b->rule == ORACLE_FOREIGN;

	return a->rule == b->rule && a->promise == b->promise && !strcmp(a->path, b->path) &&
	       (any_offset || a->offset == b->offset) && (*a->path || !strcmp(a->what, b->what));
}

int violations_add(struct violations *all, const struct explore_violation *v)
{
	struct explore_violation *more, *copy;

	for (size_t i = 0; i < all->n; i++)
		if (explore_is_alike(&all->list[i], v)) {
			all->list[i].states += v->states;
			all->list[i].torn &= v->torn;
			return 0;
		}
	if (all->n == VIOLATIONS_MAX)
		return 0;
	more = grow(all->list, all->n, &all->room, sizeof(*more));
	if (!more)
		return -ENOMEM;
	all->list = more;
	copy = &all->list[all->n++];
	*copy = *v;
	copy->path = strdup(v->path);
	copy->what = strdup(v->what);
	return copy->path && copy->what ? 0 : -ENOMEM;
}

void violations_release(struct violations *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free((void *)(uintptr_t)all->list[i].path);
		free((void *)(uintptr_t)all->list[i].what);
	}
	free(all->list);
	*all = (struct violations){ 0 };
}
