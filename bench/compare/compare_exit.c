// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/compare/compare.h"
#include "bench/cmd/say.h"

bool compare_is_regression(const struct compare_row *row, double limit)
{
	if (row->verdict == COMPARE_FINDINGS)
		return row->other_work[1];
	if (row->verdict == COMPARE_OTHER_WORK)
		return row->other_work[1] && !row->other_work[0];
	if (!row->have_ratio || row->verdict == COMPARE_UNKNOWN)
		return false;
	return (row->counts ? row->ratio.ratio : row->ratio.low) > 1 + limit;
}

static bool both_skipped(const struct compare_row *row)
{
	return row->verdict == COMPARE_NOT_RUN && row->cell[0]->r.status == STATUS_SKIP &&
	       row->cell[1]->r.status == STATUS_SKIP;
}

bool compare_is_open(const struct compare_row *row)
{
	switch (row->verdict) {
	case COMPARE_UNKNOWN:
		/* An interval that is too wide is an answer: nothing that large was shown. */
		return !row->have_ratio || (!row->counts && !row->ratio.interval);
	case COMPARE_NOT_RUN:
		return !both_skipped(row);
	case COMPARE_REFUSED:
	case COMPARE_MISSING:
		return true;
	default:
		return false;
	}
}

static bool any_regression(const struct comparison *c, double limit)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (compare_is_regression(&c->rows[i], limit))
			return true;
	return false;
}

static bool any_open(const struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (compare_is_open(&c->rows[i]))
			return true;
	return false;
}

static bool has_error(const struct results_cell *cell)
{
	return cell && cell->r.status == STATUS_ERROR;
}

/* As `run` has it: what could not be measured is no pass, whatever else was. */
static bool any_error(const struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (has_error(c->rows[i].cell[0]) || has_error(c->rows[i].cell[1]))
			return true;
	return false;
}

static bool all_skipped(const struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (!both_skipped(&c->rows[i]))
			return false;
	return c->n_rows > 0;
}

/* Is there a row with both sides in it? */
static bool any_compared(const struct comparison *c)
{
	return c->n_rows > c->of[COMPARE_NOT_RUN] + c->of[COMPARE_REFUSED] + c->of[COMPARE_MISSING];
}

int compare_exit_code(const struct comparison *c, double limit)
{
	if (limit >= 0 && any_regression(c, limit))
		return EXIT_FOUND;
	if (c->refused[0])
		return EXIT_NO_RUN;
	if (all_skipped(c))
		return EXIT_SKIPPED;
	if (!any_compared(c) || any_error(c) || (limit >= 0 && any_open(c)))
		return EXIT_NO_RUN;
	return EXIT_OK;
}
