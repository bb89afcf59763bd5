// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's part of a check: boots a guest for each kernel, with the plugin, and
 * judges the traces and logs that came of it. A guest that dies leaves what it
 * recorded until then: that is judged, and said.
 */
#include "bench/cmd_check.h"
#include "bench/cmd_emulate.h"
#include "bench/interrupt.h"
#include "bench/known.h"
#include "bench/recorded.h"
#include "bench/say.h"
#include "bench/unfinished.h"
#include "checker/gen/coverage.h"
#include "lib/monotonic.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The operation log of a guest that died, until it is known whose it is. */
#define DEAD_LOG "dead.oplog"

struct host {
	struct check *check;
	struct results *results;
	json_t *cells;	/* as the guest recorded them */
	size_t planned; /* cells of all guests so far */
	size_t judged;	/* of those before this one */
	struct coverage coverage;
	char seed[32], **argv; /* of the guest */
	bool kept;	       /* files of a cell */
	char dead_log[PATH_MAX];
};

/* What a guest sent is no cell of ours until it was looked at. */
static int check_cell(const json_t *cell, struct err *e)
{
	struct cell_result c;
	int r = cell_result_from_json(cell, &c, e);

	if (r)
		return r;
	if (c.lens != LENS_CHECK)
		r = err_set(e, -EBADMSG, "result", "is not of a check");
	cell_result_release(&c);
	return r;
}

static int take_cell(struct host *host, const char *text, size_t len, struct err *e)
{
	char what[128];
	json_t *j;
	int r = results_parse(text, len, &j, e);

	if (!r) {
		r = check_cell(j, e);
		if (r)
			json_decref(j);
	}
	if (r)
		return r;
	snprintf(what, sizeof(what), "%s %s", json_string_value(json_object_get(j, "fs")),
		 json_string_value(json_object_get(j, "workload")));
	json_array_append_new(host->cells, j);
	say_progress(host->judged + json_array_size(host->cells), host->planned, what);
	return 0;
}

static int on_file(void *data, const char *name, bool append, const void *content, size_t len,
		   struct err *e)
{
	struct host *host = data;
	json_t *j;
	int r;

	if (append && !strcmp(name, "journal.ndjson"))
		return take_cell(host, content, len, e);
	if (strcmp(name, "environment.json") != 0)
		return results_put(host->results, name, content, len, e);
	r = results_parse(content, len, &j, e);
	if (r)
		return r;
	results_set_environment(host->results, j);
	json_decref(j);
	return 0;
}

/* ---- judging ---- */

struct files {
	char trace[PATH_MAX], log[PATH_MAX], symbols[PATH_MAX];
};

static void name_files(const struct host *host, const char *run, struct files *f)
{
	const char *dir = results_path(host->results);

	snprintf(f->trace, sizeof(f->trace), "%s/%.16s.trace", dir, run);
	snprintf(f->log, sizeof(f->log), "%s/%.16s.oplog", dir, run);
	snprintf(f->symbols, sizeof(f->symbols), "%s/" CHECK_SYMBOLS, dir);
}

/* Under names that tell what they are of; those of a cell that passed are not kept. */
static void keep_files(struct host *host, const struct files *f, const json_t *cell)
{
	const char *dir = results_path(host->results);
	const char *workload = json_string_value(json_object_get(cell, "workload"));
	const char *fs = json_string_value(json_object_get(cell, "fs"));
	const char *run = json_string_value(json_object_get(cell, "run"));
	char name[PATH_MAX];

	if (!host->check->keep &&
	    !strcmp("pass", json_string_value(json_object_get(cell, "status")))) {
		unlink(f->trace);
		unlink(f->log);
		return;
	}
	host->kept = true;
	snprintf(name, sizeof(name), "%s/%s-%s-%.4s.trace", dir, workload, fs, run);
	rename(f->trace, name);
	snprintf(name, sizeof(name), "%s/%s-%s-%.4s.oplog", dir, workload, fs, run);
	rename(f->log, name);
}

static void judge_cell(struct host *host, const json_t *known, json_t *cell)
{
	const struct check *check = host->check;
	const char *run = json_string_value(json_object_get(cell, "run"));
	struct files f;
	const struct recorded rec = {
		.trace = f.trace,
		.log = f.log,
		.symbols = f.symbols,
		.rules = check->rules,
		.removals = check->removals,
		.n_removals = check->n_removals,
		.seed = check->session.seed,
		.flush = session_flush_name(&check->session),
		.coverage = &host->coverage,
	};

	if (!run)
		return; /* nothing was recorded: the cell says why */
	name_files(host, run, &f);
	recorded_judge(&rec, known, cell);
	keep_files(host, &f, cell);
}

static int judge_cells(struct host *host, struct err *e)
{
	json_t *cell, *known;
	size_t i;
	int r = known_load(KNOWN_DIRECTORY, &known, e);

	if (r)
		return r;
	json_array_foreach(host->cells, i, cell) {
		struct err not_kept;

		judge_cell(host, known, cell);
		/* A full disk takes no verdict away. */
		if (results_add_json(host->results, cell, &not_kept) && !r) {
			*e = not_kept;
			r = e->code;
		}
	}
	json_decref(known);
	if (!host->kept) {
		struct files f;

		name_files(host, "", &f);
		unlink(f.symbols);
	}
	return r;
}

/* ---- a guest ---- */

