// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/unflushed_report.h"
#include "bench/results/json_get.h"
#include "lib/tame.h"

#include <inttypes.h>
#include <stdlib.h>

static int most_first(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	int64_t m = number_of(x, "lines"), n = number_of(y, "lines");

	if (m != n)
		return m < n ? 1 : -1;
	return number_of(x, "event") < number_of(y, "event") ? -1 : 1;
}

static void print_entry(FILE *out, const json_t *u)
{
	tame_print(out, "  %7" PRId64 " %9" PRId64 "  %-10s  %s", number_of(u, "lines"),
		   number_of(u, "bytes"), text_of(u, "missing"), text_of(u, "where"));
}

static void print_cell(FILE *out, const json_t *cell, bool verbose)
{
	const json_t *list = json_object_get(json_object_get(cell, "check"), "unflushed");
	size_t n = json_array_size(list),
	       shown = verbose || n < UNFLUSHED_SHOWN ? n : UNFLUSHED_SHOWN;
	json_t **sorted = n ? calloc(n, sizeof(*sorted)) : NULL;

	if (!sorted)
		return;
	for (size_t i = 0; i < n; i++)
		sorted[i] = json_array_get(list, i);
	qsort(sorted, n, sizeof(*sorted), most_first);
	fputc('\n', out);
	tame_print(out,
		   "%s %s: stores that no flush followed (no failure: who owed one is not "
		   "known)",
		   text_of(cell, "fs"), text_of(cell, "workload"));
	fprintf(out, "    LINES     BYTES  MISSING     STORED BY\n");
	for (size_t i = 0; i < shown; i++)
		print_entry(out, sorted[i]);
	if (shown < n)
		tame_print(out, "  %zu places more (-v shows them)", n - shown);
	free(sorted);
}

void unflushed_print(FILE *out, const json_t *results, bool verbose)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(results, i, cell)
		print_cell(out, cell, verbose);
}
