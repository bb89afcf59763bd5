// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/unflushed_report.h"
#include "bench/results/json_get.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool is_same_place(const json_t *a, const json_t *b)
{
	return !strcmp(text_of(a, "where"), text_of(b, "where")) &&
	       !strcmp(text_of(a, "missing"), text_of(b, "missing"));
}

static void add_to(json_t *entry, const json_t *more)
{
	static const char *const members[] = { "lines", "bytes" };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_set_new(
			entry, members[i],
			json_integer(number_of(entry, members[i]) + number_of(more, members[i])));
}

/* Several instructions can be of one line. */
static int merge(json_t *list, json_t *entry)
{
	json_t *old;
	size_t i;

	if (!entry)
		return -ENOMEM;
	json_array_foreach(list, i, old)
		if (is_same_place(old, entry)) {
			add_to(old, entry);
			json_decref(entry);
			return 0;
		}
	return json_array_append_new(list, entry) ? -ENOMEM : 0;
}

static json_t *describe(const struct unflushed *u, const struct attribution *a)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:I}", "class", "never flushed", "missing",
			 u->written_back ? "fence" : "write-back", "where",
			 attribution_where(a, u->ip), "ip", json_sprintf("%#" PRIx64, u->ip),
			 "event", (json_int_t)u->seq, "lines", (json_int_t)u->lines, "bytes",
			 (json_int_t)u->bytes);
}

int unflushed_report_add(const char *trace, const struct oplog *log, enum persist_mode rules,
			 const struct attribution *a, json_t *cell, struct err *e)
{
	struct unflushed *found = NULL;
	struct trace *t = NULL;
	json_t *list;
	size_t n = 0;
	int r = trace_open(&t, trace, e);

	if (!r)
		r = unflushed_find(t, log, rules, &found, &n, e);
	trace_close(t);
	if (r)
		return r;
	list = json_array();
	for (size_t i = 0; !r && i < n; i++)
		r = merge(list, describe(&found[i], a));
	free(found);
	if (json_object_set_new(json_object_get(cell, "check"), "unflushed", list) || r)
		return err_sys(e, -ENOMEM, trace, "tell what was not flushed");
	return 0;
}
