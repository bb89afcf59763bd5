// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/report/zoo_print.h"
#include "bench/results/json_get.h"
#include "bench/zoo/zoo_result.h"
#include "lib/tame.h"

#include <inttypes.h>
#include <string.h>

/* What a detector has seen, "." for nothing; and where, of the first that has seen any. */
static const char *print_seen(FILE *out, const json_t *by)
{
	const char *where = "";

	for (size_t i = 0; i < ZOO_DETECTORS; i++) {
		const json_t *one = json_object_get(by, zoo_detector_names[i]);
		char text[24] = ".";

		if (one)
			snprintf(text, sizeof(text), "%" PRId64, number_of(one, "count"));
		fprintf(out, " %7s", text);
		if (one && !*where)
			where = text_of(one, "first");
	}
	return where;
}

/* A reason may be the end of a broken kernel's console. */
static void print_tamed(FILE *out, const char *what, const char *text)
{
	char line[320];

	if (!*text)
		return;
	snprintf(line, sizeof(line), "%s", text);
	tame(line, strlen(line));
	fprintf(out, "      %s%s\n", what, line);
}

static void print_row(FILE *out, const json_t *m, bool verbose)
{
	const json_t *with = json_object_get(m, "with"), *without = json_object_get(m, "without");
	const char *where;

	fprintf(out, "%4" PRId64 " %-20s", number_of(m, "number"), text_of(m, "name"));
	where = print_seen(out, json_object_get(with, "by"));
	fprintf(out, " %-10s %6.1f  %s\n", text_of(m, "verdict"),
		json_number_value(json_object_get(m, "seconds")), where);
	if (verbose) {
		print_tamed(out, "", text_of(m, "what"));
		print_tamed(out, "", text_of(m, "command"));
	}
	print_tamed(out, "with it: ", text_of(with, "reason"));
	print_tamed(out, "without it: ", text_of(without, "reason"));
	if (json_object_size(json_object_get(without, "by"))) {
		fprintf(out, "      without it:         ");
		fprintf(out, "  %s\n", print_seen(out, json_object_get(without, "by")));
	}
}

static bool is_equivalent(const json_t *m)
{
	return !strcmp(text_of(m, "expected"), "equivalent");
}

static void print_summary(FILE *out, const json_t *document)
{
	const json_t *n;
	const char *name, *between = "";

	fputc('\n', out);
	json_object_foreach((json_t *)json_object_get(document, "summary"), name, n) {
		if (!json_integer_value(n))
			continue;
		fprintf(out, "%s%lld %s", between, (long long)json_integer_value(n), name);
		between = ", ";
	}
	fprintf(out, "; %.0f s\n", json_number_value(json_object_get(document, "seconds")));
}

void zoo_print(FILE *out, const json_t *document, bool verbose)
{
	const json_t *mutants = json_object_get(document, "mutants"), *m;
	bool any = false;
	size_t i;

	fprintf(out, "%4s %-20s", "", "MUTANT");
	for (i = 0; i < ZOO_DETECTORS; i++)
		fprintf(out, " %7s", zoo_detector_names[i]);
	fprintf(out, " %-10s %6s  %s\n", "VERDICT", "SEC", "FIRST IN");
	json_array_foreach(mutants, i, m)
		if (!is_equivalent(m))
			print_row(out, m, verbose);
	json_array_foreach(mutants, i, m) {
		if (!is_equivalent(m))
			continue;
		if (!any)
			fprintf(out, "\nequivalent: nothing can tell them from a whole kernel\n");
		any = true;
		print_row(out, m, verbose);
		print_tamed(out, "", text_of(m, "reason"));
	}
	print_summary(out, document);
}
