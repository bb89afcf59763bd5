// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/verdict.h"
#include "bench/check/cost.h"
#include "bench/check/states.h"
#include "bench/check/unflushed_report.h"
#include "bench/results/json_get.h"
#include "bench/report/table.h"
#include "lib/tame.h"
#include "lib/units.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* What a guest sent is printed: nothing in it may talk to the terminal. */
static void __attribute__((format(printf, 2, 3))) say(FILE *out, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	tame(line, strlen(line));
	fprintf(out, "%s\n", line);
}

/* ---- the table ---- */

/* The same workload, asked for in the same way, with the same outcome: they share a row. */
static bool is_like(const json_t *a, const json_t *b)
{
	static const char *const members[] = { "workload", "fs", "params", "status" };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!json_equal(json_object_get(a, members[i]), json_object_get(b, members[i])))
			return false;
	return true;
}

/* The first of those that are like it, of which @results has the row. */
static bool has_row(const json_t *results, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_like(json_array_get(results, k), json_array_get(results, i)))
			return false;
	return true;
}

struct row {
	int64_t cells, promises, bytes, stores, lines, fences;
};

static struct row sum_row(const json_t *results, const json_t *like)
{
	struct row row = { 0 };
	const json_t *cell;
	size_t i;

	json_array_foreach(results, i, cell) {
		const json_t *check = json_object_get(cell, "check");

		if (!is_like(cell, like))
			continue;
		row.cells++;
		row.promises += number_of(check, "promises");
		row.bytes += number_of(check, "promised_bytes");
		row.stores += number_of(check, "stores");
		row.lines += number_of(check, "lines_written_back");
		row.fences += number_of(check, "fences");
	}
	return row;
}

/* Its workload and parameters, and how many cells it stands for. */
static void name_row(const json_t *cell, int64_t cells, char *buf, size_t len)
{
	size_t used;

	table_cell_name(cell, buf, len);
	used = strlen(buf);
	if (cells > 1)
		snprintf(buf + used, len - used, " x%" PRId64, cells);
}

/* Of the first two columns, 35 together if that is enough. */
struct widths {
	int name, fs;
};

static struct widths find_widths(const json_t *results)
{
	struct widths w = { 21, 2 };
	const json_t *cell;
	char name[160];
	size_t i;

	json_array_foreach(results, i, cell) {
		int len;

		name_row(cell, sum_row(results, cell).cells, name, sizeof(name));
		len = (int)strlen(name);
		w.name = len > w.name ? len : w.name;
		len = (int)strlen(text_of(cell, "fs"));
		w.fs = len > w.fs ? len : w.fs;
	}
	if (w.name + w.fs < 34)
		w.fs = 34 - w.name;
	return w;
}

static void print_row(FILE *out, const json_t *results, const json_t *cell, struct widths w,
		      bool color)
{
	struct row row = sum_row(results, cell);
	const char *status = text_of(cell, "status");
	bool bad = !strcmp(status, "fail") || !strcmp(status, "error");
	char bytes[32], name[160];

	name_row(cell, row.cells, name, sizeof(name));
	tame(name, strlen(name));
	units_format_size((uint64_t)row.bytes, bytes, sizeof(bytes));
	fprintf(out, "%-*s %-*s %s%-5s%s", w.name, name, w.fs, text_of(cell, "fs"),
		bad && color ? "\033[31m" : "", status, bad && color ? "\033[0m" : "");
	if (json_is_object(json_object_get(cell, "check")))
		fprintf(out, " %5" PRId64 " %8s %9" PRId64 " %7" PRId64 " %5" PRId64, row.promises,
			bytes, row.stores, row.lines, row.fences);
	fputc('\n', out);
}

/* Does the list of violations say all that is wrong with it? */
static bool tells_itself(const json_t *cell)
{
	const json_t *check = json_object_get(cell, "check");

	return !strcmp(text_of(cell, "status"), "fail") && !text_of(check, "incomplete")[0];
}

/* Why it is neither fine nor a failure that is told of below; once for all that say the same. */
static void print_reason(FILE *out, const json_t *results, size_t i)
{
	const json_t *cell = json_array_get(results, i);

	if (!text_of(cell, "reason")[0] || tells_itself(cell))
		return;
	for (size_t k = 0; k < i; k++)
		if (is_like(json_array_get(results, k), cell) &&
		    !strcmp(text_of(json_array_get(results, k), "reason"), text_of(cell, "reason")))
			return;
	say(out, "%s %s: %s", text_of(cell, "fs"), text_of(cell, "workload"),
	    text_of(cell, "reason"));
}

static void print_table(FILE *out, const json_t *results, bool color)
{
	struct widths w = find_widths(results);
	const json_t *cell;
	size_t i;

	fprintf(out, "%-*s %-*s %-5s %5s %8s %9s %7s %5s\n", w.name, "WORKLOAD", w.fs, "FS", "",
		"SYNCS", "BYTES", "STORES", "LINES", "FENCE");
	json_array_foreach(results, i, cell)
		if (has_row(results, i))
			print_row(out, results, cell, w, color);
	for (i = 0; i < json_array_size(results); i++)
		print_reason(out, results, i);
}

