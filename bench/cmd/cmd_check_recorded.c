// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench check --recorded: judges traces and operation logs that an earlier
 * check left, here or on another machine. All that a verdict by lines needs is in the files: no
 * guest is booted but for crash states, and nothing is kept unless that is asked for.
 */
#include "bench/cmd/cmd_check.h"
#include "bench/check/recorded.h"
#include "bench/check/state_file.h"
#include "bench/cmd/say.h"
#include "bench/interrupt.h"
#include "checker/names/symbols.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define SUFFIX ".trace"

struct files {
	const char *trace;
	char log[PATH_MAX], symbols[PATH_MAX], maps[PATH_MAX];
};

/* Beside the trace, as a check leaves them: NAME.oplog, and kallsyms for all of a guest. */
static void find_files(const struct check *check, const char *trace, struct files *f)
{
	const char *slash = strrchr(trace, '/');
	size_t stem = strlen(trace), dir = slash ? (size_t)(slash + 1 - trace) : 0;

	if (stem >= strlen(SUFFIX) && !strcmp(trace + stem - strlen(SUFFIX), SUFFIX))
		stem -= strlen(SUFFIX);
	f->trace = trace;
	snprintf(f->maps, sizeof(f->maps), "%.*s.maps", (int)stem, trace);
	if (check->recorded_log)
		snprintf(f->log, sizeof(f->log), "%s", check->recorded_log);
	else
		snprintf(f->log, sizeof(f->log), "%.*s.oplog", (int)stem, trace);
	if (check->recorded_symbols)
		snprintf(f->symbols, sizeof(f->symbols), "%s", check->recorded_symbols);
	else
		snprintf(f->symbols, sizeof(f->symbols), "%.*s" RECORDED_SYMBOLS, (int)dir, trace);
}

static int check_symbols(const char *path, struct err *e)
{
	struct symbols *s = NULL;
	int r = symbols_open(&s, path, e);

	symbols_close(s);
	return r;
}

/* The verdict is the same without; its words are fewer. */
static void tell_what_lacks(const struct files *f, const struct dx_log_header *about)
{
	struct err e;

	if (!recorded_by_this_program(about))
		say_note(0,
			 "%s: recorded by another build of daxbench: "
			 "lines of the workload stay numbers",
			 f->log);
	if (check_symbols(f->symbols, &e))
		say_note(0, "%s: %s: functions of the kernel stay numbers", f->symbols, e.what);
}

/* Crash states, if they are asked for. */
static void judge_states(struct check_judge *j, const struct files *f,
			 const struct dx_log_header *about, json_t *cell)
{
	const struct states_run run = { f->trace, f->log, f->symbols };
	struct err e;

	if (!j->check->states.budget)
		return;
	if (check_again_open(j, &run, about, &e))
		check_judge_no_states(cell, &e);
	else
		check_judge_run(j, &run, cell);
}

static int judge_one(struct check_judge *j, const struct files *f, struct err *e)
{
	const struct check *check = j->check;
	struct recorded rec = {
		.trace = f->trace,
		.log = f->log,
		.symbols = f->symbols,
		.maps = f->maps,
		.rules = check->rules,
		.removals = check->removals,
		.n_removals = check->n_removals,
	};
	struct dx_log_header about;
	json_t *cell;
	int r = recorded_about(f->log, &about, e);

	if (!r)
		r = recorded_cell(&about, &cell, e);
	if (r)
		return r;
	tell_what_lacks(f, &about);
	rec.seed = about.seed;
	recorded_judge(&rec, j->known, cell);
	judge_states(j, f, &about, cell);
	r = results_add_json(j->results, cell, e);
	json_decref(cell);
	return r;
}

/* What cannot be read is told, and does not keep the others from being judged. */
static void judge_all(struct check_judge *j)
{
	const struct check *check = j->check;
	struct files f;
	struct err e;

	for (size_t i = 0; i <= check->n_words && !interrupted; i++) {
		find_files(check, i ? check->words[i - 1] : check->recorded, &f);
		if (judge_one(j, &f, &e))
			say_error(&e);
	}
}

