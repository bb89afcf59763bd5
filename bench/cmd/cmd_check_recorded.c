// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench check --recorded: judges traces and operation logs that an earlier
 * check left, here or on another machine. No guest is booted and nothing is kept:
 * all that a verdict needs is in the files.
 */
#include "bench/cmd/cmd_check.h"
#include "bench/check/known.h"
#include "bench/check/recorded.h"
#include "bench/check/state_file.h"
#include "bench/cmd/say.h"
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

static int judge_one(const struct check *check, const struct files *f, const json_t *known,
		     struct results *results, struct err *e)
{
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
	recorded_judge(&rec, known, cell);
	r = results_add_json(results, cell, e);
	json_decref(cell);
	return r;
}

/* What cannot be read is told, and does not keep the others from being judged. */
static void judge_all(const struct check *check, const json_t *known, struct results *results)
{
	struct files f;
	struct err e;

	for (size_t i = 0; i <= check->n_words; i++) {
		find_files(check, i ? check->words[i - 1] : check->recorded, &f);
		if (judge_one(check, &f, known, results, &e))
			say_error(&e);
	}
}

/* Of the runs: those of one check have one. */
static uint64_t seed_of(const struct check *check)
{
	struct dx_log_header about;
	struct files f;

	find_files(check, check->recorded, &f);
	return recorded_about(f.log, &about, NULL) ? check->session.seed : about.seed;
}

static int run(struct check *check, struct err *e)
{
	json_t *known, *command;
	struct results *results;
	int r = known_load(KNOWN_DIRECTORY, &known, e), code;

	if (r)
		return EXIT_NO_RUN;
	command = plan_command_line("check", check->argv);
	r = results_open(&results, NULL, -1, "", command, NULL, seed_of(check), check->n_words + 1,
			 e);
	json_decref(command);
	if (r) {
		json_decref(known);
		return EXIT_NO_RUN;
	}
	judge_all(check, known, results);
	check_print(check, results_document(results));
	code = results_exit_code(results_document(results));
	results_close(results);
	json_decref(known);
	return code;
}

static int check_options(const struct check *check, struct err *e)
{
	const struct session *s = &check->session;

	if (check->n_words && (check->recorded_log || check->recorded_symbols))
		return err_set(e, -EINVAL, "--recorded",
			       "--ops and --symbols are of one trace, not of %zu",
			       check->n_words + 1);
	if (s->target || s->device || s->emulate || s->kernels[0] || s->fs[0] ||
	    s->no_write_cache || s->no_barriers || check->keep || check->reduce_ms ||
	    check->dry_run)
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
	o.seed = seed_of(check);
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
