// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/report/table.h"
#include "bench/results/json_get.h"
#include "bench/faults.h"
#include "bench/select.h"
#include "bench/report/table_fit.h"
#include "lib/tame.h"
#include "lib/units.h"

#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <math.h>
#include <string.h>

enum column {
	COL_WORKLOAD,
	COL_FS,
	COL_PAGE,
	COL_MEDIAN,
	COL_INTERVAL,
	COL_FAULTS,
	COL_WRITTEN_BACK,
	COL_MORE,
	COL_STATUS
};

/* ---- one run ---- */

/* An instruction count: digits in groups of three, a fraction only where there is one. */
static void format_insn(double value, char *buf, size_t len)
{
	char plain[40], *out = buf;
	double whole = floor(value);
	size_t digits;

	snprintf(plain, sizeof(plain), "%.0f", whole);
	digits = strlen(plain);
	for (size_t i = 0; i < digits && out + 3 < buf + len; i++) {
		*out++ = plain[i];
		if (i + 1 < digits && (digits - i - 1) % 3 == 0)
			*out++ = ' ';
	}
	*out = '\0';
	if (value != whole && value < 10000)
		snprintf(out, len - (size_t)(out - buf), "%.2f", value - whole);
	/* "0.25" behind the whole part: keep ".25". */
	if (out[0] == '0')
		memmove(out, out + 1, strlen(out));
}

void table_format_figure(const char *unit, double value, char *buf, size_t len)
{
	if (!strcmp(unit, "insn"))
		format_insn(value, buf, len);
	else
		units_format_ns(value, buf, len);
}

static void format_figure(const json_t *cell, double value, char *buf, size_t len)
{
	table_format_figure(text_of(cell, "unit"), value, buf, len);
}

/* Half the interval as a share of the median; "exact" for counts that agree. */
static void format_interval(const json_t *cell, char *buf, size_t len)
{
	const json_t *ci = json_object_get(cell, "ci95");
	double median = json_number_value(json_object_get(cell, "median"));
	double low = json_number_value(json_array_get(ci, 0));
	double high = json_number_value(json_array_get(ci, 1));

	if (json_is_true(json_object_get(cell, "exact")))
		snprintf(buf, len, "exact");
	else if (median > 0)
		snprintf(buf, len, "-%.1f +%.1f%%", 100 * (median - low) / median,
			 100 * (high - median) / median);
	else
		snprintf(buf, len, "-");
}

static struct dx_counts counts_of(const json_t *object)
{
	struct dx_counts c = DX_COUNTS_ANY;
	const json_t *pte = json_object_get(object, "pte_faults");
	const json_t *pmd = json_object_get(object, "pmd_faults");

	if (json_is_integer(pte))
		c.pte_faults = json_integer_value(pte);
	if (json_is_integer(pmd))
		c.pmd_faults = json_integer_value(pmd);
	return c;
}

static int64_t sum(struct dx_counts c)
{
	return c.pte_faults + c.pmd_faults;
}

/* Faults seen / expected, both kinds together: the page column tells which. */
static void format_faults(const json_t *cell, char *buf, size_t len)
{
	struct dx_counts seen = counts_of(json_object_get(cell, "counts"));
	struct dx_counts want = counts_of(json_object_get(cell, "expected"));

	if (!json_is_object(json_object_get(cell, "counts")))
		snprintf(buf, len, "-");
	else if (want.pte_faults == DX_ANY || want.pmd_faults == DX_ANY)
		snprintf(buf, len, "%lld/any", (long long)sum(seen));
	else
		snprintf(buf, len, "%lld/%lld", (long long)sum(seen), (long long)sum(want));
}

static void format_written_back(const json_t *cell, char *buf, size_t len)
{
	const json_t *n = json_object_get(json_object_get(cell, "counts"), "entries_written_back");

	snprintf(buf, len, "-");
	if (json_is_integer(n))
		snprintf(buf, len, "%lld", (long long)json_integer_value(n));
}

/* A switch that is off unless a user turns it on, and was not: it says nothing. */
static bool is_off(const struct dx_workload *w, const char *param, const json_t *value)
{
	for (size_t i = 0; w && !json_integer_value(value) && i < select_param_count(w); i++)
		if (!strcmp(w->params[i].name, param))
			return !w->params[i].def;
	return false;
}

/* What of it was set other than by default is known by the reader's command. */
void table_cell_name(const json_t *cell, char *buf, size_t len)
{
	const json_t *params = json_object_get(cell, "params"), *value;
	const char *key, *name = text_of(cell, "workload");
	const struct dx_workload *w = select_find(LENS_CHECK, name);
	size_t used = (size_t)snprintf(buf, len, "%s", name);

	if (!w)
		w = select_find(LENS_BENCH, name);

	json_object_foreach((json_t *)params, key, value) {
		char number[32];

		units_format_size((uint64_t)json_integer_value(value), number, sizeof(number));
		if (used < len && !is_off(w, key, value))
			used += (size_t)snprintf(buf + used, len - used, " %s=%s", key, number);
	}
}

