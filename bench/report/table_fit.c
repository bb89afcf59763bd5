// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/report/table_fit.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_NAME 6 /* letters that tell most workloads apart, with the mark */

static const char *text_of_cell(struct libscols_line *line, size_t column)
{
	struct libscols_cell *cell = scols_line_get_cell(line, column);
	const char *text = cell ? scols_cell_get_data(cell) : NULL;

	return text ? text : "";
}

static size_t width_of(struct libscols_table *t, size_t n, struct libscols_column *column)
{
	size_t widest = strlen(scols_cell_get_data(scols_column_get_header(column)));
	struct libscols_iter *lines = scols_new_iter(SCOLS_ITER_FORWARD);
	struct libscols_line *line;

	while (lines && !scols_table_next_line(t, lines, &line)) {
		size_t len = strlen(text_of_cell(line, n));

		widest = len > widest ? len : widest;
	}
	scols_free_iter(lines);
	return widest;
}

/* Of all columns but the first, each with the blank before it. */
static size_t width_of_figures(struct libscols_table *t)
{
	size_t total = 0;

	for (size_t n = 1; n < scols_table_get_ncols(t); n++) {
		struct libscols_column *column = scols_table_get_column(t, n);

		if (!scols_column_is_hidden(column))
			total += 1 + width_of(t, n, column);
	}
	return total;
}

static int fit_name(struct libscols_line *line, size_t room)
{
	const char *text = text_of_cell(line, 0), *params = strchr(text, ' ');
	size_t behind = params ? strlen(params) : 0, name;
	AUTO_FREE char *cut = NULL;

	if (strlen(text) <= room)
		return 0;
	name = room > behind + LEAST_NAME ? room - behind : LEAST_NAME;
	if (name >= strlen(text) - behind)
		return 0;
	if (asprintf(&cut, "%.*s~%s", (int)name - 1, text, params ? params : "") < 0)
		return -ENOMEM;
	return scols_line_set_data(line, 0, cut);
}

static int fit_names(struct libscols_table *t, unsigned int width)
{
	size_t figures = width_of_figures(t);
	struct libscols_iter *lines;
	struct libscols_line *line;
	int r = 0;

	lines = scols_new_iter(SCOLS_ITER_FORWARD);
	if (!lines)
		return -ENOMEM;
	while (!r && !scols_table_next_line(t, lines, &line))
		r = fit_name(line, width > figures ? width - figures : 0);
	scols_free_iter(lines);
	figures += width_of(t, 0, scols_table_get_column(t, 0));
	if (!r && figures > width)
		r = scols_table_set_termwidth(t, figures);
	return r;
}

struct libscols_table *table_fit_begin(FILE *out, unsigned int width, bool color)
{
	struct libscols_table *t = scols_new_table();

	if (!t)
		return NULL;
	scols_table_set_stream(t, out);
	scols_table_enable_colors(t, color);
	if (width) {
		scols_table_set_termforce(t, SCOLS_TERMFORCE_ALWAYS);
		scols_table_set_termwidth(t, width);
	}
	return t;
}

int table_fit_print(struct libscols_table *t, unsigned int width)
{
	int r = width ? fit_names(t, width) : 0;

	return r ? r : scols_print_table(t);
}
