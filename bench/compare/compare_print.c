// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/compare/compare_findings.h"
#include "bench/compare/compare_print.h"
#include "bench/results/json_get.h"
#include "bench/report/table.h"
#include "bench/report/table_fit.h"
#include "lib/tame.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <math.h>
#include <string.h>

enum column {
	COL_WORKLOAD,
	COL_FS,
	COL_A,
	COL_B,
	COL_DIFFERENCE,
	COL_RATIO,
	COL_INTERVAL,
	COL_CONTROL,
	COL_VERDICT
};

/* The cell that tells what the row is. */
static const struct results_cell *any_cell(const struct compare_row *row)
{
	return row->cell[0] ? row->cell[0] : row->cell[1];
}

static const char *fs_of(const struct compare_row *row)
{
	const char *fs = any_cell(row)->r.fs;

	return fs[0] ? fs : "-";
}

/* ---- one row ---- */

static const char *unit_of(const struct compare_row *row)
{
	return row->counts ? "insn" : "ns";
}

static void format_value(const struct compare_row *row, int which, char *buf, size_t len)
{
	size_t used;

	snprintf(buf, len, "-");
	if (row->check && row->cell[which])
		snprintf(buf, len, "%s", status_name(row->cell[which]->r.status));
	if (!row->known[which])
		return;
	table_format_figure(unit_of(row), row->value[which], buf, len);
	used = strlen(buf);
	if (row->other_work[which])
		snprintf(buf + used, len - used, "!");
}

/* With its sign; a difference of nothing is 0. */
static void format_signed(const char *unit, double value, char *buf, size_t len)
{
	table_format_figure(unit, fabs(value), buf + 1, len - 1);
	buf[0] = value < 0 ? '-' : '+';
	if (value == 0)
		snprintf(buf, len, "0");
}

static void format_difference(const struct compare_row *row, char *buf, size_t len)
{
	snprintf(buf, len, "-");
	if (row->counts && row->known[0] && row->known[1])
		format_signed("insn", row->difference, buf, len);
}

static void format_ratio(const struct compare_row *row, char *buf, size_t len)
{
	snprintf(buf, len, "-");
	if (row->have_ratio)
		snprintf(buf, len, "%.4f", row->ratio.ratio);
}

static void format_interval(const struct compare_row *row, char *buf, size_t len)
{
	snprintf(buf, len, "-");
	if (row->counts && row->have_ratio)
		snprintf(buf, len, "exact");
	else if (row->have_ratio && row->ratio.interval)
		snprintf(buf, len, "%.4f-%.4f", row->ratio.low, row->ratio.high);
}

static void format_control(const struct compare_row *row, char *buf, size_t len)
{
	snprintf(buf, len, "-");
	if (row->have_control && row->counts)
		format_signed("insn", row->control, buf, len);
	else if (row->have_control)
		snprintf(buf, len, "%.4f", row->control);
}

static void format_verdict(const struct compare_row *row, double floor, char *buf, size_t len)
{
	if (row->verdict == COMPARE_EQUIVALENT)
		snprintf(buf, len, "within %g %%", 100 * floor);
	else if (row->verdict == COMPARE_MISSING)
		snprintf(buf, len, "not in %c", row->cell[0] ? 'B' : 'A');
	else
		snprintf(buf, len, "%s", compare_verdict_name(row->verdict));
}

static const char *color_of(const struct compare_row *row)
{
	switch (row->verdict) {
	case COMPARE_SLOWER:
	case COMPARE_MORE:
	case COMPARE_OTHER_WORK:
	case COMPARE_FINDINGS:
		return "red";
	case COMPARE_FASTER:
	case COMPARE_FEWER:
		return "green";
	default:
		return NULL;
	}
}

static int add_row(struct libscols_table *t, const struct compare_row *row, double floor)
{
	struct libscols_line *line = scols_table_new_line(t, NULL);
	char text[160];

	if (!line)
		return -ENOMEM;
	table_cell_name(any_cell(row)->json, text, sizeof(text));
	scols_line_set_data(line, COL_WORKLOAD, text);
	snprintf(text, sizeof(text), "%s", fs_of(row));
	tame_line(text);
	scols_line_set_data(line, COL_FS, text);
	format_value(row, 0, text, sizeof(text));
	scols_line_set_data(line, COL_A, text);
	format_value(row, 1, text, sizeof(text));
	scols_line_set_data(line, COL_B, text);
	format_difference(row, text, sizeof(text));
	scols_line_set_data(line, COL_DIFFERENCE, text);
	format_ratio(row, text, sizeof(text));
	scols_line_set_data(line, COL_RATIO, text);
	format_interval(row, text, sizeof(text));
	scols_line_set_data(line, COL_INTERVAL, text);
	format_control(row, text, sizeof(text));
	scols_line_set_data(line, COL_CONTROL, text);
	format_verdict(row, floor, text, sizeof(text));
	scols_line_set_data(line, COL_VERDICT, text);
	if (color_of(row))
		scols_line_set_color(line, color_of(row));
	return 0;
}

/* ---- the table ---- */

static bool any_row(const struct comparison *c, bool (*is)(const struct compare_row *))
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (is(&c->rows[i]))
			return true;
	return false;
}

