// SPDX-License-Identifier: GPL-2.0-or-later
/* What two cells, or their boots, say of a row. */
#include "bench/compare/compare.h"
#include "bench/compare/compare_findings.h"

#include <math.h>
#include <string.h>

/* As the table calls them: the names may be the same. */
static const char *letter(int which)
{
	return which ? "B" : "A";
}

/* ---- figures of a side ---- */

/* The cell of set @s that measured what the row does, or NULL. */
static const struct results_cell *of_set(const struct compare_side *side, size_t s,
					 const struct results_cell *cell)
{
	return results_match(&side->sets[s], cell);
}

/* The first boot that is not as it should be stands for the side. */
static void choose_cell(struct compare_row *row, int which, const struct compare_side *side)
{
	for (size_t s = 0; s < side->n_sets; s++) {
		const struct results_cell *cell = of_set(side, s, row->cell[which]);

		if (cell && cell->r.status != STATUS_PASS) {
			row->cell[which] = cell;
			return;
		}
	}
}

static size_t medians(const struct compare_side *side, const struct results_cell *cell,
		      double values[STATS_COMPARE_MAX])
{
	size_t n = 0;

	for (size_t s = 0; s < side->n_sets && n < STATS_COMPARE_MAX; s++) {
		const struct results_cell *one = of_set(side, s, cell);

		if (one && one->r.n_samples)
			values[n++] = one->r.summary.median;
	}
	return n;
}

/* @values: the boots' medians. */
static int take_values(struct compare_row *row, int which, const struct compare_side *side,
		       double values[STATS_COMPARE_MAX])
{
	size_t n = medians(side, row->cell[which], values);

	row->boots[which] = n;
	row->known[which] = n > 0;
	return n ? stats_median(values, n, &row->value[which]) : 0;
}

/* ---- counts of the kernel's acts ---- */

/* Per operation: boots need not have calibrated to the same number of them. */
static void add_count(struct compare_row *row, const char *name, int64_t a, int64_t b)
{
	uint64_t ops_a = row->cell[0]->r.proof_ops, ops_b = row->cell[1]->r.proof_ops;
	struct compare_count *c = &row->differs[row->n_differs];

	if (a < 0 || b < 0 || row->n_differs == COMPARE_MAX_COUNTS ||
	    (__int128)a * ops_b == (__int128)b * ops_a)
		return;
	*c = (struct compare_count){ name, { a, b }, { ops_a, ops_b } };
	row->n_differs++;
}

static void compare_counts(struct compare_row *row)
{
	const struct cell_result *a = &row->cell[0]->r, *b = &row->cell[1]->r;

	if (!a->have_counts || !b->have_counts)
		return;
	for (size_t i = 0; cell_count_name(i); i++)
		add_count(row, cell_count_name(i), cell_count(&a->seen, i),
			  cell_count(&b->seen, i));
}

/* ---- verdicts ---- */

static void settle(struct compare_row *row, enum compare_verdict v)
{
	row->verdict = v;
}

static bool same_samples(const struct cell_result *a, const struct cell_result *b)
{
	if (a->n_samples != b->n_samples || a->ops != b->ops)
		return false;
	for (size_t i = 0; i < a->n_samples; i++)
		if (a->samples[i] != b->samples[i])
			return false;
	return true;
}

/* Does every boot of a side give the same counts? */
static bool repeats(const struct compare_side *side, const struct compare_row *row, int which,
		    char *why, size_t len)
{
	const struct results_cell *first = NULL;

	for (size_t s = 0; s < side->n_sets; s++) {
		const struct results_cell *cell = of_set(side, s, row->cell[which]);

		if (!cell)
			continue;
		if (!first)
			first = cell;
		if (same_samples(&first->r, &cell->r))
			continue;
		snprintf(why, len, "%s does not repeat: %.10g in one boot, %.10g in boot %zu",
			 letter(which), first->r.summary.median, cell->r.summary.median, s + 1);
		return false;
	}
	return true;
}

/* How far the base moves without any change that matters. */
static void take_control(struct compare_row *row, const struct compare_side *base)
{
	const struct results_cell *cell = base->control ? results_match(base->control, row->cell[0])
							: NULL;

	if (!cell || cell->r.status != STATUS_PASS || !cell->r.n_samples)
		return;
	row->have_control = true;
	row->control = cell->r.summary.median - row->value[0];
}

static void judge_counts(struct compare_row *row, const struct comparison *c, double floor)
{
	const struct cell_result *a = &row->cell[0]->r, *b = &row->cell[1]->r;

	row->have_ratio = row->value[0] > 0 && row->value[1] > 0;
	if (row->have_ratio)
		row->ratio.ratio = row->value[1] / row->value[0];
	take_control(row, c->base);
	if (!repeats(c->base, row, 0, row->why, sizeof(row->why)) ||
	    !repeats(c->other, row, 1, row->why, sizeof(row->why))) {
		row->have_ratio = false;
		return settle(row, COMPARE_UNKNOWN);
	}
	if (a->ops != b->ops)
		snprintf(row->why, sizeof(row->why),
			 "samples of %llu operations against %llu: each has its share of what is "
			 "done once",
			 (unsigned long long)a->ops, (unsigned long long)b->ops);
	if (same_samples(a, b))
		return settle(row, COMPARE_SAME);
	if (fabs(row->difference) <= floor * row->value[0])
		return settle(row, COMPARE_EQUIVALENT);
	if (row->have_control && fabs(row->difference) <= fabs(row->control)) {
		snprintf(row->why, sizeof(row->why),
			 "the same kernel moves by %.10g when only memory is laid out otherwise",
			 row->control);
		return settle(row, COMPARE_UNKNOWN);
	}
	settle(row, row->difference < 0 ? COMPARE_FEWER : COMPARE_MORE);
}

