// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/cost.h"
#include "bench/results/json_get.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int64_t in_vain(const json_t *entry)
{
	return number_of(entry, "clean") + number_of(entry, "twice");
}

static int64_t event_of(const json_t *entry)
{
	return number_of(json_object_get(entry, "site"), "event");
}

static bool is_same_text(const json_t *a, const json_t *b, const char *member)
{
	return !strcmp(text_of(a, member), text_of(b, member));
}

static bool is_same_place(const json_t *a, const json_t *b)
{
	const json_t *x = json_object_get(a, "site"), *y = json_object_get(b, "site");

	return is_same_text(a, b, "kind") && is_same_text(x, y, "where") &&
	       is_same_text(x, y, "entry");
}

static json_t *describe(const struct linecheck_cost *c, const struct linecheck *lc,
			const struct attribution *a)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:o}", "kind", c->is_fence ? "fence" : "write-back",
			 "events", (json_int_t)c->events, "clean", (json_int_t)c->clean, "twice",
			 (json_int_t)c->twice, "site", attribution_describe(a, lc, &c->site));
}

static void add(json_t *entry, const json_t *more)
{
	static const char *const members[] = { "events", "clean", "twice" };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_set_new(
			entry, members[i],
			json_integer(number_of(entry, members[i]) + number_of(more, members[i])));
}

/* Takes @entry, which may be of a place that is there. */
static int merge(json_t *places, json_t *entry)
{
	json_t *old;
	size_t i;

	if (!entry)
		return -1;
	json_array_foreach(places, i, old)
		if (is_same_place(old, entry)) {
			add(old, entry);
			json_decref(entry);
			return 0;
		}
	return json_array_append_new(places, entry);
}

static int worst_first(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;

	if (in_vain(x) != in_vain(y))
		return in_vain(x) < in_vain(y) ? 1 : -1;
	return event_of(x) < event_of(y) ? -1 : event_of(x) > event_of(y);
}

/* The worst of @places, in order. */
static json_t *choose(const json_t *places)
{
	size_t n = json_array_size(places);
	json_t **sorted = calloc(n ? n : 1, sizeof(*sorted)), *chosen = json_array();

	for (size_t i = 0; sorted && i < n; i++)
		sorted[i] = json_array_get(places, i);
	if (sorted)
		qsort(sorted, n, sizeof(*sorted), worst_first);
	for (size_t i = 0; sorted && i < n && i < COST_PLACES; i++)
		json_array_append(chosen, sorted[i]);
	free(sorted);
	return chosen;
}

json_t *cost_describe(const struct linecheck *lc, const struct attribution *a)
{
	const struct linecheck_cost *list;
	size_t n = linecheck_costs(lc, &list);
	json_t *places = json_array(), *chosen = NULL;
	int r = places ? 0 : -1;

	for (size_t i = 0; !r && i < n; i++)
		if (list[i].clean + list[i].twice)
			r = merge(places, describe(&list[i], lc, a));
	if (!r)
		chosen = choose(places);
	json_decref(places);
	return chosen;
}
