// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cmd/cmd_shell_state.h"
#include "bench/check/recorded.h"
#include "bench/check/state_file.h"
#include "bench/results/json_get.h"
#include "bench/results/results_read.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The violation of that state in @cell; NULL: there is none. */
static const json_t *find_violation(const json_t *cell, const char *number)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(cell, "states"), "violations"), i, v)
		if (!strcmp(text_of(v, "state"), number))
			return v;
	return NULL;
}

static const struct results_cell *find_cell(const struct results_file *f, const char *number,
					    const json_t **ret_violation)
{
	for (size_t i = 0; i < f->n_cells; i++) {
		*ret_violation = find_violation(f->cells[i].json, number);
		if (*ret_violation)
			return &f->cells[i];
	}
	return NULL;
}

/* The files of a run lie beside its results, under the names that a check gives them. */
static int extract(const struct results_file *f, const json_t *cell, const char *number,
		   const char *file, struct err *e)
{
	const json_t *states = json_object_get(cell, "states");
	const char *slash = strrchr(f->path, '/');
	int dir = slash ? (int)(slash + 1 - f->path) : 0;
	char stem[PATH_MAX], trace[PATH_MAX + 8], log[PATH_MAX + 8], symbols[PATH_MAX + 16];
	struct states_options o = { .budget = (uint64_t)number_of(states, "budget"),
				    .total = (uint64_t)number_of(states, "total"),
				    .atomic = (uint32_t)number_of(states, "atomic") };
	struct dx_log_header about;
	int r;

	snprintf(stem, sizeof(stem), "%.*s%s-%s-%s", dir, f->path, text_of(cell, "workload"),
		 text_of(cell, "fs"), text_of(cell, "run"));
	snprintf(trace, sizeof(trace), "%s.trace", stem);
	snprintf(log, sizeof(log), "%s.oplog", stem);
	snprintf(symbols, sizeof(symbols), "%.*s" RECORDED_SYMBOLS, dir, f->path);
	r = recorded_about(log, &about, e);
	if (r)
		return r;
	o.seed = about.seed;
	return state_file_extract(&o, &(struct states_run){ trace, log, symbols },
				  strtoull(number, NULL, 16), file, e);
}

static int find_state(const struct results_file *f, const char *number, const char *file,
		      struct err *e)
{
	const json_t *violation = NULL;
	const struct results_cell *cell = find_cell(f, number, &violation);

	if (!cell) {
		err_set(e, -ENOENT, f->path, "no violation in it is of state %.32s", number);
		return err_hint(e, "the number stands in a violation, behind \"state\"");
	}
	if (json_is_object(json_object_get(violation, "recovery")))
		return err_set(e, -EOPNOTSUPP, f->path,
			       "state %.32s is one of a crash in a recovery: these cannot be made "
			       "again",
			       number);
	return extract(f, cell->json, number, file, e);
}

int shell_state(const char *word, const char *number, const char *file, struct err *e)
{
	char path[PATH_MAX];
	struct results_file f;
	int r = results_find("results", word, path, e);

	if (r)
		return r;
	r = results_read(path, &f, e);
	if (r)
		return r;
	r = find_state(&f, number, file, e);
	results_file_release(&f);
	return r;
}
