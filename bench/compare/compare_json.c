// SPDX-License-Identifier: GPL-2.0-or-later
/* results/daxbench-compare-1.schema.json */
#include "bench/compare/compare_findings.h"
#include "bench/compare/compare_functions.h"
#include "bench/compare/compare_print.h"
#include "bench/compare/cost_model.h"
#include "lib/cleanup.h"
#include "lib/tame.h"

#include <math.h>
#include <string.h>

/* Text that may have been cut within a letter, or never was UTF-8: a path. */
static json_t *text(const char *s)
{
	json_t *j = json_string(s);
	AUTO_FREE char *copy = j ? NULL : strdup(s);

	if (copy) {
		tame_ascii(copy);
		j = json_string(copy);
	}
	return j;
}

static json_t *number(bool known, double value)
{
	if (!known || !isfinite(value))
		return json_null();
	if (value == floor(value) && fabs(value) < 9e15)
		return json_integer((json_int_t)value);
	return json_real(value);
}

static json_t *interval(bool known, double low, double high)
{
	return known ? json_pack("[o, o]", number(true, low), number(true, high)) : json_null();
}

/* What the row has of one side. */
static json_t *half(const struct compare_row *row, int which)
{
	const struct results_cell *cell = row->cell[which];

	if (!cell)
		return json_null();
	return json_pack("{s:s, s:o, s:o, s:I, s:I, s:b}", "status", status_name(cell->r.status),
			 "reason", text(cell->r.reason), "value",
			 number(row->known[which], row->value[which]), "boots",
			 (json_int_t)row->boots[which], "ops", (json_int_t)cell->r.ops,
			 "as_declared", !row->other_work[which]);
}

static json_t *differing_counts(const struct compare_row *row)
{
	json_t *list = json_array();

	for (size_t i = 0; i < row->n_differs; i++) {
		const struct compare_count *c = &row->differs[i];

		json_array_append_new(
			list, json_pack("{s:s, s:[I, I], s:[I, I]}", "name", c->name, "seen",
					(json_int_t)c->n[0], (json_int_t)c->n[1], "of_ops",
					(json_int_t)c->of_ops[0], (json_int_t)c->of_ops[1]));
	}
	return list;
}

static json_t *row_to_json(const struct compare_row *row, const struct cost_model *m)
{
	const struct results_cell *cell = row->cell[0] ? row->cell[0] : row->cell[1];
	const struct stats_ratio *r = &row->ratio;
	bool times = row->have_ratio && !row->counts;
	bool both = row->known[0] && row->known[1];

	return json_pack(
		"{s:s, s:s, s:O, s:s, s:[o, o], s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
		"s:o, s:s, s:o}",
		"workload", cell->workload, "fs", cell->r.fs, "params", cell->params, "unit",
		cell->r.unit, "sides", half(row, 0), half(row, 1), "difference",
		number(both, row->difference), "ratio", number(row->have_ratio, r->ratio), "ci95",
		interval(times && r->interval, r->low, r->high), "ci90",
		interval(times && r->interval90, r->low90, r->high90), "p", number(times, r->p),
		"control", number(row->have_control, row->control), "counts", differing_counts(row),
		"findings", compare_findings_to_json(row), "functions",
		compare_functions_to_json(row), "model", cost_model_to_json(m, row), "verdict",
		compare_verdict_name(row->verdict), "reason", text(row->why));
}

static json_t *summary(const struct comparison *c)
{
	json_t *j = json_pack("{s:I}", "rows", (json_int_t)c->n_rows);

	for (int v = 0; v < COMPARE_VERDICTS; v++)
		json_object_set_new(j, compare_verdict_name((enum compare_verdict)v),
				    json_integer((json_int_t)c->of[v]));
	return j;
}

json_t *compare_to_json(const struct comparison *c, const struct cost_model *m)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < c->n_rows; i++)
		json_array_append_new(rows, row_to_json(&c->rows[i], m));
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "base", text(c->base->name), "other",
			 text(c->other->name), "refused",
			 c->refused[0] ? text(c->refused) : json_null(), "rows", rows, "summary",
			 summary(c));
}

json_t *compare_side_to_json(const struct compare_side *side)
{
	json_t *paths = json_array();

	for (size_t s = 0; s < side->n_sets; s++)
		json_array_append_new(paths, text(side->sets[s].path));
	return json_pack("{s:o, s:s, s:I, s:o, s:O?}", "name", text(side->name), "kernel",
			 side->sets[0].machine.kernel, "boots", (json_int_t)side->n_sets, "files",
			 paths, "environment",
			 json_object_get(side->sets[0].document, "environment"));
}

json_t *compare_document(json_t *command, const struct compare_options *o, json_t *sides,
			 json_t *comparisons)
{
	return json_pack("{s:s, s:O, s:f, s:o, s:o}", "schema", "daxbench-compare-1", "command",
			 command, "floor", o->floor, "sides", sides, "comparisons", comparisons);
}