/* Of the base's own boots every other one against the rest, which ran in between. */
static void split_control(struct compare_row *row, const double *values, size_t n)
{
	double half[2][STATS_COMPARE_MAX];
	struct stats_ratio ratio;

	for (size_t i = 0; i < n; i++)
		half[i % 2][i / 2] = values[i];
	if (n < 2 || stats_ratio(half[0], (n + 1) / 2, half[1], n / 2, &ratio))
		return;
	row->have_control = true;
	row->control = ratio.ratio;
}

static void judge_times(struct compare_row *row, const double *a, const double *b, double floor)
{
	split_control(row, a, row->boots[0]);
	row->have_ratio = !stats_ratio(a, row->boots[0], b, row->boots[1], &row->ratio);
	settle(row, COMPARE_UNKNOWN);
	if (!row->have_ratio) {
		snprintf(row->why, sizeof(row->why), "a figure that is not above 0 has no ratio");
	} else if (!row->ratio.interval) {
		snprintf(row->why, sizeof(row->why),
			 "%zu boots against %zu say nothing of the next boot; want %d of each",
			 row->boots[0], row->boots[1], COMPARE_MIN_BOOTS);
	} else if (stats_equivalent(&row->ratio, floor)) {
		settle(row, COMPARE_EQUIVALENT);
	} else if (row->ratio.low <= 1 && row->ratio.high >= 1) {
		; /* wide, and around 1 */
	} else if (row->have_control && fabs(log(row->ratio.ratio)) <= fabs(log(row->control))) {
		snprintf(row->why, sizeof(row->why),
			 "the base differs as much from itself, by %.1f %%",
			 100 * (row->control - 1));
	} else {
		settle(row, row->ratio.high < 1 ? COMPARE_FASTER : COMPARE_SLOWER);
	}
}

/* "A: skip: no DAX", of whatever side it is true. */
static void say_status(struct compare_row *row)
{
	size_t used = 0;

	for (int i = 0; i < 2; i++) {
		const struct cell_result *r = &row->cell[i]->r;

		if (r->status == STATUS_PASS || used >= sizeof(row->why))
			continue;
		used += (size_t)snprintf(row->why + used, sizeof(row->why) - used,
					 "%s%s: %s: %.200s", used ? "; " : "", letter(i),
					 status_name(r->status), r->reason);
	}
}

static bool has_status(const struct compare_row *row, enum status s)
{
	return row->cell[0]->r.status == s || row->cell[1]->r.status == s;
}

static bool is_figure(const struct compare_row *row)
{
	return row->known[0] && row->known[1];
}

static int judge_check(struct compare_row *row)
{
	if (!compare_refuses_cells(row->cell[0], row->cell[1], row->why, sizeof(row->why)))
		return compare_judge_findings(row);
	settle(row, COMPARE_REFUSED);
	return 0;
}

int compare_judge(struct compare_row *row, const struct comparison *c, double floor)
{
	double a[STATS_COMPARE_MAX], b[STATS_COMPARE_MAX];
	int r;

	choose_cell(row, 0, c->base);
	choose_cell(row, 1, c->other);
	row->check = row->cell[0]->r.lens == LENS_CHECK;
	if (row->check)
		return judge_check(row);
	row->counts = !strcmp(row->cell[0]->r.unit, "insn");
	r = take_values(row, 0, c->base, a);
	if (!r)
		r = take_values(row, 1, c->other, b);
	if (r)
		return r;
	row->difference = is_figure(row) ? row->value[1] - row->value[0] : 0;
	for (int i = 0; i < 2; i++)
		row->other_work[i] = row->cell[i]->r.status == STATUS_FAIL;
	compare_counts(row);
	say_status(row);
	if (compare_refuses_cells(row->cell[0], row->cell[1], row->why, sizeof(row->why)))
		settle(row, COMPARE_REFUSED);
	else if (has_status(row, STATUS_FAIL))
		settle(row, COMPARE_OTHER_WORK);
	else if (row->why[0] || !is_figure(row))
		settle(row, COMPARE_NOT_RUN);
	else if (row->counts)
		judge_counts(row, c, floor);
	else
		judge_times(row, a, b, floor);
	return 0;
}

int compare_judge_missing(struct compare_row *row, const struct comparison *c)
{
	int which = row->cell[0] ? 0 : 1;
	const struct cell_result *r = &row->cell[which]->r;
	double values[STATS_COMPARE_MAX];

	row->check = r->lens == LENS_CHECK;
	row->counts = !row->check && !strcmp(r->unit, "insn");
	row->other_work[which] = r->status == STATUS_FAIL;
	snprintf(row->why, sizeof(row->why), "%s does not have it", letter(!which));
	settle(row, COMPARE_MISSING);
	return take_values(row, which, which ? c->other : c->base, values);
}
