// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/cost.h"
#include "bench/results/json_get.h"
#include "daxbench/trace.h"
#include "lib/tame.h"

#include <inttypes.h>
#include <string.h>

#define WIDTH 80

/* What one promised line or byte cost; nothing is said where nothing was promised. */
static void print_ratio(FILE *out, const json_t *check)
{
	double lines = (double)number_of(check, "lines_written_back");
	double fresh_lines = (double)number_of(check, "promised_fresh_lines");
	double fresh_bytes = (double)number_of(check, "promised_fresh_bytes");

	if (fresh_lines > 0)
		fprintf(out,
			"                %.3g for each promised line, %.3g bytes for each byte\n",
			lines / fresh_lines, lines * DX_TRACE_LINE / fresh_bytes);
}

static void print_totals(FILE *out, const json_t *check)
{
	int64_t fences = number_of(check, "fences"), idle = number_of(check, "fences_idle");

	fprintf(out, "  promised      %" PRId64 " bytes anew, in %" PRId64 " lines\n",
		number_of(check, "promised_fresh_bytes"), number_of(check, "promised_fresh_lines"));
	fprintf(out,
		"  written back  %" PRId64 " lines: %" PRId64 " needed, %" PRId64 " clean, %" PRId64
		" twice\n",
		number_of(check, "lines_written_back"), number_of(check, "lines_needed"),
		number_of(check, "lines_clean"), number_of(check, "lines_twice"));
	print_ratio(out, check);
	fprintf(out, "  past caches   %" PRId64 " bytes stored non-temporally\n",
		number_of(check, "stored_bytes_nt"));
	fprintf(out, "  fences        %" PRId64 ": %" PRId64 " needed, %" PRId64 " idle\n", fences,
		fences - idle, idle);
}

/* A number in its column; a fence is in vain or not, and never twice. */
static const char *column(char text[24], const json_t *entry, const char *member)
{
	bool is_fence = !strcmp(text_of(entry, "kind"), "fence");

	if (is_fence && !strcmp(member, "twice"))
		return "-";
	snprintf(text, 24, "%" PRId64, number_of(entry, member));
	return text;
}

/* Function and call, on two lines where one is too short. */
static void print_place(FILE *out, const json_t *entry)
{
	const json_t *site = json_object_get(entry, "site");
	bool is_fence = !strcmp(text_of(entry, "kind"), "fence");
	char clean[24], twice[24], of[24], line[1300];
	size_t used;

	used = (size_t)snprintf(line, sizeof(line), "  %7s %7s %7s %-6s ",
				column(clean, entry, "clean"), column(twice, entry, "twice"),
				column(of, entry, "events"), is_fence ? "fences" : "lines");
	snprintf(line + used, sizeof(line) - used, "%s%s%s", text_of(site, "where"),
		 text_of(site, "entry")[0] ? " in " : "", text_of(site, "entry"));
	tame_line(line);
	if (strlen(line) > WIDTH && text_of(site, "entry")[0]) {
		size_t first = used + strlen(text_of(site, "where"));

		fprintf(out, "%.*s\n%*s%s\n", (int)first, line, (int)used + 1, "",
			line + first + 1);
		return;
	}
	fprintf(out, "%s\n", line);
}

static void print_cell(FILE *out, const json_t *cell)
{
	const json_t *check = json_object_get(cell, "check"), *entry;
	const json_t *places = json_object_get(check, "redundant");
	char name[300];
	size_t i;

	snprintf(name, sizeof(name), "%s %s", text_of(cell, "fs"), text_of(cell, "workload"));
	tame_line(name);
	fprintf(out, "\n%s: what it cost\n", name);
	print_totals(out, check);
	if (!json_array_size(places)) {
		fprintf(out, "  in vain       nothing\n");
		return;
	}
	fprintf(out, "  %7s %7s %7s\n", "CLEAN", "TWICE", "OF");
	json_array_foreach(places, i, entry)
		print_place(out, entry);
}

void cost_print(FILE *out, const json_t *results)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(results, i, cell)
		if (json_is_object(json_object_get(cell, "check")))
			print_cell(out, cell);
}
