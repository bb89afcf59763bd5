// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/report/plot.h"
#include "lib/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEEP 20.0 /* largest over smallest, from which on figures need a log axis */

/* ---- which parameter ---- */

static bool is_of(const struct results_cell *c, const char *workload)
{
	return !strcmp(c->workload, workload) && c->r.lens == LENS_BENCH;
}

static bool has_figure(const struct results_cell *c)
{
	return c->r.status == STATUS_PASS && c->r.n_samples;
}

static int64_t value_of(const struct results_cell *c, const char *param)
{
	return json_integer_value(json_object_get(c->params, param));
}

/* Has a cell before @f and @i the same value? */
static bool is_seen(const struct results_file *files, const char *workload, const char *param,
		    size_t f, size_t i)
{
	int64_t value = value_of(&files[f].cells[i], param);

	for (size_t g = 0; g <= f; g++)
		for (size_t k = 0; k < (g < f ? files[g].n_cells : i); k++)
			if (is_of(&files[g].cells[k], workload) &&
			    value_of(&files[g].cells[k], param) == value)
				return true;
	return false;
}

static size_t count_values(const struct results_file *files, size_t n_files, const char *workload,
			   const char *param)
{
	size_t n = 0;

	for (size_t f = 0; f < n_files; f++)
		for (size_t i = 0; i < files[f].n_cells; i++)
			n += is_of(&files[f].cells[i], workload) &&
			     !is_seen(files, workload, param, f, i);
	return n;
}

static const struct results_cell *first_cell(const struct results_file *files, size_t n_files,
					     const char *workload)
{
	for (size_t f = 0; f < n_files; f++)
		for (size_t i = 0; i < files[f].n_cells; i++)
			if (is_of(&files[f].cells[i], workload))
				return &files[f].cells[i];
	return NULL;
}

/* The parameter with most values; NULL: none has two. */
static const char *find_swept(const struct results_file *files, size_t n_files,
			      const struct results_cell *first)
{
	const char *key, *found = NULL;
	const json_t *value;
	size_t most = 1;

	json_object_foreach((json_t *)first->params, key, value) {
		size_t n = count_values(files, n_files, first->workload, key);

		if (n > most) {
			most = n;
			found = key;
		}
	}
	return found;
}

static const char *unit_of(const char *workload, const char *param)
{
	const struct dx_workload *w = select_find(LENS_BENCH, workload);

	for (size_t i = 0; w && i < select_param_count(w); i++)
		if (!strcmp(w->params[i].name, param))
			return w->params[i].unit;
	return "";
}

/* ---- lines ---- */

/* Are all parameters but @x the same? */
static bool same_setting(const struct results_cell *a, const struct results_cell *b, const char *x)
{
	const json_t *value;
	const char *key;

	json_object_foreach((json_t *)a->params, key, value)
		if (strcmp(key, x) != 0 && !json_equal(value, json_object_get(b->params, key)))
			return false;
	return !strcmp(a->r.fs, b->r.fs) &&
	       json_object_size(a->params) == json_object_size(b->params);
}

static struct plot_line *line_of(struct plot *p, const struct results_file *f,
				 const struct results_cell *cell)
{
	for (size_t i = 0; i < p->n_lines; i++)
		if (p->lines[i].file == f && same_setting(p->lines[i].first, cell, p->x))
			return &p->lines[i];
	if (p->n_lines == PLOT_MAX_LINES)
		return NULL;
	p->lines[p->n_lines] = (struct plot_line){ .file = f, .first = cell };
	return &p->lines[p->n_lines++];
}

/* A value that was measured twice in a run is there once. */
static int add_point(struct plot_line *l, double x, const struct stats_summary *y)
{
	struct plot_point *longer;

	for (size_t i = 0; i < l->n; i++)
		if (l->points[i].x == x)
			return 0;
	longer = realloc(l->points, (l->n + 1) * sizeof(*longer));
	if (!longer)
		return -ENOMEM;
	l->points = longer;
	l->points[l->n++] = (struct plot_point){ x, y->median, y->ci_low, y->ci_high };
	return 0;
}

static int add_cell(struct plot *p, const struct results_file *f, const struct results_cell *cell,
		    struct err *e)
{
	struct plot_line *line;

	if (!has_figure(cell)) {
		p->left_out++;
		return 0;
	}
	if (!p->unit)
		p->unit = cell->r.unit;
	if (strcmp(p->unit, cell->r.unit) != 0)
		return err_set(e, -EINVAL, p->workload, "%s and %s cannot be drawn together",
			       p->unit, cell->r.unit);
	line = line_of(p, f, cell);
	if (!line) {
		err_set(e, -EINVAL, p->workload, "more than %d lines cannot be told apart",
			PLOT_MAX_LINES);
		return err_hint(e, "sweep fewer parameters or file systems in one run");
	}
	if (add_point(line, (double)value_of(cell, p->x), &cell->r.summary))
		return err_sys(e, -ENOMEM, p->workload, "plot");
	return 0;
}

