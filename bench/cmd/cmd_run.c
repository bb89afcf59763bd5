// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench run: its options, and what is said in the end. The matrix of workloads
 * and file systems (plan.h) is run by cmd_run_here.c on this machine, or by
 * cmd_run_guest.c in a guest, where the same command line runs.
 */
#include "bench/cmd/cmd_run.h"
#include "bench/cmd/command.h"
#include "bench/compare/exit_style.h"
#include "bench/interrupt.h"
#include "bench/cmd/say.h"
#include "bench/report/table.h"
#include "emulate/guest.h"
#include "lib/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_SAMPLES = 0x200,
	OPT_PRECISION,
	OPT_CELL_TIME,
	OPT_CELL_TIMEOUT,
	OPT_LATENCY,
	OPT_COUNTS,
	OPT_FUNCTIONS,
	OPT_JSON,
	OPT_DRY_RUN,
	OPT_BASELINE,
	OPT_SAVE_BASELINE
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "How it is measured:", 20 },
	{ "samples", OPT_SAMPLES, "N", 0, "at least N samples a cell (30)", 20 },
	{ "precision", OPT_PRECISION, "PCT", 0, "and the interval within PCT % of the median (2)",
	  20 },
	{ "cell-time", OPT_CELL_TIME, "TIME", 0, "but no longer than TIME a cell (1s)", 20 },
	{ "cell-timeout", OPT_CELL_TIMEOUT, "TIME", 0, "end a cell that hangs (2m)", 20 },
	{ "latency", OPT_LATENCY, NULL, 0, "also the spread of single operations", 20 },
	{ "counts", OPT_COUNTS, NULL, 0,
	  "also instructions, lines written back and fences of the guest's CPUs", 20 },
	{ "functions", OPT_FUNCTIONS, NULL, 0,
	  "and the instructions of each function of the kernel", 20 },
	{ NULL, 0, NULL, 0, "What you see:", OUTPUT_GROUP },
	{ "json", OPT_JSON, NULL, 0, "print the results as JSON instead of a table", OUTPUT_GROUP },
	{ "baseline", OPT_BASELINE, "NAME", 0, "hold the figures against those kept as NAME",
	  OUTPUT_GROUP },
	{ "save-baseline", OPT_SAVE_BASELINE, "NAME", 0, "and keep these as NAME", OUTPUT_GROUP },
	{ "dry-run", OPT_DRY_RUN, NULL, 0, "only say what would run", OUTPUT_GROUP },
	{ 0 },
};

static void parse_ms(struct argp_state *state, const char *option, const char *arg, uint64_t *ret)
{
	if (units_parse_ms(arg, ret) || !*ret)
		argp_error(state, "%s %s: want a time such as 500ms, 10s or 2m", option, arg);
}

static double parse_percent(struct argp_state *state, const char *arg)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || (*end && strcmp(end, "%") != 0) || !(value > 0 && value <= 100))
		argp_error(state, "--precision %s: want a percentage over 0", arg);
	return value / 100;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run *run = state->input;
	uint64_t n;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &run->session;
		state->child_inputs[1] = &run->output;
		return 0;
	case OPT_SAMPLES:
		if (units_parse_count(arg, &n) || n < 3 || n > 1000)
			argp_error(state, "--samples %s: want 3 to 1000", arg);
		run->runner.min_samples = (unsigned int)n;
		return 0;
	case OPT_PRECISION:
		run->runner.precision = parse_percent(state, arg);
		return 0;
	case OPT_CELL_TIME:
		parse_ms(state, "--cell-time", arg, &run->runner.cell_ms);
		return 0;
	case OPT_CELL_TIMEOUT:
		parse_ms(state, "--cell-timeout", arg, &run->runner.timeout_ms);
		return 0;
	case OPT_LATENCY:
		run->runner.latency = true;
		return 0;
	case OPT_COUNTS:
		run->counts = true;
		return 0;
	case OPT_FUNCTIONS:
		run->functions = run->counts = true;
		return 0;
	case OPT_JSON:
		run->json = true;
		return 0;
	case OPT_BASELINE:
		run->baseline = arg;
		return 0;
	case OPT_SAVE_BASELINE:
		run->save_baseline = arg;
		return 0;
	case OPT_DRY_RUN:
		run->dry_run = true;
		return 0;
	case ARGP_KEY_ARGS:
		run->words = state->argv + state->next;
		run->n_words = (size_t)(state->argc - state->next);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 },
					      { &output_argp, 0, NULL, 0 },
					      { 0 } };
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[NAME | GLOB | GROUP | NAME:param=value,...]...",
	.doc = "Measures workloads and prints a table; without words: the group \"default\".\v"
	       "\"daxbench help run\" has examples. \"daxbench list\" shows the workloads.",
	.children = children,
};