static void note_coverage(const struct host *host)
{
	size_t seen, possible;

	if (!host->coverage.lists)
		return;
	coverage_count(&host->coverage, &seen, &possible);
	results_note(host->results, "coverage",
		     json_pack("{s:I, s:I, s:I, s:I}", "lists", (json_int_t)host->coverage.lists,
			       "operations", (json_int_t)host->coverage.operations, "pairs_seen",
			       (json_int_t)seen, "pairs_possible", (json_int_t)possible));
}

static int conclude(struct host *host, bool cut_short)
{
	struct check *check = host->check;
	const json_t *document = results_document(host->results);
	int code = results_exit_code(document);
	struct err e;

	note_coverage(host);
	check_print(check, document);
	if (results_finish(host->results, cut_short, &e)) {
		say_error(&e);
		code = code == EXIT_FOUND ? code : EXIT_NO_RUN;
	}
	if (results_path(host->results))
		say_note(0, "results: %s", results_path(host->results));
	if (cut_short && code != EXIT_FOUND)
		code = EXIT_NO_RUN;
	return interrupted ? 128 + interrupted : code;
}

/* Each guest has fresh seeds: of one option that is given twice the last counts. */
static int make_arguments(struct host *host, uint64_t seed)
{
	char *const *typed = host->check->argv;
	size_t n = 0;

	while (typed[n])
		n++;
	free(host->argv);
	host->argv = calloc(n + 2, sizeof(*host->argv));
	if (!host->argv)
		return -ENOMEM;
	memcpy(host->argv, typed, n * sizeof(*typed));
	if (seed != host->check->session.seed) {
		snprintf(host->seed, sizeof(host->seed), "--seed=%" PRIu64, seed);
		host->argv[n] = host->argv[1];
		host->argv[1] = host->seed;
	}
	return 0;
}

static int open_job(struct host *host, const char *kernel, uint64_t seed, struct emulate_job *job,
		    struct err *e)
{
	int r = make_arguments(host, seed);

	if (r)
		return err_sys(e, r, "guest", "make its command line");
	r = session_job(&host->check->session, kernel, host->argv, job, e);
	if (r)
		return r;
	job->deterministic = true;
	job->trace_dir = results_path(host->results);
	snprintf(host->dead_log, sizeof(host->dead_log), "%s/" DEAD_LOG, job->trace_dir);
	job->keep_oplog = host->dead_log;
	job->keep_only_of_dead = true;
	job->on_output = emulate_print;
	job->on_file = on_file;
	job->data = host;
	return 0;
}

static int open_results(struct host *host, const char *kernel, struct err *e)
{
	struct check *check = host->check;
	json_t *command = plan_command_line("check", check->argv);
	int r = 0;

	if (!kernel)
		r = emulate_default_kernel(&kernel, e);
	if (!r)
		r = results_open(&host->results, check->out, -1, kernel, command, NULL,
				 check->session.seed, check->plan.cells, e);
	json_decref(command);
	return r;
}

/* What it recorded until it died is judged like the rest. */
static void take_unfinished(struct host *host)
{
	struct err e;

	if (unfinished_add(results_path(host->results), host->dead_log, host->cells, &e))
		say_error(&e);
	unlink(host->dead_log);
}

/* One guest, and the verdict on what it recorded, however far it came. */
static int run_guest(struct host *host, const char *kernel, uint64_t seed,
		     struct emulate_outcome *outcome, struct err *e)
{
	struct emulate_job job;
	int r = open_job(host, kernel, seed, &job, e), s;
	struct err later;

	if (r)
		return r;
	host->planned += host->check->plan.cells;
	results_plan(host->results, host->planned);
	say_progress(host->judged, host->planned, "booting the guest");
	r = emulate_run(&job, outcome, e);
	say_progress_done();
	if (r)
		take_unfinished(host);
	s = judge_cells(host, r ? &later : e);
	host->judged += json_array_size(host->cells);
	json_array_clear(host->cells);
	return r ? r : s;
}

/* Guests of fresh seeds, until the time is over; without --for one. */
static int run_guests(struct host *host, const char *kernel, struct emulate_outcome *outcome,
		      struct err *e)
{
	const struct check *check = host->check;
	uint64_t end = monotonic_ms() + check->for_ms, seed = check->session.seed;
	int r;

	do {
		r = run_guest(host, kernel, seed, outcome, e);
		seed += check->rounds;
	} while (!r && !interrupted && monotonic_ms() < end);
	return r;
}

static int check_kernel(struct check *check, const char *kernel)
{
	struct host host = { .check = check, .cells = json_array() };
	struct emulate_outcome outcome = { 0 };
	struct err e;
	int code = EXIT_NO_RUN, r = open_results(&host, kernel, &e);

	if (r) {
		say_error(&e);
	} else {
		r = run_guests(&host, kernel, &outcome, &e);
		if (r && r != -EINTR)
			say_error(&e);
		code = conclude(&host, r);
	}
	if (outcome.kernel[0])
		say_note(0, "guest: %s on QEMU %s, up in %.1f s, %.1f s in all", outcome.kernel,
			 outcome.qemu, (double)outcome.boot_ms / 1e3,
			 (double)outcome.total_ms / 1e3);
	results_close(host.results);
	json_decref(host.cells);
	free(host.argv);
	return !r && code == EXIT_OK ? outcome.exit_status : code;
}

int check_guests(struct check *check)
{
	int code;

	if (!check->session.kernels[0])
		return check_kernel(check, NULL);
	code = check_kernel(check, check->session.kernels[0]);
	for (size_t k = 1; check->session.kernels[k] && !interrupted; k++)
		code = say_worse_exit(code, check_kernel(check, check->session.kernels[k]));
	return code;
}
