// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two files of results, a byte 0x1e between them, or one with itself: what is read at all
 * is compared, printed and written as JSON without harm; each cell has a row; and nothing
 * differs from itself.
 */
#include "bench/compare/compare_functions.h"
#include "bench/compare/compare_print.h"
#include "bench/compare/cost_model.h"
#include "bench/results/results.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#define BETWEEN 0x1e

static const struct cost_model model = { 0.33, 28, 62 };
static const struct compare_options standard = { .floor = 0.005 };

static void expect(int truth)
{
	if (!truth)
		abort();
}

static void print(const struct comparison *c)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	expect(out && !compare_print(out, c, &standard, 80, false));
	compare_functions_print(out, c, 8);
	cost_model_print(out, &model, c);
	fclose(out);
	for (size_t i = 0; i < len; i++)
		expect(text[i] == '\n' || (unsigned char)text[i] >= ' ');
	free(text);
}

static void write_json(const struct comparison *c)
{
	json_t *command = json_pack("[s]", "fuzz");
	json_t *document = compare_document(
		command, &standard,
		json_pack("[o, o]", compare_side_to_json(c->base), compare_side_to_json(c->other)),
		json_pack("[o]", compare_to_json(c, &model)));
	char *text = json_dumps(document, JSON_REAL_PRECISION(17));

	expect(document && text);
	free(text);
	json_decref(document);
	json_decref(command);
}

static void judge(const struct comparison *c)
{
	size_t most = c->base->sets[0].n_cells, other = c->other->sets[0].n_cells;
	bool itself = c->base == c->other;

	if (!c->refused[0])
		expect(c->n_rows >= (most > other ? most : other) && c->n_rows <= most + other);
	for (size_t i = 0; i < c->n_rows; i++)
		expect(!itself || c->rows[i].verdict == COMPARE_SAME ||
		       c->rows[i].verdict == COMPARE_UNKNOWN ||
		       c->rows[i].verdict == COMPARE_OTHER_WORK ||
		       c->rows[i].verdict == COMPARE_NOT_RUN);
	for (int k = 0; k < 2; k++) {
		int code = compare_exit_code(c, k - 1 + 0.05);

		expect(code == 0 || code == 1 || code == 3 || code == 4);
		expect(!itself || code != 1);
	}
}

static void compare(const struct compare_side *a, const struct compare_side *b)
{
	struct comparison c;

	if (compare_sides(a, b, &standard, &c, NULL)) {
		expect(!c.rows && !c.n_rows);
		return;
	}
	judge(&c);
	print(&c);
	write_json(&c);
	compare_release(&c);
}

/* One of the two, or NULL. */
static struct results_file *read_one(const uint8_t *data, size_t size, struct results_file *f)
{
	json_t *j;
	int r;

	if (results_parse((const char *)data, size, &j, NULL))
		return NULL;
	r = results_read_document(j, "fuzz", f, NULL);
	json_decref(j);
	return r ? NULL : f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *between = size ? memchr(data, BETWEEN, size) : NULL;
	size_t first = between ? (size_t)(between - data) : size;
	struct results_file files[2];
	struct compare_side a = { .name = "a", .n_sets = 1 }, b = { .name = "b", .n_sets = 1 };

	a.sets = read_one(data, first, &files[0]);
	b.sets = between ? read_one(between + 1, size - first - 1, &files[1]) : NULL;
	if (a.sets)
		compare(&a, &a);
	if (a.sets && b.sets)
		compare(&a, &b);
	if (a.sets)
		results_file_release(a.sets);
	if (b.sets)
		results_file_release(b.sets);
	return 0;
}