/* What the log of the first run says; zeros where it cannot be read. */
static struct dx_log_header first_about(const struct check *check)
{
	struct dx_log_header about = { 0 };
	struct files f;

	find_files(check, check->recorded, &f);
	if (recorded_about(f.log, &about, NULL))
		about = (struct dx_log_header){ .seed = check->session.seed };
	return about;
}

/* Of the runs: those of one check have one. */
static int open_results(struct check_judge *j, struct err *e)
{
	const struct check *check = j->check;
	const struct dx_log_header about = first_about(check);
	json_t *command = plan_command_line("check", check->argv);
	int r = results_open(&j->results, check->forgets ? NULL : check->output.dir, -1,
			     about.kernel[0] ? about.kernel : "recorded", command, NULL, about.seed,
			     check->n_words + 1, e);

	json_decref(command);
	if (!r && check->shard.of)
		results_note(j->results, "shard", shard_by_points(&check->shard));
	return r;
}

static int conclude(struct check_judge *j)
{
	int code = results_exit_code(results_document(j->results));
	struct err e;

	check_print(j->check, results_document(j->results));
	if (results_finish(j->results, interrupted, &e)) {
		say_error(&e);
		code = code == EXIT_FOUND ? code : EXIT_NO_RUN;
	}
	if (results_path(j->results))
		say_note(0, "results: %s", results_path(j->results));
	return interrupted ? 128 + interrupted : code;
}

static int run(struct check *check, struct err *e)
{
	struct check_judge j = { 0 };
	int code = EXIT_NO_RUN, r = check_judge_open(&j, check, e);

	if (!r)
		r = open_results(&j, e);
	if (!r) {
		judge_all(&j);
		code = conclude(&j);
	}
	results_close(j.results);
	check_judge_close(&j);
	return code;
}

static int check_options(const struct check *check, struct err *e)
{
	const struct session *s = &check->session;

	if (check->n_words && (check->recorded_log || check->recorded_symbols))
		return err_set(e, -EINVAL, "--recorded",
			       "--ops and --symbols are of one trace, not of %zu",
			       check->n_words + 1);
	/* Crash states are recovered by one, which may be another. */
	bool kernels = s->kernels[check->states.budget ? 1 : 0] && s->kernels[0];

	if (s->target || s->device || s->emulate || kernels || s->fs[0] || s->no_write_cache ||
	    s->no_barriers || s->sysfs[0] || check->keep || check->reduce_ms || check->dry_run)
		return err_set(e, -EINVAL, "--recorded",
			       "judges files: how they are to be recorded does not go with it");
	return check->recorded_symbols ? check_symbols(check->recorded_symbols, e) : 0;
}

/* A crash state of the run, to be looked at: made again as a check of that seed made it. */
static int extract(const struct check *check, struct err *e)
{
	struct states_options o = {
		.budget = check->states.budget ? check->states.budget : STATES_DEFAULT_BUDGET,
		.total = check->states.total,
		.atomic = (uint32_t)check->states.atomic,
		.rules = check->rules,
	};
	struct files f;
	int r;

	find_files(check, check->recorded, &f);
	o.seed = first_about(check).seed;
	r = state_file_extract(&o, &(struct states_run){ f.trace, f.log, f.symbols }, check->state,
			       check->extract, e);
	if (!r)
		say_note(0, "%s: look at it with: daxbench shell --nvdimm %s", check->extract,
			 check->extract);
	return r;
}

int check_recorded(struct check *check)
{
	struct err e = { 0 };
	int r = check_options(check, &e), code = EXIT_OK;

	if (!r && check->extract)
		r = extract(check, &e);
	else if (!r)
		code = run(check, &e);
	if (r || check->extract)
		code = r ? say_exit_code(&e) : EXIT_OK;
	if (e.code)
		say_error(&e);
	return code;
}
