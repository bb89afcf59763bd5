// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the instructions of each operation go: table.h. */
#include "bench/functions.h"
#include "bench/report/table.h"
#include "bench/results/json_get.h"
#include "lib/tame.h"

#include <stdlib.h>
#include <string.h>

#define FEW 8 /* functions of a cell, unless all are wanted */

struct function {
	const char *name;
	json_int_t n;
};

static int largest_first(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n ? 1 : -1) : strcmp(x->name, y->name);
}

/* All of @functions, the largest first; malloc'ed. The sum in @total. */
static struct function *sorted(const json_t *functions, size_t *n, json_int_t *total)
{
	json_t *kernel = json_object_get(functions, "kernel"), *value;
	struct function *list = calloc(json_object_size(kernel) + 1, sizeof(*list));
	const char *name;

	*n = 0;
	*total = 0;
	if (!list)
		return NULL;
	list[(*n)++] = (struct function){ FUNCTIONS_USER, number_of(functions, "user") };
	json_object_foreach(kernel, name, value)
		list[(*n)++] = (struct function){ name, json_integer_value(value) };
	for (size_t i = 0; i < *n; i++)
		*total += list[i].n;
	qsort(list, *n, sizeof(*list), largest_first);
	return list;
}

static void print_cell(FILE *out, const json_t *cell, const json_t *functions, bool all)
{
	double ops = (double)number_of(functions, "of_ops");
	json_int_t total, shown = 0;
	size_t n;
	struct function *list = sorted(functions, &n, &total);
	char name[160];

	if (!list || ops <= 0) {
		free(list);
		return;
	}
	table_cell_name(cell, name, sizeof(name));
	tame_print(out, "%s %s: %.2f", text_of(cell, "fs"), name, (double)total / ops);
	for (size_t i = 0; i < n && (all || i < FEW); i++) {
		tame_print(out, "  %-40.40s %12.2f %5.1f %%", list[i].name, (double)list[i].n / ops,
			   100 * (double)list[i].n / (double)total);
		shown += list[i].n;
	}
	if (shown < total)
		tame_print(out, "  %-40s %12.2f %5.1f %%", "all others",
			   (double)(total - shown) / ops,
			   100 * (double)(total - shown) / (double)total);
	free(list);
}

void table_print_functions(FILE *out, const json_t *document, bool all)
{
	const json_t *cell;
	size_t i;

	fputs("\nINSTRUCTIONS OF EACH OPERATION, BY FUNCTION\n", out);
	json_array_foreach(json_object_get(document, "results"), i, cell) {
		const json_t *functions = json_object_get(cell, "functions");

		if (json_is_object(functions))
			print_cell(out, cell, functions, all);
	}
}
