// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/promise/places.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_ROOM 1024U

/* A table with open chains, doubled when there are as many pages as chains. */
struct places {
	struct content_page **chain;
	size_t room, used;
};

struct places *places_new(void)
{
	struct places *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->room = FIRST_ROOM;
	t->chain = calloc(t->room, sizeof(struct content_page *));
	if (!t->chain) {
		free(t);
		return NULL;
	}
	return t;
}

void places_free(struct places *t)
{
	if (t)
		free(t->chain);
	free(t);
}

static size_t hash(uint64_t physical, size_t room)
{
	return (size_t)((physical / CONTENT_PAGE * 0x9e3779b97f4a7c15ULL) >> 32) & (room - 1);
}

static int grow(struct places *t)
{
	size_t room = t->room * 2;
	struct content_page **chain = calloc(room, sizeof(struct content_page *));

	if (!chain)
		return -ENOMEM;
	for (size_t i = 0; i < t->room; i++)
		for (struct content_page *p = t->chain[i], *next; p; p = next) {
			struct content_page **at = &chain[hash(p->physical, room)];

			next = p->next_here;
			p->next_here = *at;
			*at = p;
		}
	free(t->chain);
	t->chain = chain;
	t->room = room;
	return 0;
}

int places_set(struct places *t, struct content_page *p, uint64_t physical)
{
	struct content_page **at;

	if (p->place == CONTENT_AT && p->physical == physical)
		return 0;
	places_clear(t, p, CONTENT_NOWHERE);
	if (t->used == t->room && grow(t))
		return -ENOMEM;
	at = &t->chain[hash(physical, t->room)];
	p->place = CONTENT_AT;
	p->physical = physical;
	p->unchecked = p->moved = true;
	p->next_here = *at;
	*at = p;
	t->used++;
	return 0;
}

void places_clear(struct places *t, struct content_page *p, enum content_place what)
{
	struct content_page **at;

	if (p->place == CONTENT_AT) {
		at = &t->chain[hash(p->physical, t->room)];
		while (*at != p)
			at = &(*at)->next_here;
		*at = p->next_here;
		t->used--;
	}
	p->unchecked |= p->place != what;
	p->moved |= p->place != what;
	p->place = what;
	p->next_here = NULL;
}

/* A chain holds other places too. */
static struct content_page *first_at(struct content_page *p, uint64_t physical)
{
	while (p && p->physical != physical)
		p = p->next_here;
	return p;
}

struct content_page *places_find(const struct places *t, uint64_t physical)
{
	return first_at(t->chain[hash(physical, t->room)], physical);
}

struct content_page *places_next(const struct content_page *p)
{
	return first_at(p->next_here, p->physical);
}
