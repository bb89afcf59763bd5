// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/zoo/zoo_judge.h"
#include "bench/results/json_get.h"

#include <stdio.h>
#include <string.h>

static void note(struct zoo_findings *f, enum zoo_detector d, const char *where)
{
	if (!f->seen[d]++)
		snprintf(f->first[d], sizeof(f->first[d]), "%s", where);
}

static bool is_known(const json_t *violation)
{
	return json_is_string(json_object_get(violation, "known"));
}

/* A file that reads otherwise than it was written needs no crash for it. */
static enum zoo_detector detector_of(const json_t *violation)
{
	static const char *const content[] = { "other content", "hole", "foreign store" };

	for (size_t i = 0; i < sizeof(content) / sizeof(content[0]); i++)
		if (!strcmp(text_of(violation, "fault"), content[i]))
			return ZOO_CONTENT;
	return ZOO_LINES;
}

static void judge_violations(struct zoo_findings *f, const json_t *cell, const char *where)
{
	const json_t *states = json_object_get(cell, "states"), *v;
	size_t i;

	json_array_foreach(json_object_get(cell, "violations"), i, v)
		if (!is_known(v))
			note(f, detector_of(v), where);
	json_array_foreach(json_object_get(states, "violations"), i, v)
		if (!is_known(v))
			note(f, ZOO_STATES, where);
}

/* Is a count other than the workload declares? None: it declares none, or nobody counted. */
static bool has_wrong_counts(const json_t *cell)
{
	const json_t *counts = json_object_get(cell, "counts"), *want;
	const char *name;

	json_object_foreach((json_t *)json_object_get(cell, "expected"), name, want) {
		const json_t *seen = json_object_get(counts, name);

		if (json_is_integer(seen) && json_is_integer(want) &&
		    json_integer_value(seen) != json_integer_value(want))
			return true;
	}
	return false;
}

static void judge_cell(struct zoo_findings *f, const json_t *cell, bool kernel_died)
{
	const char *status = text_of(cell, "status");
	char where[96];

	snprintf(where, sizeof(where), "%s%s%s", text_of(cell, "fs"),
		 text_of(cell, "fs")[0] ? " " : "", text_of(cell, "workload"));
	judge_violations(f, cell, where);
	if (!strcmp(status, "fail") && has_wrong_counts(cell))
		note(f, ZOO_COUNTS, where);
	if (strcmp(status, "error") != 0) {
		f->cells += strcmp(status, "skip") != 0;
		return;
	}
	if (kernel_died)
		note(f, ZOO_KERNEL, where);
	else if (!f->failed++)
		snprintf(f->reason, sizeof(f->reason), "%s: %s", where, text_of(cell, "reason"));
}

struct zoo_findings zoo_judge(const json_t *document)
{
	const char *end = text_of(document, "guest_end");
	bool died = !strcmp(end, "panicked") || !strcmp(end, "hung") || !strcmp(end, "timeout");
	struct zoo_findings f = { 0 };
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(document, "results"), i, cell)
		judge_cell(&f, cell, died);
	if (died && !f.seen[ZOO_KERNEL])
		note(&f, ZOO_KERNEL, end);
	return f;
}

bool zoo_found(const struct zoo_findings *f)
{
	for (size_t i = 0; i < ZOO_DETECTORS; i++)
		if (f->seen[i])
			return true;
	return false;
}

void zoo_add(struct zoo_findings *f, const struct zoo_findings *more)
{
	for (size_t i = 0; i < ZOO_DETECTORS; i++) {
		if (!f->seen[i])
			memcpy(f->first[i], more->first[i], sizeof(f->first[i]));
		f->seen[i] += more->seen[i];
	}
	if (!f->failed)
		memcpy(f->reason, more->reason, sizeof(f->reason));
	f->cells += more->cells;
	f->failed += more->failed;
}