static int add_row(struct libscols_table *t, const json_t *cell, const char *more)
{
	struct libscols_line *line = scols_table_new_line(t, NULL);
	const char *status = text_of(cell, "status"), *fs = text_of(cell, "fs");
	bool figures = json_is_number(json_object_get(cell, "median"));
	struct dx_counts seen = counts_of(json_object_get(cell, "counts"));
	char name[160], median[48] = "-", interval[48] = "-", faults[64];

	if (!line)
		return -ENOMEM;
	table_cell_name(cell, name, sizeof(name));
	if (figures) {
		format_figure(cell, json_number_value(json_object_get(cell, "median")), median,
			      sizeof(median));
		format_interval(cell, interval, sizeof(interval));
	}
	format_faults(cell, faults, sizeof(faults));
	scols_line_set_data(line, COL_WORKLOAD, name);
	scols_line_set_data(line, COL_FS, fs[0] ? fs : "-");
	scols_line_set_data(
		line, COL_PAGE,
		json_is_object(json_object_get(cell, "counts")) ? faults_page_size(&seen) : "-");
	scols_line_set_data(line, COL_MEDIAN, median);
	scols_line_set_data(line, COL_INTERVAL, interval);
	scols_line_set_data(line, COL_FAULTS, faults);
	format_written_back(cell, faults, sizeof(faults));
	scols_line_set_data(line, COL_WRITTEN_BACK, faults);
	scols_line_set_data(line, COL_MORE, more);
	scols_line_set_data(line, COL_STATUS, strcmp(status, "pass") ? status : "");
	if (!strcmp(status, "fail") || !strcmp(status, "error"))
		scols_line_set_color(line, "red");
	return 0;
}

static bool all_pass(const json_t *results)
{
	size_t i;
	const json_t *cell;

	json_array_foreach((json_t *)results, i, cell)
		if (strcmp(text_of(cell, "status"), "pass") != 0)
			return false;
	return true;
}

static void print_reasons(FILE *out, const json_t *results)
{
	size_t i;
	const json_t *cell;

	json_array_foreach((json_t *)results, i, cell) {
		const char *fs = text_of(cell, "fs");

		if (text_of(cell, "reason")[0])
			tame_print(out, "%s: %s%s%s: %s", text_of(cell, "status"), fs,
				   fs[0] ? " " : "", text_of(cell, "workload"),
				   text_of(cell, "reason"));
	}
}

static void print_totals(FILE *out, const json_t *document)
{
	static const char *const parts[] = { "pass", "fail", "skip", "error", "xfail", "xpass" };
	const json_t *summary = json_object_get(document, "summary");
	const json_t *kernel = json_object_get(json_object_get(document, "environment"), "kernel");
	json_int_t planned = json_integer_value(json_object_get(summary, "planned")), ran = 0;

	fprintf(out, "%lld cell%s:", (long long)planned, planned == 1 ? "" : "s");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		json_int_t n = json_integer_value(json_object_get(summary, parts[i]));

		ran += n;
		if (n || !i)
			fprintf(out, "%s %lld %s", i ? "," : "", (long long)n, parts[i]);
	}
	if (ran < planned)
		fprintf(out, ", %lld did not run", (long long)(planned - ran));
	if (text_of(kernel, "release")[0])
		tame_print(out, "; Linux %s", text_of(kernel, "release"));
	else
		fputc('\n', out);
}

static bool any_figure(const json_t *results)
{
	const json_t *cell;
	size_t i;

	json_array_foreach((json_t *)results, i, cell)
		if (json_is_number(json_object_get(cell, "median")))
			return true;
	return false;
}

static void print_notes(FILE *out, const json_t *document)
{
	const json_t *environment = json_object_get(document, "environment");
	const json_t *emulation = json_object_get(environment, "emulation");
	const json_t *results = json_object_get(document, "results"), *warning;
	bool counts = !strcmp(text_of(json_array_get(results, 0), "unit"), "insn");
	size_t i;

	if (!any_figure(results))
		; /* nothing to be taken for what it is not */
	else if (counts)
		fputs("note: instructions counted by the emulator, kernel and user; not a time\n",
		      out);
	else if (!strcmp(text_of(emulation, "accel"), "tcg"))
		fputs("note: emulated CPU: these times are the emulator's, not pmem hardware's;\n"
		      "      --deterministic counts instructions instead\n",
		      out);
	json_array_foreach(json_object_get(environment, "warnings"), i, warning)
		if (json_is_string(warning))
			tame_print(out, "note: %s", json_string_value(warning));
}

enum latency_column { LAT_WORKLOAD, LAT_FS, LAT_OPS, LAT_QUANTILES };