/* ---- violations ---- */

static void print_site(FILE *out, const char *what, const json_t *site)
{
	const char *entry = text_of(site, "entry");

	if (!json_is_object(site))
		return;
	say(out, "  %-9s %s%s%s, event %" PRId64, what, text_of(site, "where"),
	    entry[0] ? " in " : "", entry, number_of(site, "event"));
}

static void print_stack(FILE *out, const json_t *site)
{
	const json_t *stack = json_object_get(site, "stack"), *frame;
	size_t i;

	json_array_foreach(stack, i, frame)
		say(out, "            %s", json_string_value(frame));
}

static const char *explain(const char *fault)
{
	static const struct {
		const char *fault, *text;
	} texts[] = {
		{ "not written back", "the line was never written back after the store" },
		{ "written back before the store", "it was written back only before the store" },
		{ "not drained", "it was written back, but no fence followed" },
		{ "other content", "the file reads as something else, crash or not" },
		{ "hole", "the file has no block there" },
		{ "foreign store", "a store put what no operation wrote over promised bytes" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(texts[i].fault, fault))
			return texts[i].text;
	return fault;
}

static void print_until(FILE *out, const json_t *v)
{
	const json_t *until = json_object_get(v, "until_event"), *mode;
	char modes[64] = "", end[40] = "to the end of the run";
	size_t i;

	json_array_foreach(json_object_get(v, "modes"), i, mode) {
		size_t used = strlen(modes);

		snprintf(modes + used, sizeof(modes) - used, "%s%s", used ? ", " : "",
			 json_string_value(mode));
	}
	if (json_is_integer(until))
		snprintf(end, sizeof(end), "to event %" PRId64, (int64_t)json_integer_value(until));
	say(out, "  lost      from event %" PRId64 " %s", number_of(v, "since_event"), end);
	say(out, "  class     %s (%s)", text_of(v, "class"), modes);
}

void verdict_print_violation(FILE *out, const json_t *cell, const json_t *v, bool verbose)
{
	const json_t *promise = json_object_get(v, "promise");
	int64_t lines = number_of(v, "lines");

	if (json_is_object(promise))
		say(out, "%s %s: %s #%" PRId64 "%s promised what a power cut would lose:",
		    text_of(cell, "fs"), text_of(cell, "workload"), text_of(promise, "op"),
		    number_of(promise, "record"),
		    json_is_true(json_object_get(promise, "application")) ? " (the application's)"
									  : "");
	else
		say(out, "%s %s: a promised byte is overwritten:", text_of(cell, "fs"),
		    text_of(cell, "workload"));
	say(out, "  file      %s, offset %" PRId64 ", %" PRId64 " bytes of the line%s",
	    text_of(v, "file"), number_of(v, "offset"), number_of(v, "bytes"),
	    lines > 1 ? ", and" : "");
	if (lines > 1)
		say(out, "            %" PRId64 " more lines in the same way", lines - 1);
	say(out, "  promised  %s: %s", text_of(v, "expected"), text_of(v, "expected_is"));
	say(out, "  durable   %s: %s", text_of(v, "found"), text_of(v, "found_is"));
	print_site(out, "store", json_object_get(v, "store"));
	if (verbose)
		print_stack(out, json_object_get(v, "store"));
	say(out, "  missing   %s", explain(text_of(v, "fault")));
	print_site(out, "written", json_object_get(v, "write_back"));
	print_site(out, "fence", json_object_get(v, "fence"));
	if (verbose)
		print_stack(out, json_object_get(v, "fence"));
	print_until(out, v);
}

/* One of each promise's kind first: they are what differs. */
static bool is_first_of_kind(const json_t *violations, size_t i)
{
	const json_t *v = json_array_get(violations, i);
	const char *op = text_of(json_object_get(v, "promise"), "op");

	for (size_t k = 0; k < i; k++) {
		const json_t *other = json_array_get(violations, k);

		if (!strcmp(text_of(json_object_get(other, "promise"), "op"), op) &&
		    !strcmp(text_of(other, "fault"), text_of(v, "fault")))
			return false;
	}
	return true;
}

static void print_violations(FILE *out, const json_t *cell, bool verbose)
{
	const json_t *violations = json_object_get(cell, "violations"), *v;
	size_t i, told = 0;

	json_array_foreach(violations, i, v) {
		if (!verbose && !is_first_of_kind(violations, i))
			continue;
		fputc('\n', out);
		verdict_print_violation(out, cell, v, verbose);
		told++;
	}
	if (told < json_array_size(violations))
		say(out, "\n%s %s: %zu more of the same kinds (-v shows them)", text_of(cell, "fs"),
		    text_of(cell, "workload"), json_array_size(violations) - told);
}

/* ---- removals ---- */

static void add_removals(const json_t *removals, const char *kind, int64_t *tried, int64_t *caught,
			 json_t *explained)
{
	const json_t *one = json_object_get(removals, kind);
	const char *reason;
	json_t *n;

	*tried += number_of(one, "tried");
	*caught += number_of(one, "caught");
	json_object_foreach(json_object_get(one, "explained"), reason, n)
		json_object_set_new(
			explained, reason,
			json_integer(json_integer_value(n) + number_of(explained, reason)));
}

/* One kind of record over all cells. */
static void print_removals_of(FILE *out, const json_t *results, const char *kind)
{
	json_t *explained = json_object(), *n;
	int64_t tried = 0, caught = 0;
	const char *reason;
	const json_t *cell;
	size_t i;

	json_array_foreach(results, i, cell)
		add_removals(json_object_get(json_object_get(cell, "check"), "removals"), kind,
			     &tried, &caught, explained);
	if (tried)
		say(out, "  %-10s %6" PRId64 " tried %6" PRId64 " caught", kind, tried, caught);
	json_object_foreach(explained, reason, n)
		say(out, "  %10s %6" PRId64 " %s", "", (int64_t)json_integer_value(n), reason);
	json_decref(explained);
}

static void print_removals(FILE *out, const json_t *results)
{
	bool any = false;
	const json_t *cell;
	size_t i;

	json_array_foreach(results, i, cell)
		any |= json_is_object(json_object_get(json_object_get(cell, "check"), "removals"));
	if (!any)
		return;
	say(out, "\nWith one record left out of the trace:");
	print_removals_of(out, results, "store");
	print_removals_of(out, results, "write-back");
	print_removals_of(out, results, "fence");
}

/* ---- the end ---- */

static void print_coverage(FILE *out, const json_t *coverage)
{
	int64_t seen = number_of(coverage, "pairs_seen"),
		possible = number_of(coverage, "pairs_possible");

	if (possible)
		say(out,
		    "soup: %" PRId64 " operations in %" PRId64 " lists; of %" PRId64
		    " pairs of operations %" PRId64 " (%.1f %%)",
		    number_of(coverage, "operations"), number_of(coverage, "lists"), possible, seen,
		    100.0 * (double)seen / (double)possible);
}

static void print_ace(FILE *out, const json_t *rows)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		int64_t seen = number_of(row, "pairs_seen"),
			possible = number_of(row, "pairs_possible");
		char pairs[96] = "";

		if (possible)
			snprintf(pairs, sizeof(pairs),
				 "; of %" PRId64 " pairs of values %" PRId64 " (%.1f %%)", possible,
				 seen, 100.0 * (double)seen / (double)possible);
		say(out,
		    "ace, %s: %" PRId64 " of %" PRId64 " cases of length %" PRId64 ", %" PRId64
		    " operations in %" PRId64 " lists%s",
		    text_of(row, "fs"), number_of(row, "cases"), number_of(row, "cases_possible"),
		    number_of(row, "length"), number_of(row, "operations"), number_of(row, "lists"),
		    pairs);
	}
}