static int by_x(const void *a, const void *b)
{
	const struct plot_point *p = a, *q = b;

	return (p->x > q->x) - (p->x < q->x);
}

static int add_cells(struct plot *p, const struct results_file *files, size_t n_files,
		     struct err *e)
{
	int r = 0;

	for (size_t f = 0; !r && f < n_files; f++)
		for (size_t i = 0; !r && i < files[f].n_cells; i++)
			if (is_of(&files[f].cells[i], p->workload))
				r = add_cell(p, &files[f], &files[f].cells[i], e);
	for (size_t i = 0; i < p->n_lines; i++)
		if (p->lines[i].points)
			qsort(p->lines[i].points, p->lines[i].n, sizeof(struct plot_point), by_x);
	return r;
}

/* ---- names ---- */

/* "20261127T021826Z-6.12-471c" of ".../20261127T021826Z-6.12-471c/run.json". */
static void set_name(const struct results_file *f, char *buf, size_t len)
{
	const char *last = strrchr(f->path, '/'), *start = last ? last : f->path;

	while (start > f->path && start[-1] != '/')
		start--;
	snprintf(buf, len, "%.*s", last ? (int)(last - start) : 0, start);
}

static bool kernels_differ(const struct plot *p)
{
	for (size_t i = 1; i < p->n_lines; i++)
		if (strcmp(p->lines[i].file->machine.kernel, p->lines[0].file->machine.kernel) != 0)
			return true;
	return false;
}

static bool files_differ(const struct plot *p)
{
	for (size_t i = 1; i < p->n_lines; i++)
		if (p->lines[i].file != p->lines[0].file)
			return true;
	return false;
}

/* Is it what tells lines apart? */
static bool setting_differs(const struct plot *p, const char *param)
{
	for (size_t i = 1; i < p->n_lines; i++)
		if (value_of(p->lines[i].first, param) != value_of(p->lines[0].first, param))
			return true;
	return false;
}

static void name_setting(const struct plot *p, struct plot_line *l, size_t used)
{
	const json_t *value;
	const char *key;

	json_object_foreach((json_t *)l->first->params, key, value) {
		char number[32];

		if (!strcmp(key, p->x) || !setting_differs(p, key) || used >= sizeof(l->name))
			continue;
		units_format_size((uint64_t)json_integer_value(value), number, sizeof(number));
		used += (size_t)snprintf(l->name + used, sizeof(l->name) - used, " %s=%s", key,
					 number);
	}
}

static void name_line(const struct plot *p, struct plot_line *l)
{
	char of[128] = "";
	int used;

	if (kernels_differ(p))
		snprintf(of, sizeof(of), "%s", l->file->machine.kernel);
	else if (files_differ(p))
		set_name(l->file, of, sizeof(of));
	used = snprintf(l->name, sizeof(l->name), "%s%s%s",
			l->first->r.fs[0] ? l->first->r.fs : "no file system", of[0] ? " " : "",
			of);
	name_setting(p, l, (size_t)used);
}

/* ---- axes ---- */

/* Do all values of a line at least double? Three are needed to tell. */
static bool is_geometric(const struct plot_line *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->points[i].x <= 0 || (i && l->points[i].x < 2 * l->points[i - 1].x))
			return false;
	return l->n > 2;
}

static bool is_steep(const struct plot *p)
{
	double least = 0, most = 0;

	for (size_t i = 0; i < p->n_lines; i++)
		for (size_t k = 0; k < p->lines[i].n; k++) {
			const struct plot_point *q = &p->lines[i].points[k];

			if (q->low <= 0)
				return false;
			least = !least || q->low < least ? q->low : least;
			most = q->high > most ? q->high : most;
		}
	return most > STEEP * least;
}

static void choose_axes(struct plot *p)
{
	p->log_x = p->n_lines;
	for (size_t i = 0; i < p->n_lines; i++)
		p->log_x = p->log_x && is_geometric(&p->lines[i]);
	p->log_y = is_steep(p);
}

int plot_make(const struct results_file *files, size_t n_files, const char *workload,
	      struct plot *ret, struct err *e)
{
	const struct results_cell *first = first_cell(files, n_files, workload);
	int r;

	memset(ret, 0, sizeof(*ret));
	if (!first)
		return err_set(e, -ENODATA, workload, "was not measured here");
	ret->x = find_swept(files, n_files, first);
	if (!ret->x)
		return err_set(e, -ENODATA, workload, "no parameter of it has several values here");
	ret->workload = first->workload;
	ret->op = first->op;
	ret->x_unit = unit_of(workload, ret->x);
	r = add_cells(ret, files, n_files, e);
	if (!r && !ret->n_lines)
		r = err_set(e, -ENODATA, workload, "has no figure here: none of it passed");
	if (r) {
		plot_release(ret);
		return r;
	}
	for (size_t i = 0; i < ret->n_lines; i++)
		name_line(ret, &ret->lines[i]);
	choose_axes(ret);
	return 0;
}

void plot_release(struct plot *p)
{
	for (size_t i = 0; i < p->n_lines; i++)
		free(p->lines[i].points);
	memset(p, 0, sizeof(*p));
}
