// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/zoo/zoo_result.h"
#include "bench/cmd/say.h"

const char *const zoo_verdict_names[ZOO_VERDICTS] = {
	[ZOO_CAUGHT] = "caught",	 [ZOO_OTHERWISE] = "otherwise", [ZOO_MISSED] = "missed",
	[ZOO_EQUIVALENT] = "equivalent", [ZOO_ALARM] = "alarm",		[ZOO_NO_RUN] = "error",
};

enum zoo_verdict zoo_verdict(const struct zoo_row *row)
{
	bool found = zoo_found(&row->with);

	if (zoo_found(&row->without))
		return ZOO_ALARM;
	if (row->without.failed || !row->without.cells)
		return ZOO_NO_RUN;
	if (found && row->mutant->equivalent)
		return ZOO_ALARM;
	if (found)
		return row->general || row->with.seen[row->mutant->expected] ? ZOO_CAUGHT
									     : ZOO_OTHERWISE;
	if (row->with.failed || !row->with.cells)
		return ZOO_NO_RUN;
	return row->mutant->equivalent ? ZOO_EQUIVALENT : ZOO_MISSED;
}

int zoo_exit_code(const struct zoo_row *row, size_t n)
{
	bool wrong = false, no_run = false;

	for (size_t i = 0; i < n; i++) {
		enum zoo_verdict v = zoo_verdict(&row[i]);

		wrong |= v == ZOO_ALARM || v == ZOO_OTHERWISE ||
			 (v == ZOO_MISSED && !row[i].general);
		no_run |= v == ZOO_NO_RUN;
	}
	return wrong ? EXIT_FOUND : no_run ? EXIT_NO_RUN : EXIT_OK;
}

/* ---- the document ---- */

static json_t *findings(const struct zoo_findings *f)
{
	json_t *caught = json_object();

	for (size_t i = 0; i < ZOO_DETECTORS; i++)
		if (f->seen[i])
			json_object_set_new(caught, zoo_detector_names[i],
					    json_pack("{s:i, s:s}", "count", (int)f->seen[i],
						      "first", f->first[i]));
	return json_pack("{s:i, s:i, s:s, s:o}", "cells", (int)f->cells, "failed", (int)f->failed,
			 "reason", f->reason, "by", caught);
}

static json_t *describe(const struct zoo_row *row)
{
	const struct mutant *m = row->mutant;

	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s*, s:s, s:f, s:o, s:o}", "number",
			 (int)m->number, "name", m->name, "what", m->what, "command",
			 row->general ? "general" : m->trigger.text, "expected", mutant_expected(m),
			 "reason", m->reason, "verdict", zoo_verdict_names[zoo_verdict(row)],
			 "seconds", row->seconds, "with", findings(&row->with), "without",
			 findings(&row->without));
}

json_t *zoo_document(const struct zoo_row *row, size_t n, const char *kernel, double seconds)
{
	json_t *mutants = json_array(), *summary = json_object();
	unsigned int count[ZOO_VERDICTS] = { 0 };

	for (size_t i = 0; i < n; i++) {
		json_array_append_new(mutants, describe(&row[i]));
		count[zoo_verdict(&row[i])]++;
	}
	for (size_t i = 0; i < ZOO_VERDICTS; i++)
		json_object_set_new(summary, zoo_verdict_names[i], json_integer(count[i]));
	return json_pack("{s:s, s:s, s:f, s:o, s:o}", "schema", "daxbench-zoo-1", "kernel", kernel,
			 "seconds", seconds, "mutants", mutants, "summary", summary);
}