static bool is_count(const struct compare_row *row)
{
	return row->counts;
}

static bool is_time(const struct compare_row *row)
{
	return !row->counts && !row->check;
}

static bool is_figure(const struct compare_row *row)
{
	return !row->check;
}

static bool has_control(const struct compare_row *row)
{
	return row->have_control;
}

static int hidden_unless(const struct comparison *c, bool (*is)(const struct compare_row *))
{
	return SCOLS_FL_RIGHT | (any_row(c, is) ? 0 : SCOLS_FL_HIDDEN);
}

static int print_table(FILE *out, const struct comparison *c, double floor, unsigned int width,
		       bool color)
{
	struct libscols_table *t = table_fit_begin(out, width, color);
	int r = 0;

	if (!t)
		return -ENOMEM;
	scols_table_new_column(t, "WORKLOAD", 0, 0);
	scols_table_new_column(t, "FS", 0, 0);
	scols_table_new_column(t, "A", 0, SCOLS_FL_RIGHT);
	scols_table_new_column(t, "B", 0, SCOLS_FL_RIGHT);
	scols_table_new_column(t, "B - A", 0, hidden_unless(c, is_count));
	scols_table_new_column(t, "B / A", 0, hidden_unless(c, is_figure));
	scols_table_new_column(t, "95 %", 0, hidden_unless(c, is_time));
	scols_table_new_column(t, "CONTROL", 0, hidden_unless(c, has_control));
	scols_table_new_column(t, "VERDICT", 0, 0);
	for (size_t i = 0; !r && i < c->n_rows; i++)
		r = add_row(t, &c->rows[i], floor);
	if (!r && c->n_rows)
		r = table_fit_print(t, width);
	scols_unref_table(t);
	return r;
}

/* ---- around it ---- */

static void print_side(FILE *out, char letter, const struct compare_side *side)
{
	const char *kernel = side->sets[0].machine.kernel;

	tame_print(out, "%c: %s%s%s%s, %zu boot%s%s", letter, side->name,
		   kernel[0] ? " (Linux " : "", kernel, kernel[0] ? ")" : "", side->n_sets,
		   side->n_sets == 1 ? "" : "s", side->sets[0].interrupted ? ", cut short" : "");
}

static void print_count(FILE *out, const struct compare_row *row, const char *name,
			const struct compare_count *n)
{
	tame_print(out, "%s %s: %s: A %lld of %llu operations, B %lld of %llu", fs_of(row), name,
		   n->name, (long long)n->n[0], (unsigned long long)n->of_ops[0],
		   (long long)n->n[1], (unsigned long long)n->of_ops[1]);
}

static void print_remarks(FILE *out, const struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *row = &c->rows[i];
		char name[160];

		table_cell_name(any_cell(row)->json, name, sizeof(name));
		if (row->why[0] && row->verdict != COMPARE_MISSING)
			tame_print(out, "%s %s: %s", fs_of(row), name, row->why);
		if (row->verdict == COMPARE_FINDINGS) {
			tame_print(out, "%s %s:", fs_of(row), name);
			compare_findings_print(out, row);
		}
		for (size_t k = 0; k < row->n_differs; k++)
			print_count(out, row, name, &row->differs[k]);
	}
}

static void print_totals(FILE *out, const struct comparison *c)
{
	const char *separator = ":";

	fprintf(out, "%zu row%s", c->n_rows, c->n_rows == 1 ? "" : "s");
	for (int v = 0; v < COMPARE_VERDICTS; v++)
		if (c->of[v]) {
			fprintf(out, "%s %zu %s", separator, c->of[v],
				compare_verdict_name((enum compare_verdict)v));
			separator = ",";
		}
	fputc('\n', out);
}

/* Counts depend a little on what ran before, and on where the stack begins. */
static bool commands_differ(const struct comparison *c)
{
	return !json_equal(json_object_get(c->base->sets[0].document, "command"),
			   json_object_get(c->other->sets[0].document, "command"));
}

static void print_notes(FILE *out, const struct comparison *c)
{
	if (any_row(c, is_count))
		fputs("note: instructions counted by the emulator, kernel and user; not a time\n",
		      out);
	if (any_row(c, is_count) && commands_differ(c))
		fputs("note: not of the same command line, which moves counts by a little\n", out);
	if (any_row(c, is_time) && !strcmp(c->base->sets[0].machine.accel, "tcg"))
		fputs("note: emulated CPU: these times are the emulator's, not pmem hardware's\n",
		      out);
	if (any_row(c, has_control))
		fputs(any_row(c, is_count)
			      ? "note: control: A again, with nothing changed but where things "
				"lie\n"
			      : "note: control: every other boot of A against the rest of A\n",
		      out);
}

int compare_print(FILE *out, const struct comparison *c, const struct compare_options *o,
		  unsigned int width, bool color)
{
	int r;

	print_side(out, 'A', c->base);
	print_side(out, 'B', c->other);
	if (c->refused[0]) {
		tame_print(out, "cannot be compared: %s", c->refused);
		return 0;
	}
	r = print_table(out, c, o->floor, width, color);
	print_remarks(out, c);
	print_totals(out, c);
	print_notes(out, c);
	return r;
}