/* The guest's; where nobody knows it, that of the cells, if it is one. */
static const char *kernel_of(const json_t *document)
{
	const json_t *environment = json_object_get(document, "environment"), *cell;
	const json_t *results = json_object_get(document, "results");
	const char *kernel = text_of(json_array_get(results, 0), "kernel");
	size_t i;

	if (json_is_object(environment))
		return text_of(json_object_get(environment, "kernel"), "release");
	json_array_foreach(results, i, cell)
		if (strcmp(text_of(cell, "kernel"), kernel) != 0)
			return "";
	return kernel;
}

static void print_totals(FILE *out, const json_t *document)
{
	const json_t *summary = json_object_get(document, "summary");
	const char *kernel = kernel_of(document);
	static const char *const names[] = { "pass", "fail", "xfail", "xpass", "skip", "error" };
	char text[128] = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t used = strlen(text);

		if (number_of(summary, names[i]))
			snprintf(text + used, sizeof(text) - used, "%s%" PRId64 " %s",
				 used ? ", " : "", number_of(summary, names[i]), names[i]);
	}
	print_coverage(out, json_object_get(document, "coverage"));
	print_ace(out, json_object_get(document, "ace"));
	say(out, "%" PRId64 " cells: %s%s%s", number_of(summary, "planned"), text,
	    kernel[0] ? "; Linux " : "", kernel);
}

void verdict_print(FILE *out, const json_t *document, const struct verdict_view *view)
{
	const json_t *results = json_object_get(document, "results"), *cell;
	size_t i;

	if (!json_array_size(results))
		return; /* why is told elsewhere */
	print_table(out, results, view->color);
	json_array_foreach(results, i, cell)
		if (view->verbose || strcmp(text_of(cell, "status"), "xfail") != 0)
			print_violations(out, cell, view->verbose);
	states_print(out, results, view->verbose);
	unflushed_print(out, results, view->verbose);
	if (view->cost)
		cost_print(out, results);
	print_removals(out, results);
	fputc('\n', out);
	print_totals(out, document);
}
