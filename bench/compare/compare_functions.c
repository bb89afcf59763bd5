// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/compare/compare_functions.h"
#include "bench/report/table.h"
#include "lib/tame.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static double difference(const struct compare_function *f)
{
	return f->each[1] - f->each[0];
}

/* The largest first, whatever its sign; then by name. */
static int by_difference(const void *a, const void *b)
{
	const struct compare_function *x = a, *y = b;
	double dx = fabs(difference(x)), dy = fabs(difference(y));

	if (dx != dy)
		return dx < dy ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* One more function, if the sides are not alike. Exact: by cross multiplication. */
static void add(struct compare_functions *f, const char *name, uint64_t a, uint64_t b)
{
	struct compare_function *item = &f->item[f->n];

	if ((__uint128_t)a * f->of_ops[1] == (__uint128_t)b * f->of_ops[0]) {
		f->same++;
		return;
	}
	*item = (struct compare_function){ name, { a, b }, { 0 } };
	item->each[0] = (double)a / (double)f->of_ops[0];
	item->each[1] = (double)b / (double)f->of_ops[1];
	f->n++;
}

static uint64_t count_of(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static double all_of(const json_t *functions)
{
	json_t *kernel = json_object_get(functions, "kernel"), *value;
	double n = (double)count_of(functions, "user");
	const char *name;

	json_object_foreach(kernel, name, value)
		n += (double)json_integer_value(value);
	return n;
}

int compare_functions(const struct compare_row *row, struct compare_functions *ret)
{
	json_t *of[2] = { NULL }, *kernel[2], *value;
	const char *name;

	memset(ret, 0, sizeof(*ret));
	for (int i = 0; i < 2; i++) {
		of[i] = row->cell[i] ? row->cell[i]->r.functions : NULL;
		kernel[i] = json_object_get(of[i], "kernel");
		ret->of_ops[i] = count_of(of[i], "of_ops");
		if (!json_is_object(kernel[i]) || !ret->of_ops[i])
			return -ENODATA;
		ret->each[i] = all_of(of[i]) / (double)ret->of_ops[i];
	}
	ret->item = calloc(json_object_size(kernel[0]) + json_object_size(kernel[1]) + 1,
			   sizeof(*ret->item));
	if (!ret->item)
		return -ENOMEM;
	add(ret, FUNCTIONS_USER, count_of(of[0], "user"), count_of(of[1], "user"));
	json_object_foreach(kernel[0], name, value)
		add(ret, name, (uint64_t)json_integer_value(value), count_of(kernel[1], name));
	json_object_foreach(kernel[1], name, value)
		if (!json_object_get(kernel[0], name))
			add(ret, name, 0, (uint64_t)json_integer_value(value));
	qsort(ret->item, ret->n, sizeof(*ret->item), by_difference);
	return 0;
}

void compare_functions_release(struct compare_functions *f)
{
	free(f->item);
	memset(f, 0, sizeof(*f));
}

json_t *compare_functions_to_json(const struct compare_row *row)
{
	json_t *list, *j;
	struct compare_functions f;

	if (compare_functions(row, &f))
		return json_null();
	list = json_array();
	for (size_t i = 0; i < f.n; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:[I, I], s:f}", "name", f.item[i].name,
						"instructions", (json_int_t)f.item[i].n[0],
						(json_int_t)f.item[i].n[1], "difference",
						difference(&f.item[i])));
	j = json_pack("{s:[I, I], s:[f, f], s:I, s:o}", "of_ops", (json_int_t)f.of_ops[0],
		      (json_int_t)f.of_ops[1], "each", f.each[0], f.each[1], "same",
		      (json_int_t)f.same, "differ", list);
	compare_functions_release(&f);
	return j;
}

static void print_line(FILE *out, const char *name, double a, double b)
{
	tame_print(out, "%-44.44s %11.2f %11.2f %+10.2f", name, a, b, b - a);
}

static void print_row(FILE *out, const struct compare_row *row, const struct compare_functions *f,
		      size_t most)
{
	const struct results_cell *cell = row->cell[0];
	char name[160], line[200];
	double rest[2] = { 0 };

	table_cell_name(cell->json, name, sizeof(name));
	snprintf(line, sizeof(line), "%s %s", cell->r.fs[0] ? cell->r.fs : cell->r.mode, name);
	print_line(out, line, f->each[0], f->each[1]);
	for (size_t i = 0; i < f->n; i++) {
		if (i < most || !most) {
			snprintf(line, sizeof(line), "  %s", f->item[i].name);
			print_line(out, line, f->item[i].each[0], f->item[i].each[1]);
		}
		for (int k = 0; k < 2 && most && i >= most; k++)
			rest[k] += f->item[i].each[k];
	}
	snprintf(line, sizeof(line), "  %zu more", most && f->n > most ? f->n - most : 0);
	if (most && f->n > most)
		print_line(out, line, rest[0], rest[1]);
}

void compare_functions_print(FILE *out, const struct comparison *c, size_t most)
{
	size_t rows = 0, alike = 0;

	for (size_t i = 0; i < c->n_rows; i++) {
		struct compare_functions f;

		if (compare_functions(&c->rows[i], &f))
			continue;
		if (!rows++)
			fprintf(out, "\n%-44s %11s %11s %10s\n",
				"INSTRUCTIONS PER OPERATION, WHERE", "A", "B", "B - A");
		alike += !f.n;
		if (f.n)
			print_row(out, &c->rows[i], &f, most);
		compare_functions_release(&f);
	}
	if (rows)
		fprintf(out, "%zu of %zu rows: the same in every function\n", alike, rows);
}
