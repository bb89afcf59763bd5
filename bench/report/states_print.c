// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/edits.h"
#include "bench/check/states.h"
#include "bench/results/json_get.h"
#include "bench/report/table.h"
#include "lib/tame.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* What a recovered file system says is printed: nothing in it may talk to the terminal. */
static void __attribute__((format(printf, 2, 3))) say(FILE *out, const char *fmt, ...)
{
	char line[1400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	tame(line, strlen(line));
	fprintf(out, "%s\n", line);
}

/* ---- what was tried ---- */

static void print_row(FILE *out, const json_t *cell, int width)
{
	const json_t *s = json_object_get(cell, "states");
	char name[160];

	if (!json_is_object(s) || text_of(s, "none")[0])
		return;
	table_cell_name(cell, name, sizeof(name));
	tame(name, strlen(name));
	fprintf(out,
		"%-*s %-6s %6" PRId64 " %6" PRId64 " %8s %6" PRId64 " %6" PRId64 " %5" PRId64
		" %6.1f\n",
		width, name, text_of(cell, "fs"),
		number_of(s, "points") - number_of(s, "points_left_out"), number_of(s, "points"),
		text_of(s, "possible"), number_of(s, "run"), number_of(s, "unique"),
		number_of(s, "outcomes"), json_number_value(json_object_get(s, "seconds")));
}

static void print_table(FILE *out, const json_t *results)
{
	const json_t *cell;
	int width = 21;
	char name[160];
	size_t i;

	json_array_foreach(results, i, cell) {
		table_cell_name(cell, name, sizeof(name));
		width = (int)strlen(name) > width ? (int)strlen(name) : width;
	}
	fprintf(out, "\n%-*s %-6s %6s %6s %8s %6s %6s %5s %6s\n", width, "CRASH STATES", "FS",
		"POINTS", "OF", "POSSIBLE", "JUDGED", "UNIQUE", "ENDS", "SEC");
	json_array_foreach(results, i, cell)
		print_row(out, cell, width);
}

/* Of all cells that have crash states: a number of theirs, or (@group) of that member of them. */
static double total(const json_t *results, const char *group, const char *member)
{
	const json_t *cell;
	double sum = 0;
	size_t i;

	json_array_foreach(results, i, cell) {
		const json_t *n = json_object_get(cell, "states");

		if (group)
			n = json_object_get(n, group);
		sum += json_number_value(json_object_get(n, member));
	}
	return sum;
}

/* What was left out because of what recovery reads. */
static void print_spared(FILE *out, const json_t *results)
{
	double spared = total(results, NULL, "spared");
	double contradicted = total(results, NULL, "contradicted");

	if (spared > 0)
		fprintf(out,
			"%.0f states more were judged by the recovery of another, which has "
			"read\nnothing that differs in them; of %.0f of %.0f crash points no "
			"possible\nstate is left to judge\n",
			spared, total(results, NULL, "points_decided"),
			total(results, NULL, "points") - total(results, NULL, "points_left_out"));
	if (contradicted > 0)
		fprintf(out,
			"%.0f of those that were recovered as a proof came to another end: "
			"do not\ntrust this run, and run it without --prune\n",
			contradicted);
}

/* Crashes in recoveries: nothing where none was asked for. */
static void print_recrash(FILE *out, const json_t *results)
{
	double recoveries = total(results, "recrash", "recoveries");

	if (recoveries > 0)
		fprintf(out,
			"crashed in %.0f recoveries, too: %.0f points, %.0f states judged, "
			"%.0f unique\n",
			recoveries, total(results, "recrash", "points"),
			total(results, "recrash", "run"), total(results, "recrash", "unique"));
}

/* What it took, of a guest. */
static void print_recovery(FILE *out, const json_t *results)
{
	double recovered = total(results, "recovery", "recovered");
	double put = total(results, "recovery", "put_seconds");
	double mount = total(results, "recovery", "mount_seconds");
	double prove = total(results, "recovery", "prove_seconds");

	if (recovered > 0)
		fprintf(out,
			"recovered %.0f states; of all guests' time: boot %.1f s, putting in "
			"place %.1f s,\nmount to unmount %.1f s, fsck and writing in %.0f "
			"images %.1f s: a guest has\n%.1f states a second, or %.1f with the "
			"last\n",
			recovered, total(results, "recovery", "boot_seconds"), put, mount,
			total(results, "recovery", "proved"), prove, recovered / (put + mount),
			recovered / (put + mount + prove));
}

/* ---- what was wrong ---- */

static void format_op(const json_t *op, char *buf, size_t len)
{
	snprintf(buf, len, "%s #%" PRId64, text_of(op, "op"), number_of(op, "record"));
}

static void print_point(FILE *out, const json_t *cell, const json_t *v)
{
	const json_t *after = json_object_get(v, "after"), *during = json_object_get(v, "during");
	const json_t *recovery = json_object_get(v, "recovery");
	char op[64];

	format_op(json_is_object(after) ? after : during, op, sizeof(op));
	if (json_is_object(json_object_get(cell, "log")))
		say(out, "  crash     while entry %" PRId64 " was under way",
		    number_of(v, "event"));
	else if (!strcmp(text_of(after, "op"), "phase"))
		say(out, "  crash     once the program had ended, event %" PRId64,
		    number_of(v, "event"));
	else
		say(out, "  crash     %s%s, event %" PRId64,
		    json_is_object(after)    ? "once it had returned: "
		    : json_is_object(during) ? "before a fence of "
					     : "before a fence outside of all operations",
		    json_is_object(after) || json_is_object(during) ? op : "",
		    number_of(v, "event"));
	if (json_is_object(recovery))
		say(out, "            and in the recovery of state %s, before its event %" PRId64,
		    text_of(recovery, "state"), number_of(recovery, "event"));
	say(out, "  state     %s: %" PRId64 " of %" PRId64 " units in flight kept",
	    text_of(v, "state"), number_of(v, "kept"), number_of(v, "units"));
	if (number_of(v, "states") > 1)
		say(out, "            %" PRId64 " states more show it", number_of(v, "states") - 1);
}

#define COLUMNS 80

/* @text behind @label, in lines of COLUMNS where it has blanks to break it at. */
static void say_wrapped(FILE *out, const char *label, const char *text)
{
	const int indent = 12, room = COLUMNS - indent;

	for (bool first = true; first || *text; first = false) {
		int len = (int)strlen(text), at = len;

		if (len > room)
			for (at = room; at > 0 && text[at] != ' ';)
				at--;
		if (!at)
			at = (int)strcspn(text, " ");
		say(out, "%-*s%.*s", indent, first ? label : "", at, text);
		text += at;
		text += strspn(text, " ");
	}
}

static void print_violation(FILE *out, const json_t *cell, const json_t *v)
{
	const json_t *promise = json_object_get(v, "promise");
	char op[64];

	format_op(promise, op, sizeof(op));
	say(out, "\n%s %s: a crash state is wrong (%s%s):", text_of(cell, "fs"),
	    text_of(cell, "workload"), text_of(v, "rule"),
	    json_is_true(json_object_get(v, "torn")) ? ", sector-tear" : "");
	if (text_of(v, "file")[0])
		say_wrapped(out, "  file", text_of(v, "file"));
	say_wrapped(out, "  found", text_of(v, "what"));
	if (json_is_object(promise))
		say(out, "  promised  by %s", op);
	if (text_of(v, "known")[0])
		say(out, "  known     %s", text_of(v, "known"));
	print_point(out, cell, v);
}

/* Neither told by the lines already, nor known. */
static bool is_news(const json_t *v)
{
	return !json_is_true(json_object_get(v, "told_by_lines")) && !text_of(v, "known")[0];
}

/* One of each rule first, of those that are news. */
static bool is_told(const json_t *violations, size_t i)
{
	const json_t *v = json_array_get(violations, i);

	if (!is_news(v))
		return false;
	for (size_t k = 0; k < i; k++) {
		const json_t *other = json_array_get(violations, k);

		if (!strcmp(text_of(other, "rule"), text_of(v, "rule")) && is_news(other))
			return false;
	}
	return true;
}

static void print_violations(FILE *out, const json_t *cell, bool verbose)
{
	const json_t *violations = json_object_get(json_object_get(cell, "states"), "violations");
	const json_t *v;
	size_t i, told = 0;

	json_array_foreach(violations, i, v) {
		if (!verbose && !is_told(violations, i))
			continue;
		print_violation(out, cell, v);
		told++;
	}
	if (told < json_array_size(violations))
		say(out, "\n%s %s: %zu more of the same kinds (-v shows them)", text_of(cell, "fs"),
		    text_of(cell, "workload"), json_array_size(violations) - told);
}

void states_print(FILE *out, const json_t *results, bool verbose)
{
	const json_t *cell;
	bool any = false;
	size_t i;

	json_array_foreach(results, i, cell)
		any |= json_is_object(json_object_get(cell, "states"));
	if (!any)
		return;
	print_table(out, results);
	print_spared(out, results);
	print_recrash(out, results);
	if (verbose)
		print_recovery(out, results);
	edits_print(out, results, verbose);
	json_array_foreach(results, i, cell)
		print_violations(out, cell, verbose);
}
