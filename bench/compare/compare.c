// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/compare/compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *compare_verdict_name(enum compare_verdict v)
{
	static const char *const names[COMPARE_VERDICTS] = {
		[COMPARE_SAME] = "same",
		[COMPARE_EQUIVALENT] = "equivalent",
		[COMPARE_FASTER] = "faster",
		[COMPARE_SLOWER] = "slower",
		[COMPARE_FEWER] = "fewer",
		[COMPARE_MORE] = "more",
		[COMPARE_UNKNOWN] = "not enough data",
		[COMPARE_OTHER_WORK] = "other work",
		[COMPARE_FINDINGS] = "other findings",
		[COMPARE_NOT_RUN] = "not run",
		[COMPARE_REFUSED] = "refused",
		[COMPARE_MISSING] = "missing",
	};

	return names[v];
}

/* ---- which cells there are ---- */

/* A side's cells, each once, in the order of its first set. */
struct cells {
	const struct results_cell **items;
	bool *taken; /* has its row */
	size_t n;
};

static void release_cells(struct cells *c)
{
	free(c->items);
	free(c->taken);
}

static const struct results_cell *find(const struct cells *c, const struct results_cell *cell,
				       size_t *ret_index)
{
	for (size_t i = 0; i < c->n; i++)
		if (results_same_cell(c->items[i], cell)) {
			*ret_index = i;
			return c->items[i];
		}
	return NULL;
}

static int check_set(const struct results_file *f, const char *name, struct err *e)
{
	if (f->n_cells > COMPARE_MAX_CELLS)
		return err_set(e, -EBADMSG, name, "has %zu results, more than %d", f->n_cells,
			       COMPARE_MAX_CELLS);
	for (size_t i = 0; i < f->n_cells; i++)
		if (results_match(f, &f->cells[i]) != &f->cells[i])
			return err_set(e, -EBADMSG, name, "has \"%s\" twice, as result %zu too",
				       f->cells[i].workload, i + 1);
	return 0;
}

static int collect(const struct compare_side *side, const struct compare_options *o,
		   struct cells *ret, struct err *e)
{
	size_t most = 0, index;
	int r = 0;

	for (size_t s = 0; !r && s < side->n_sets; s++) {
		r = check_set(&side->sets[s], side->name, e);
		most += side->sets[s].n_cells;
	}
	if (r)
		return r;
	ret->items = calloc(most + 1, sizeof(*ret->items));
	ret->taken = calloc(most + 1, sizeof(*ret->taken));
	if (!ret->items || !ret->taken)
		return err_sys(e, -ENOMEM, side->name, "compare");
	for (size_t s = 0; s < side->n_sets; s++)
		for (size_t i = 0; i < side->sets[s].n_cells; i++) {
			const struct results_cell *cell = &side->sets[s].cells[i];

			if ((!o->wanted || o->wanted(o->data, cell)) && !find(ret, cell, &index))
				ret->items[ret->n++] = cell;
		}
	return 0;
}

static bool same_but_params(const struct results_cell *a, const struct results_cell *b)
{
	return !strcmp(a->workload, b->workload) && !strcmp(a->r.fs, b->r.fs);
}

/* The only cell left of @cell's workload and file system; NULL if there are none or several. */
static const struct results_cell *only_other(const struct cells *c, const struct results_cell *cell,
					     size_t *ret_index)
{
	const struct results_cell *found = NULL;

	for (size_t i = 0; i < c->n; i++) {
		if (c->taken[i] || !same_but_params(c->items[i], cell))
			continue;
		if (found)
			return NULL;
		found = c->items[i];
		*ret_index = i;
	}
	return found;
}

/* ---- rows ---- */

static struct compare_row *new_row(struct comparison *c, const struct results_cell *a,
				   const struct results_cell *b)
{
	struct compare_row *row = &c->rows[c->n_rows++];

	row->cell[0] = a;
	row->cell[1] = b;
	return row;
}

/* What both have; and where each has the workload once, with other parameters, why not. */
static int pair_cells(struct comparison *c, struct cells *a, struct cells *b, double floor)
{
	size_t k;
	int r = 0;

	for (size_t i = 0; !r && i < a->n; i++)
		if (find(b, a->items[i], &k)) {
			a->taken[i] = b->taken[k] = true;
			r = compare_judge(new_row(c, a->items[i], b->items[k]), c, floor);
		}
	for (size_t i = 0, own; !r && i < a->n; i++)
		if (!a->taken[i] && only_other(a, a->items[i], &own) &&
		    only_other(b, a->items[i], &k)) {
			a->taken[i] = b->taken[k] = true;
			r = compare_judge(new_row(c, a->items[i], b->items[k]), c, floor);
		}
	for (size_t i = 0; !r && i < a->n; i++)
		if (!a->taken[i])
			r = compare_judge_missing(new_row(c, a->items[i], NULL), c);
	for (size_t i = 0; !r && i < b->n; i++)
		if (!b->taken[i])
			r = compare_judge_missing(new_row(c, NULL, b->items[i]), c);
	return r;
}

static void count_verdicts(struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		c->of[c->rows[i].verdict]++;
}

static bool refuses(const struct compare_side *base, const struct compare_side *side, char *why,
		    size_t len)
{
	for (size_t s = 0; s < side->n_sets; s++)
		if (compare_refuses_sets(&base->sets[0], &side->sets[s], why, len))
			return true;
	return false;
}

int compare_sides(const struct compare_side *base, const struct compare_side *other,
		  const struct compare_options *o, struct comparison *ret, struct err *e)
{
	struct cells a = { 0 }, b = { 0 };
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->base = base;
	ret->other = other;
	r = collect(base, o, &a, e);
	if (!r)
		r = collect(other, o, &b, e);
	if (!r && !refuses(base, base, ret->refused, sizeof(ret->refused)) &&
	    !refuses(base, other, ret->refused, sizeof(ret->refused))) {
		ret->rows = calloc(a.n + b.n + 1, sizeof(*ret->rows));
		r = ret->rows ? pair_cells(ret, &a, &b, o->floor) : -ENOMEM;
		if (r)
			err_sys(e, r, other->name, "compare");
	}
	if (!r && ret->rows)
		count_verdicts(ret);
	release_cells(&a);
	release_cells(&b);
	if (r)
		compare_release(ret);
	return r;
}

void compare_release(struct comparison *c)
{
	free(c->rows);
	memset(c, 0, sizeof(*c));
}
