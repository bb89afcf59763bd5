// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/report/plot_script.h"
#include "lib/units.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM	 0.03 /* of the axis, at each end */
#define LABELLED 12   /* values of x that can each have a label */

char *plot_script_quote(const char *text, char *buf, size_t len)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;+-=_/()%*<>#!";
	size_t n = 0;

	buf[n++] = '\'';
	for (; *text && n + 2 < len; text++)
		buf[n++] = strchr(plain, *text) ? *text : '?';
	buf[n++] = '\'';
	buf[n] = '\0';
	return buf;
}

/* A line "set WHAT 'text'", the text as printf() makes it. */
static void __attribute__((format(printf, 3, 4)))
set_text(FILE *out, const char *what, const char *fmt, ...)
{
	char text[400], quoted[404];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(out, "set %s %s noenhanced\n", what,
		plot_script_quote(text, quoted, sizeof(quoted)));
}

static void print_terminal(FILE *out, enum plot_kind kind)
{
	if (kind == PLOT_TEXT)
		fprintf(out, "set terminal dumb noenhanced size %d,%d\n", PLOT_COLUMNS, PLOT_ROWS);
	else
		fputs("set terminal svg noenhanced size 800,500 font 'sans,13' "
		      "background '#ffffff'\nset grid\n",
		      out);
}

static bool in_bytes(const struct plot *p)
{
	return !strcmp(p->x_unit, "bytes");
}

static const char *figure_of(const struct plot *p)
{
	return strcmp(p->unit, "insn") ? "time" : "instructions";
}

static void print_labels(FILE *out, const struct plot *p, enum plot_kind kind)
{
	bool named = p->x_unit[0] && strcmp(p->x_unit, p->x) != 0;

	set_text(out, "title", "%s: %s per %s", p->workload, figure_of(p), p->op);
	set_text(out, "xlabel", "%s%s%s%s", p->x, named ? " (" : "", named ? p->x_unit : "",
		 named ? ")" : "");
	/* Upright text would take a column of a terminal for each letter. */
	if (kind != PLOT_TEXT)
		set_text(out, "ylabel", "%s per operation", figure_of(p));
	fputs("set key outside bottom center horizontal noenhanced\n", out);
}

/* The line with most points: its values stand along the axis if they have room. */
static const struct plot_line *longest_line(const struct plot *p)
{
	const struct plot_line *longest = &p->lines[0];

	for (size_t i = 1; i < p->n_lines; i++)
		if (p->lines[i].n > longest->n)
			longest = &p->lines[i];
	return longest;
}

static void print_x_tics(FILE *out, const struct plot *p)
{
	const struct plot_line *l = longest_line(p);

	if (l->n > LABELLED)
		return;
	fputs("set xtics (", out);
	for (size_t i = 0; i < l->n; i++) {
		char number[32];

		if (in_bytes(p))
			units_format_size((uint64_t)l->points[i].x, number, sizeof(number));
		else
			snprintf(number, sizeof(number), "%.0f", l->points[i].x);
		fprintf(out, "%s'%s' %.0f", i ? ", " : "", number, l->points[i].x);
	}
	fputs(")\n", out);
}

/* With a little room at both ends, or the outermost points lie on the frame. */
static void print_x_range(FILE *out, const struct plot *p)
{
	double least = p->lines[0].points[0].x, most = least, room;

	for (size_t i = 0; i < p->n_lines; i++) {
		const struct plot_line *l = &p->lines[i];

		least = l->points[0].x < least ? l->points[0].x : least;
		most = l->points[l->n - 1].x > most ? l->points[l->n - 1].x : most;
	}
	room = p->log_x ? pow(most / least, ROOM) : ROOM * (most - least);
	if (p->log_x)
		fprintf(out, "set logscale x\nset xrange [%.17g:%.17g]\n", least / room,
			most * room);
	else if (room > 0)
		fprintf(out, "set xrange [%.17g:%.17g]\n", least - room, most + room);
}

static void print_axes(FILE *out, const struct plot *p)
{
	const char *unit = strcmp(p->unit, "insn") ? " %cs" : "%c";

	print_x_range(out, p);
	fputs(p->log_y ? "set logscale y\n" : "set yrange [0:*]\n", out);
	print_x_tics(out, p);
	/* Engineering notation: 12.5 us, 3k; on a log axis tics are powers of ten. */
	fprintf(out, "set format y '%%.%ds%s'\n", p->log_y ? 0 : 1, unit);
}

static void print_data(FILE *out, const struct plot *p)
{
	double scale = strcmp(p->unit, "insn") ? 1e-9 : 1; /* seconds */

	for (size_t i = 0; i < p->n_lines; i++) {
		fprintf(out, "$line%zu << END\n", i);
		for (size_t k = 0; k < p->lines[i].n; k++) {
			const struct plot_point *q = &p->lines[i].points[k];

			fprintf(out, "%.0f %.17g %.17g %.17g\n", q->x, q->y * scale, q->low * scale,
				q->high * scale);
		}
		fputs("END\n", out);
	}
}

static bool has_intervals(const struct plot_line *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->points[i].low < l->points[i].high)
			return true;
	return false;
}

static void print_lines(FILE *out, const struct plot *p)
{
	char quoted[200];

	for (size_t i = 0; i < p->n_lines; i++) {
		fprintf(out, "%s $line%zu using 1:2 with linespoints linetype %zu title %s",
			i ? ", \\\n\t" : "plot", i, i + 1,
			plot_script_quote(p->lines[i].name, quoted, sizeof(quoted)));
		if (has_intervals(&p->lines[i]))
			fprintf(out,
				", \\\n\t $line%zu using 1:2:3:4 with yerrorbars linetype %zu "
				"notitle",
				i, i + 1);
	}
	fputc('\n', out);
}

char *plot_script(const struct plot *p, enum plot_kind kind)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	print_terminal(out, kind);
	print_labels(out, p, kind);
	print_axes(out, p);
	print_data(out, p);
	print_lines(out, p);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
