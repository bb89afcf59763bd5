// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/edits.h"
#include "bench/results/json_get.h"
#include "lib/tame.h"

#include <inttypes.h>
#include <string.h>

static const json_t *edits_of(const json_t *cell)
{
	return json_object_get(json_object_get(cell, "states"), "edits");
}

static void add_kind(const json_t *one, int64_t *tried, int64_t *caught, json_t *explained)
{
	const char *reason;
	json_t *n;

	*tried += number_of(one, "tried");
	*caught += number_of(one, "caught");
	json_object_foreach(json_object_get(one, "explained"), reason, n)
		json_object_set_new(
			explained, reason,
			json_integer(json_integer_value(n) + number_of(explained, reason)));
}

static void print_kind(FILE *out, const json_t *results, const char *kind)
{
	json_t *explained = json_object(), *n;
	int64_t tried = 0, caught = 0;
	const char *reason, *comma = "  ";
	const json_t *cell;
	size_t i;

	json_array_foreach(results, i, cell)
		add_kind(json_object_get(edits_of(cell), kind), &tried, &caught, explained);
	if (tried) {
		fprintf(out, "  %-6s %5" PRId64 " %6" PRId64 " %4.0f %%", kind, tried, caught,
			100.0 * (double)caught / (double)tried);
		json_object_foreach(explained, reason, n) {
			fprintf(out, "%s%" PRId64 " %s", comma, (int64_t)json_integer_value(n),
				reason);
			comma = ", ";
		}
		fputc('\n', out);
	}
	json_decref(explained);
}

static void print_edit(FILE *out, const json_t *cell, const json_t *edit, const char *what)
{
	const json_t *during = json_object_get(edit, "during");
	char line[300];

	snprintf(line, sizeof(line), "  %s %s: %s at event %" PRId64 "%s%s%s%s: %s",
		 text_of(cell, "fs"), text_of(cell, "workload"), text_of(edit, "kind"),
		 number_of(edit, "event"), json_is_object(during) ? ", in " : "",
		 text_of(during, "op"), *text_of(edit, "of") ? ", of " : "", text_of(edit, "of"),
		 what);
	tame(line, strlen(line));
	fprintf(out, "%s\n", line);
}

static void print_blame(FILE *out, const json_t *blamed)
{
	const json_t *promise = json_object_get(blamed, "promise");
	const char *file = text_of(blamed, "file");
	char line[300];

	if (json_is_object(promise))
		snprintf(line, sizeof(line), "      %-11s %s%spromised by %s #%" PRId64,
			 text_of(blamed, "rule"), file, *file ? ", " : "", text_of(promise, "op"),
			 number_of(promise, "record"));
	else
		snprintf(line, sizeof(line), "      %-11s %s", text_of(blamed, "rule"),
			 *file ? file : "the file system");
	tame(line, strlen(line));
	fprintf(out, "%s\n", line);
}

static void print_places(FILE *out, const json_t *cell)
{
	const json_t *edit, *blamed;
	size_t i, k;

	json_array_foreach(json_object_get(edits_of(cell), "missed"), i, edit)
		print_edit(out, cell, edit, text_of(edit, "reason"));
	json_array_foreach(json_object_get(edits_of(cell), "found"), i, edit) {
		print_edit(out, cell, edit, "caught");
		json_array_foreach(json_object_get(edit, "blamed"), k, blamed)
			print_blame(out, blamed);
	}
}

/* Caught where no state is another one than before, or of another file: the checker is wrong. */
static int64_t count_wrong(const json_t *results)
{
	const json_t *cell;
	int64_t wrong = 0;
	size_t i;

	json_array_foreach(results, i, cell)
		for (unsigned int kind = 0; kind < EDIT_KINDS; kind++)
			wrong += number_of(json_object_get(edits_of(cell), edit_kind_names[kind]),
					   "wrong");
	return wrong;
}

void edits_print(FILE *out, const json_t *results, bool verbose)
{
	const json_t *cell;
	bool any = false;
	size_t i;

	json_array_foreach(results, i, cell)
		any |= json_is_object(edits_of(cell));
	if (!any)
		return;
	fprintf(out, "\n%-8s %5s %6s\n", "EDITS", "TRIED", "CAUGHT");
	for (unsigned int kind = 0; kind < EDIT_KINDS; kind++)
		print_kind(out, results, edit_kind_names[kind]);
	if (count_wrong(results))
		fprintf(out,
			"  %" PRId64
			" caught that make no difference, or none there: the checker is wrong\n",
			count_wrong(results));
	if (verbose)
		json_array_foreach(results, i, cell)
			print_places(out, cell);
}
