// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/report/list_print.h"
#include "bench/group.h"
#include "bench/results/json_get.h"

#include <string.h>

static void print_param(FILE *out, const json_t *param)
{
	const char *name = text_of(param, "name"), *unit = text_of(param, "unit");

	if (!strcmp(unit, "path")) {
		fprintf(out, "        :%s=FILE  %s\n", name, text_of(param, "help"));
		return;
	}
	fprintf(out, "        :%s=%lld  %s, %lld to %lld %s\n", name,
		(long long)number_of(param, "default"), text_of(param, "help"),
		(long long)number_of(param, "min"), (long long)number_of(param, "max"), unit);
}

static void print_all_of(FILE *out, const json_t *workload)
{
	const json_t *param;
	size_t i;

	fprintf(out, "%s\n    %s\n    one operation: %s; groups: %s\n", text_of(workload, "name"),
		text_of(workload, "title"), text_of(workload, "op"), text_of(workload, "group"));
	json_array_foreach(json_object_get(workload, "params"), i, param)
		print_param(out, param);
}

/* @indent: columns of the longest name. Titles are cut to the width. */
static void print_line(FILE *out, const json_t *workload, unsigned int width, int indent)
{
	const char *title = text_of(workload, "title");
	int room = (int)width - indent - 4;

	if (!width || room > (int)strlen(title))
		room = (int)strlen(title);
	fprintf(out, "  %-*s  %.*s\n", indent, text_of(workload, "name"), room > 0 ? room : 0,
		title);
}

static int longest_name(const json_t *list)
{
	const json_t *workload;
	size_t i, longest = 0;

	json_array_foreach(list, i, workload)
		if (strlen(text_of(workload, "name")) > longest)
			longest = strlen(text_of(workload, "name"));
	return (int)longest;
}

/* Those of @theme, under a line that names it. */
static void print_theme(FILE *out, const json_t *list, const char *theme, const char *title,
			unsigned int width)
{
	int indent = longest_name(list);
	const json_t *workload;
	bool any = false;
	size_t i;

	json_array_foreach(list, i, workload) {
		if (strcmp(text_of(workload, "theme"), theme) != 0)
			continue;
		if (!any)
			fprintf(out, "%s%s%s\n", theme, theme[0] ? ": " : "", title);
		print_line(out, workload, width, indent);
		any = true;
	}
}

void list_print(FILE *out, const json_t *list, unsigned int width, bool verbose)
{
	const json_t *workload;
	size_t i;

	if (verbose) {
		json_array_foreach(list, i, workload)
			print_all_of(out, workload);
		return;
	}
	for (const struct group *g = groups; g->name; g++)
		if (g->theme)
			print_theme(out, list, g->name, g->title, width);
	print_theme(out, list, "", "of no theme", width);
}
