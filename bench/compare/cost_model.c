// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/compare/cost_model.h"
#include "bench/report/table.h"
#include "lib/tame.h"

#include <errno.h>
#include <stdlib.h>

static bool parse_number(const char **text, char end, double *ret)
{
	char *stop;

	*ret = strtod(*text, &stop);
	if (stop == *text || *stop != end || !(*ret >= 0 && *ret <= 1e6))
		return false;
	*text = stop + 1;
	return true;
}

int cost_model_parse(const char *text, struct cost_model *ret)
{
	struct cost_model m;

	if (!parse_number(&text, ',', &m.insn) || !parse_number(&text, ',', &m.line) ||
	    !parse_number(&text, '\0', &m.fence))
		return -EINVAL;
	*ret = m;
	return 0;
}

/* Lines that were stored past the caches wait for the same medium. */
static double flushing(const struct cost_model *m, const struct cell_result *r)
{
	const struct dx_trace_counts *n = &r->machine;
	double lines = (double)n->lines_written_back + (double)n->lines_stored_nt;

	return (m->line * lines + m->fence * (double)n->fences) / (double)r->proof_ops;
}

int cost_model_row(const struct cost_model *m, const struct compare_row *row, double ret_ns[2],
		   double ret_flushing[2])
{
	for (int i = 0; i < 2; i++) {
		const struct cell_result *r = row->cell[i] ? &row->cell[i]->r : NULL;

		if (!r || !r->have_machine || !r->proof_ops || !row->known[i] || !row->counts)
			return -ENODATA;
		ret_flushing[i] = flushing(m, r);
		ret_ns[i] = m->insn * row->value[i] + ret_flushing[i];
	}
	return 0;
}

json_t *cost_model_to_json(const struct cost_model *m, const struct compare_row *row)
{
	double ns[2], flush[2];

	if (cost_model_row(m, row, ns, flush))
		return json_null();
	return json_pack("{s:f, s:f, s:f, s:[f, f], s:[f, f]}", "insn", m->insn, "line", m->line,
			 "fence", m->fence, "ns", ns[0], ns[1], "flushing", flush[0], flush[1]);
}

static void print_row(FILE *out, const struct compare_row *row, const double ns[2],
		      const double flush[2])
{
	const struct results_cell *cell = row->cell[0];
	char name[160], line[200];

	table_cell_name(cell->json, name, sizeof(name));
	snprintf(line, sizeof(line), "%s %s", cell->r.fs[0] ? cell->r.fs : cell->r.mode, name);
	tame_print(out, "%-38.38s %10.0f %10.0f %+8.2f %% %6.0f %%", line, ns[0], ns[1],
		   100 * (ns[1] - ns[0]) / ns[0], 100 * flush[0] / ns[0]);
}

void cost_model_print(FILE *out, const struct cost_model *m, const struct comparison *c)
{
	bool any = false;

	for (size_t i = 0; i < c->n_rows; i++) {
		double ns[2], flush[2];

		if (cost_model_row(m, &c->rows[i], ns, flush) || ns[0] <= 0 || ns[0] == ns[1])
			continue;
		if (!any)
			fprintf(out, "\n%-38s %10s %10s %10s %8s\n",
				"A MODEL, NOT A TIME: NS PER OPERATION", "A", "B", "B - A",
				"FLUSHING");
		any = true;
		print_row(out, &c->rows[i], ns, flush);
	}
	if (any)
		fprintf(out, "model: %g ns an instruction, %g a line, %g a fence\n", m->insn,
			m->line, m->fence);
}
