// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a guest recorded for a check, judged: its cells become results, and its
 * files get names that tell what they are of.
 */
#include "bench/cmd/cmd_check.h"
#include "bench/results/cell_status.h"
#include "bench/results/json_get.h"
#include "bench/check/known.h"
#include "bench/cmd/say.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

int check_judge_open(struct check_judge *j, const struct check *check, struct err *e)
{
	j->check = check;
	return known_load(KNOWN_DIRECTORY, &j->known, e);
}

void check_judge_close(struct check_judge *j)
{
	repro_release(&j->repro);
	ace_report_release(&j->ace);
	recover_pool_close(j->states.pool);
	json_decref(j->known);
	j->known = NULL;
	j->states.pool = NULL;
}

void check_judge_begin(struct check_judge *j, struct results *results, const char *kernel)
{
	j->results = results;
	j->run = (struct repro_run){ .results = results_path(results),
				     .kernel = kernel,
				     .session = &j->check->session,
				     .rules = j->check->rules,
				     .known = j->known,
				     .command = json_object_get(results_document(results),
								"command") };
	j->repro.run = &j->run;
}

/* ---- crash states ---- */

static void on_point(void *data, uint64_t point, uint64_t points)
{
	char what[160];

	snprintf(what, sizeof(what), "crash points of %s", (const char *)data);
	say_progress_steps(point, points, what);
}

static void on_edit(void *data, uint64_t edit, uint64_t edits)
{
	char what[160];

	snprintf(what, sizeof(what), "edits of %s", (const char *)data);
	say_progress_steps(edit, edits, what);
}

int check_judge_states(struct check_judge *j, const struct emulate_job *job, struct err *e)
{
	const struct check *check = j->check;
	struct emulate_job how = *job;
	int r;

	how.reads = check->states.prune;
	j->states = (struct states_options){
		.budget = check->states.budget,
		.total = check->states.total,
		.atomic = (uint32_t)check->states.atomic,
		.rules = check->rules,
		.seed = check->session.seed,
		.recrash = check->states.recrash,
		.edits = check->edits,
		/* Of what is recorded anew a shard has whole cells. */
		.shard = { check->shard.number, check->recorded ? check->shard.of : 0 },
		.known = j->known,
		.on_point = on_point,
		.on_edit = on_edit,
	};
	r = recover_pool_open(&j->states.pool, &how, states_guests(check->states.guests), e);
	if (!r && check->no_recovery_barriers)
		recover_pool_deny_barriers(j->states.pool);
	return r;
}

void check_judge_no_states(json_t *cell, const struct err *e)
{
	char reason[1024];

	err_format(e, reason, sizeof(reason));
	if (strcmp("fail", text_of(cell, "status")) != 0)
		cell_set_status(cell, "error", "crash states: %s", reason);
	say_error(e);
}

void check_judge_run(struct check_judge *j, const struct states_run *run, json_t *cell)
{
	char what[128];
	struct err e;

	snprintf(what, sizeof(what), "%s %s", text_of(cell, "fs"), text_of(cell, "workload"));
	j->states.data = what;
	if (states_check(&j->states, run, cell, &e))
		check_judge_no_states(cell, &e);
	say_progress_done();
}

/* ---- cells ---- */

/* Under another name it is still there, and that is said. One that is not has its verdict. */
static void keep_file(const struct check_judge *j, const char *path, const json_t *cell,
		      const char *suffix)
{
	char name[PATH_MAX];
	struct err e;

	snprintf(name, sizeof(name), "%s/%s-%s-%.16s.%s", results_path(j->results),
		 text_of(cell, "workload"), text_of(cell, "fs"), text_of(cell, "run"), suffix);
	if (!rename(path, name) || errno == ENOENT)
		return;
	err_set(&e, -errno, path, "rename to %s: %s", name, strerror(errno));
	say_error(&e);
}

/* Those of a cell that passed are not kept. */
static void keep_files(struct check_judge *j, const struct recording_files *f, const json_t *cell)
{
	keep_file(j, f->out, cell, "stdout");
	keep_file(j, f->err, cell, "stderr");
	if (!j->check->keep && !strcmp("pass", text_of(cell, "status"))) {
		unlink(f->trace);
		unlink(f->log);
		unlink(f->maps);
		return;
	}
	j->kept = true;
	keep_file(j, f->trace, cell, "trace");
	keep_file(j, f->log, cell, "oplog");
	keep_file(j, f->maps, cell, "maps");
}

static void judge_cell(struct check_judge *j, json_t *cell)
{
	const struct check *check = j->check;
	const char *run = text_of(cell, "run");
	const struct recording_files f = recording_name(results_path(j->results), run);
	const struct recorded rec = {
		.trace = f.trace,
		.log = f.log,
		.symbols = f.symbols,
		.maps = f.maps,
		.rules = check->rules,
		.removals = check->removals,
		.n_removals = check->n_removals,
		.seed = check->session.seed,
		.flush = session_flush_name(&check->session),
		.coverage = &j->coverage,
		.ace = &j->ace,
	};
	struct err e;

	if (!run[0])
		return; /* nothing was recorded: the cell says why */
	recorded_judge(&rec, j->known, cell);
	if (j->states.pool)
		check_judge_run(j, &(struct states_run){ f.trace, f.log, f.symbols }, cell);
	if (repro_save(&j->repro, cell, &f, &e))
		say_error(&e);
	keep_files(j, &f, cell);
}

int check_judge_cells(struct check_judge *j, const struct recording *rec, struct err *e)
{
	const struct recording_files f = recording_name(rec->dir, "");
	struct err not_kept;
	json_t *cell;
	size_t i;
	int r = 0;

	json_array_foreach(rec->cells, i, cell) {
		judge_cell(j, cell);
		/* A full disk takes no verdict away. */
		if (results_add_json(j->results, cell, &not_kept) && !r) {
			*e = not_kept;
			r = e->code;
		}
	}
	if (!j->kept)
		unlink(f.symbols);
	return r;
}

static void note_coverage(const struct check_judge *j)
{
	size_t seen, possible;

	if (j->ace.n)
		results_note(j->results, "ace", ace_report_to_json(&j->ace));
	if (!j->coverage.lists)
		return;
	coverage_count(&j->coverage, &seen, &possible);
	results_note(j->results, "coverage",
		     json_pack("{s:I, s:I, s:I, s:I}", "lists", (json_int_t)j->coverage.lists,
			       "operations", (json_int_t)j->coverage.operations, "pairs_seen",
			       (json_int_t)seen, "pairs_possible", (json_int_t)possible));
}

int check_judge_end(struct check_judge *j, struct err *e)
{
	note_coverage(j);
	return repro_count(&j->repro, e);
}