void run_settle(struct run *run)
{
	run->runner.seed = run->session.seed;
	run->runner.deterministic = run->session.deterministic;
	run->runner.unit = run->session.deterministic ? CLOCK_INSN : CLOCK_NS;
}

int run_conclude(struct run *run, struct results *results, bool cut_short)
{
	struct err e;
	int code;

	say_progress_done();
	code = results_exit_code(results_document(results));
	if (run->json)
		say_json(results_document(results));
	else
		run_print_table(run, results_document(results));
	if (!run->json && run->counts)
		table_print_counts(stdout, results_document(results));
	if (!run->json && run->functions)
		table_print_functions(stdout, results_document(results), run->output.verbosity > 0);
	fflush(stdout); /* before what is said on the other stream */
	if (results_finish(results, cut_short, &e)) {
		say_error(&e);
		code = code == EXIT_FOUND ? code : EXIT_NO_RUN;
	}
	if (results_path(results))
		say_note(0, "results: %s", results_path(results));
	if (run_keep_baseline(run, results_document(results), &e)) {
		say_error(&e);
		code = code == EXIT_FOUND ? code : EXIT_NO_RUN;
	}
	if (cut_short && code != EXIT_FOUND)
		code = EXIT_NO_RUN;
	return interrupted ? 128 + interrupted : code;
}

/*
 * Only an emulator counts what a CPU does, and only to NVDIMMs as the kernel maps all of
 * memory: the driver of sector mode has a mapping of its own.
 */
static int check_counts(const struct run *run, struct err *e)
{
	bool is_seen = !run->session.legacy_pmem && run->session.layer != LAYER_SECTOR;

	if (run->counts && !is_seen)
		return err_set(e, -EINVAL, "--counts", "does not see what is stored to %s",
			       run->session.legacy_pmem ? "legacy pmem"
							: "a sector-mode namespace");
	if (run->counts && run->session.cpus > 1)
		return err_set(e, -EINVAL, "--cpus", "--counts is of one CPU: QEMU's counters are");
	if (!run->counts || session_is_emulated(&run->session) || guest_is_collected())
		return 0;
	err_set(e, -EINVAL, "--counts", "counts what an emulated CPU does");
	return err_hint(e, "leave out --target and --device");
}

int cmd_run(int argc, char **argv)
{
	struct run run = { .command = "run", .output.dir = "results", .argv = argv };
	struct err e;
	int code;

	runner_defaults(&run.runner);
	argp_parse(&argp, argc, argv, 0, NULL, &run);
	say_init(run.output.verbosity, run.output.color);
	run_settle(&run);
	if (check_counts(&run, &e) || run_read_baseline(&run, &e) ||
	    run_strip_baselines(&run, &e) ||
	    plan_make(&run.plan, &run.session, LENS_BENCH, run.words, run.n_words, &e)) {
		say_error(&e);
		code = say_exit_code(&e);
	} else if (run.dry_run) {
		plan_print(&run.plan, session_is_emulated(&run.session));
		code = EXIT_OK;
	} else {
		code = session_is_emulated(&run.session) ? run_guests(&run) : run_here(&run);
	}
	results_file_release(&run.held_against);
	free(run.guest_argv);
	plan_release(&run.plan);
	session_release(&run.session);
	return exit_style_map(run.output.exit_style, code);
}
