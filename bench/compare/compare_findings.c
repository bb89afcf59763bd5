// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/compare/compare_findings.h"
#include "bench/results/json_get.h"
#include "lib/tame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const json_t *states_of(const json_t *cell)
{
	return json_object_get(json_object_get(cell, "states"), "violations");
}

/* How many there can be. */
static size_t room_for(const struct compare_row *row)
{
	size_t n = 1;

	for (int side = 0; side < 2; side++) {
		const json_t *cell = row->cell[side]->json;

		n += json_array_size(json_object_get(cell, "violations")) +
		     json_array_size(states_of(cell));
	}
	return n;
}

/* Into @f, which has each once. */
static void note(struct compare_findings *f, int side, const char *name)
{
	size_t i = 0;

	while (i < f->n && strcmp(f->item[i].name, name) != 0)
		i++;
	if (i == f->n) {
		f->item[f->n++] = (struct compare_finding){ .n = { 0 } };
		snprintf(f->item[i].name, sizeof(f->item[i].name), "%s", name);
	}
	f->item[i].n[side]++;
}

/* "file0: not written back, promised by msync"; @rule: the member that says what is wrong. */
static void add_all(struct compare_findings *f, int side, const json_t *violations,
		    const char *rule, const char *prefix)
{
	const json_t *v;
	size_t i;

	json_array_foreach(violations, i, v) {
		const char *file = text_of(v, "file");
		const char *op = text_of(json_object_get(v, "promise"), "op");
		char name[200];

		snprintf(name, sizeof(name), "%.80s: %s%.60s%s%.30s",
			 file[0] ? file : "file system", prefix, text_of(v, rule),
			 op[0] ? ", promised by " : "", op);
		note(f, side, name);
	}
}

static int by_name(const void *a, const void *b)
{
	const struct compare_finding *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Leaves those that one side alone has. */
static void keep_different(struct compare_findings *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->n; i++)
		if (!f->item[i].n[0] != !f->item[i].n[1])
			f->item[kept++] = f->item[i];
	f->n = kept;
}

int compare_findings(const struct compare_row *row, struct compare_findings *ret)
{
	*ret = (struct compare_findings){ .item = calloc(room_for(row), sizeof(*ret->item)) };
	if (!ret->item)
		return -ENOMEM;
	for (int side = 0; side < 2; side++) {
		const json_t *cell = row->cell[side]->json;

		add_all(ret, side, json_object_get(cell, "violations"), "fault", "");
		add_all(ret, side, states_of(cell), "rule", "crash states: ");
	}
	keep_different(ret);
	qsort(ret->item, ret->n, sizeof(*ret->item), by_name);
	return 0;
}

void compare_findings_release(struct compare_findings *f)
{
	free(f->item);
	memset(f, 0, sizeof(*f));
}

/* A known finding is an answer, too: only what was not judged is none. */
static bool is_judged(const struct results_cell *cell)
{
	return cell->r.status != STATUS_SKIP && cell->r.status != STATUS_ERROR;
}

int compare_judge_findings(struct compare_row *row)
{
	struct compare_findings f;
	int r;

	for (int i = 0; i < 2; i++)
		if (!is_judged(row->cell[i])) {
			row->verdict = COMPARE_NOT_RUN;
			snprintf(row->why, sizeof(row->why), "%s: %s: %.200s", i ? "B" : "A",
				 status_name(row->cell[i]->r.status), row->cell[i]->r.reason);
			return 0;
		}
	r = compare_findings(row, &f);
	if (r)
		return r;
	row->verdict = f.n ? COMPARE_FINDINGS : COMPARE_SAME;
	for (size_t i = 0; i < f.n; i++)
		row->other_work[f.item[i].n[1] ? 1 : 0] = true;
	compare_findings_release(&f);
	return 0;
}

json_t *compare_findings_to_json(const struct compare_row *row)
{
	json_t *list = json_array();
	struct compare_findings f;

	if (!row->cell[0] || !row->cell[1] || compare_findings(row, &f))
		return list;
	for (size_t i = 0; i < f.n; i++) {
		char name[sizeof(f.item[i].name)];

		/* Cut, perhaps within a letter. */
		snprintf(name, sizeof(name), "%s", f.item[i].name);
		tame_ascii(name);
		json_array_append_new(list, json_pack("{s:s, s:[I, I]}", "finding", name, "sides",
						      (json_int_t)f.item[i].n[0],
						      (json_int_t)f.item[i].n[1]));
	}
	compare_findings_release(&f);
	return list;
}

void compare_findings_print(FILE *out, const struct compare_row *row)
{
	struct compare_findings f;

	if (compare_findings(row, &f))
		return;
	for (size_t i = 0; i < f.n; i++)
		tame_print(out, "  only %s: %s", f.item[i].n[1] ? "B" : "A", f.item[i].name);
	compare_findings_release(&f);
}
