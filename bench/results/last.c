// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/results/last.h"
#include "bench/compare/compare.h"
#include "bench/report/table.h"
#include "lib/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PARTIAL ".partial"

/* ---- finding ---- */

/* A figure that stands for what the workload says. */
static bool has_figure(const struct results_cell *c)
{
	return c->r.status == STATUS_PASS && c->r.n_samples;
}

static const struct results_cell *match(const struct results_file *then,
					const struct results_cell *now)
{
	const struct results_cell *cell = results_match(then, now);
	char why[200];

	if (!cell || !has_figure(cell) || compare_refuses_cells(cell, now, why, sizeof(why)))
		return NULL;
	return cell;
}

/* Fills in from @then what has no last figure yet. True if that was any. */
static bool take_from(struct last *l, const struct results_file *then)
{
	char why[400];
	bool any = false;

	if (then->interrupted || compare_refuses_sets(then, &l->now, why, sizeof(why)))
		return false;
	for (size_t i = 0; i < l->now.n_cells; i++) {
		if (l->cells[i] || !has_figure(&l->now.cells[i]))
			continue;
		l->cells[i] = match(then, &l->now.cells[i]);
		any = any || l->cells[i];
	}
	return any;
}

static bool is_complete(const struct last *l)
{
	for (size_t i = 0; i < l->now.n_cells; i++)
		if (!l->cells[i] && has_figure(&l->now.cells[i]))
			return false;
	return true;
}

static int start(struct last *l, const json_t *document, struct err *e)
{
	int r;

	memset(l, 0, sizeof(*l));
	r = results_read_document(document, "this run", &l->now, e);
	if (r)
		return r;
	l->cells = calloc(l->now.n_cells + 1, sizeof(const struct results_cell *));
	l->sets = calloc(LAST_MAX_SETS, sizeof(*l->sets));
	if (l->cells && l->sets)
		return 0;
	last_release(l);
	return err_sys(e, -ENOMEM, "results", "look for earlier ones");
}

int last_in_baseline(const struct results_file *baseline, const json_t *document, struct last *ret,
		     struct err *e)
{
	int r = start(ret, document, e);

	if (!r)
		take_from(ret, baseline);
	return r;
}

/* Names of whole sets begin with their time: 20261127T021826Z-6.12-471c. */
static int is_set(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return isdigit((unsigned char)d->d_name[0]) &&
	       (len < strlen(PARTIAL) || strcmp(d->d_name + len - strlen(PARTIAL), PARTIAL) != 0);
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*b)->d_name, (*a)->d_name);
}

/* The set is kept open if a figure of it is used. */
static void look_into(struct last *l, const char *base, const char *name)
{
	struct results_file set;
	char path[PATH_MAX];

	if (results_find(base, name, path, NULL) || results_read(path, &set, NULL))
		return;
	/* Cells are pointed to: the set has its place before it is searched. */
	l->sets[l->n_sets] = set;
	if (!strcmp(set.machine.kernel, l->now.machine.kernel) && take_from(l, &l->sets[l->n_sets]))
		l->n_sets++;
	else
		results_file_release(&l->sets[l->n_sets]);
}

int last_find(const char *base, const json_t *document, struct last *ret, struct err *e)
{
	struct dirent **names;
	int n, r = start(ret, document, e);

	if (r)
		return r;
	n = scandir(base, &names, is_set, newest_first);
	for (int i = 0; i < n; i++) {
		if (i < LAST_MAX_SETS && !is_complete(ret))
			look_into(ret, base, names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return 0;
}

void last_release(struct last *l)
{
	for (size_t i = 0; i < l->n_sets; i++)
		results_file_release(&l->sets[i]);
	free(l->sets);
	free(l->cells);
	results_file_release(&l->now);
	memset(l, 0, sizeof(*l));
}

/* ---- saying ---- */

bool last_any(const struct last *l)
{
	for (size_t i = 0; i < l->now.n_cells; i++)
		if (l->cells[i])
			return true;
	return false;
}

/* "+3.1%": digits as they matter. */
static void format_change(double then, double now, char *buf, size_t len)
{
	double percent = 100 * (now - then) / then, size = fabs(percent);

	snprintf(buf, len, "%+.*f%%", size < 0.1 ? 2 : size < 10 ? 1 : 0, percent);
}

static bool overlap(const struct stats_summary *a, const struct stats_summary *b)
{
	return a->ci_low <= b->ci_high && b->ci_low <= a->ci_high;
}

/* "28.4 us +3.1%", "(+3.1%)" */
static void format_figure(const struct results_cell *then, const struct results_cell *now,
			  bool brief, char *buf, size_t len)
{
	/* What is counted is not estimated. */
	bool chance = strcmp(now->r.unit, "insn") != 0 &&
		      overlap(&then->r.summary, &now->r.summary);
	char figure[48] = "", change[32];

	if (!brief)
		table_format_figure(then->r.unit, then->r.summary.median, figure, sizeof(figure));
	format_change(then->r.summary.median, now->r.summary.median, change, sizeof(change));
	snprintf(buf, len, chance ? "%s%s(%s)" : "%s%s%s", figure, brief ? "" : " ", change);
}

char *last_format(const struct last *l, size_t i, bool brief, char *buf, size_t len)
{
	const struct results_cell *now = &l->now.cells[i], *then = l->cells[i];

	if (then && then->r.summary.median == now->r.summary.median)
		snprintf(buf, len, "same");
	else if (then && then->r.summary.median > 0)
		format_figure(then, now, brief, buf, len);
	else
		snprintf(buf, len, "-");
	return buf;
}
