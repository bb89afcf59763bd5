// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Results of a guest, or of a file: what is taken for a cell must come out as a
 * cell again with the same figures, and whatever was parsed at all can be
 * printed, judged and taken apart without harm.
 */
#include "bench/results/results.h"
#include "bench/results/results_read.h"
#include "bench/report/table.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

static void expect(int truth)
{
	if (!truth)
		abort();
}

static void print(const json_t *document)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int code = results_exit_code(document);

	expect(out && (code == 0 || code == 1 || code == 3 || code == 4));
	expect(!table_print_run(out, document, NULL, 80, false));
	fclose(out);
	for (size_t i = 0; i < len; i++)
		expect(text[i] == '\n' || (unsigned char)text[i] >= ' ');
	free(text);
}

static void read_again(const struct cell_result *c)
{
	struct dx_workload workload = { .name = "again", .op = "operation" };
	struct cell_result copy = *c, back;
	json_t *j;

	copy.workload = copy.selection.workload = &workload;
	j = cell_result_to_json(&copy);
	expect(j && !cell_result_from_json(j, &back, NULL));
	expect(back.status == c->status && back.n_samples == c->n_samples);
	for (size_t i = 0; i < c->n_samples; i++)
		expect(back.samples[i] == c->samples[i]); /* -0.0 may come back as 0 */
	expect(!memcmp(&back.seen, &c->seen, sizeof(c->seen)));
	cell_result_release(&back);
	json_decref(j);
}

/* What is no run is refused whole; of a run each cell is itself. */
static void take_apart(json_t *document)
{
	struct results_file f;

	if (results_read_document(document, "fuzz", &f, NULL)) {
		expect(!f.document && !f.cells && !f.n_cells);
		return;
	}
	for (size_t i = 0; i < f.n_cells; i++)
		expect(results_match(&f, &f.cells[i]) != NULL);
	results_file_release(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cell_result c;
	json_t *j, *document;

	if (results_parse((const char *)data, size, &j, NULL))
		return 0;
	print(j);
	take_apart(j);
	document = json_pack("{s:s, s:[O], s:{s:i, s:i}}", "schema", RESULTS_SCHEMA, "results", j,
			     "summary", "planned", 1, "pass", 1);
	print(document);
	take_apart(document);
	if (!cell_result_from_json(j, &c, NULL)) {
		read_again(&c);
		cell_result_release(&c);
	}
	json_decref(document);
	json_decref(j);
	return 0;
}