static const struct {
	const char *member, *title;
} quantiles[] = {
	{ "p50", "P50" }, { "p90", "P90" }, { "p99", "P99" }, { "p99_9", "P99.9" }, { "max", "MAX" }
};

static int add_latency(struct libscols_table *t, const json_t *cell)
{
	const json_t *latency = json_object_get(cell, "latency");
	struct libscols_line *line;
	const char *fs = text_of(cell, "fs");
	char text[160];

	if (!json_is_object(latency))
		return 0;
	line = scols_table_new_line(t, NULL);
	if (!line)
		return -ENOMEM;
	table_cell_name(cell, text, sizeof(text));
	scols_line_set_data(line, LAT_WORKLOAD, text);
	scols_line_set_data(line, LAT_FS, fs[0] ? fs : "-");
	snprintf(text, sizeof(text), "%lld",
		 (long long)json_integer_value(json_object_get(latency, "count")));
	scols_line_set_data(line, LAT_OPS, text);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
		const json_t *value = json_object_get(latency, quantiles[i].member);

		snprintf(text, sizeof(text), "-");
		if (json_is_number(value))
			format_figure(cell, json_number_value(value), text, sizeof(text));
		scols_line_set_data(line, LAT_QUANTILES + i, text);
	}
	return 0;
}

/* The spread of single operations, where it was asked for (--latency). */
static int print_latencies(FILE *out, const json_t *results, unsigned int width)
{
	struct libscols_table *t = table_fit_begin(out, width, false);
	const json_t *cell;
	size_t i;
	int r = 0;

	if (!t)
		return -ENOMEM;
	scols_table_new_column(t, "ONE OPERATION", 0, 0);
	scols_table_new_column(t, "FS", 0, 0);
	scols_table_new_column(t, "SEEN", 0, SCOLS_FL_RIGHT);
	for (i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
		scols_table_new_column(t, quantiles[i].title, 0, SCOLS_FL_RIGHT);
	json_array_foreach((json_t *)results, i, cell)
		if (!r)
			r = add_latency(t, cell);
	if (!r && scols_table_get_nlines(t)) {
		fputc('\n', out);
		r = table_fit_print(t, width);
		fputc('\n', out);
	}
	scols_unref_table(t);
	return r;
}

int table_print_run(FILE *out, const json_t *document, const struct table_column *more,
		    unsigned int width, bool color)
{
	const json_t *results = json_object_get(document, "results"), *cell;
	struct libscols_table *t = table_fit_begin(out, width, color);
	size_t i;
	int r = t ? 0 : -ENOMEM;

	if (!r) {
		scols_table_new_column(t, "WORKLOAD", 0, 0);
		scols_table_new_column(t, "FS", 0, 0);
		scols_table_new_column(t, "PAGE", 0, SCOLS_FL_RIGHT);
		scols_table_new_column(t, "PER OP", 0, SCOLS_FL_RIGHT);
		scols_table_new_column(t, "95 %", 0, SCOLS_FL_RIGHT);
		scols_table_new_column(t, "FAULTS", 0, SCOLS_FL_RIGHT);
		scols_table_new_column(t, "WB", 0, SCOLS_FL_RIGHT);
		scols_table_new_column(t, more ? more->title : "", 0,
				       SCOLS_FL_RIGHT | (more ? 0 : SCOLS_FL_HIDDEN));
		scols_table_new_column(t, "STATUS", 0, all_pass(results) ? SCOLS_FL_HIDDEN : 0);
	}
	json_array_foreach((json_t *)results, i, cell)
		if (!r)
			r = add_row(t, cell, more ? more->text[i] : "");
	if (!r && i)
		r = table_fit_print(t, width);
	scols_unref_table(t);
	if (!r)
		r = print_latencies(out, results, width);
	print_reasons(out, results);
	print_totals(out, document);
	if (i)
		print_notes(out, document);
	return r;
}

void table_print_counts(FILE *out, const json_t *document)
{
	static const char *const names[] = { "instructions", "stores", "lines_written_back",
					     "lines_stored_nt", "fences" };
	const json_t *cell;
	size_t i;

	fprintf(out, "\n%-24s %-10s %11s %8s %8s %8s %7s\n", "EACH OPERATION", "FS", "INSN",
		"STORES", "LINES", "NT LINES", "FENCES");
	json_array_foreach(json_object_get(document, "results"), i, cell) {
		const json_t *machine = json_object_get(cell, "machine");
		double ops = (double)json_integer_value(json_object_get(machine, "of_ops"));
		double each[5];

		if (!json_is_object(machine) || ops <= 0)
			continue;
		for (size_t k = 0; k < 5; k++)
			each[k] = (double)json_integer_value(json_object_get(machine, names[k])) /
				  ops;
		tame_print(out, "%-24.24s %-10.10s %11.0f %8.1f %8.1f %8.1f %7.2f",
			   text_of(cell, "workload"), text_of(cell, "fs"), each[0], each[1],
			   each[2], each[3], each[4]);
	}
}
