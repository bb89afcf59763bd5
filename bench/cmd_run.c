// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench run: options, the plan, and what is said in the end. The matrix of
 * workloads and file systems is run by cmd_run_here.c on this machine, or by
 * cmd_run_guest.c in a guest, where the same command line runs.
 */
#include "bench/cmd_run.h"
#include "bench/command.h"
#include "bench/exit_style.h"
#include "bench/interrupt.h"
#include "bench/say.h"
#include "bench/table.h"
#include "lib/units.h"

#include <errno.h>
#include <string.h>

/* ---- options ---- */

enum {
	OPT_SAMPLES = 0x200,
	OPT_PRECISION,
	OPT_CELL_TIME,
	OPT_CELL_TIMEOUT,
	OPT_LATENCY,
	OPT_JSON,
	OPT_DRY_RUN,
	OPT_COLOR,
	OPT_EXIT_STYLE
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "How it is measured:", 20 },
	{ "samples", OPT_SAMPLES, "N", 0, "at least N samples a cell (30)", 20 },
	{ "precision", OPT_PRECISION, "PCT", 0, "and the interval within PCT % of the median (2)",
	  20 },
	{ "cell-time", OPT_CELL_TIME, "TIME", 0, "but no longer than TIME a cell (1s)", 20 },
	{ "cell-timeout", OPT_CELL_TIMEOUT, "TIME", 0, "end a cell that hangs (2m)", 20 },
	{ "latency", OPT_LATENCY, NULL, 0, "also the spread of single operations", 20 },
	{ NULL, 0, NULL, 0, "What you see:", 30 },
	{ "json", OPT_JSON, NULL, 0, "print the results as JSON instead of a table", 30 },
	{ "output", 'o', "DIR", 0, "keep results under DIR (results)", 30 },
	{ "dry-run", OPT_DRY_RUN, NULL, 0, "only say what would run", 30 },
	{ "verbose", 'v', NULL, 0, "say more", 30 },
	{ "quiet", 'q', NULL, 0, "say only errors", 30 },
	{ "color", OPT_COLOR, "WHEN", 0, "auto, always or never", 30 },
	{ "exit-style", OPT_EXIT_STYLE, "STYLE", 0, "exit codes of kselftest, automake or bisect",
	  30 },
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
	case OPT_JSON:
		run->json = true;
		return 0;
	case 'o':
		run->out = arg;
		return 0;
	case OPT_DRY_RUN:
		run->dry_run = true;
		return 0;
	case 'v':
		run->verbosity = 1;
		return 0;
	case 'q':
		run->verbosity = -1;
		return 0;
	case OPT_COLOR:
		if (strcmp(arg, "auto") != 0 && strcmp(arg, "always") != 0 &&
		    strcmp(arg, "never") != 0)
			argp_error(state, "--color %s: want auto, always or never", arg);
		run->color = arg;
		return 0;
	case OPT_EXIT_STYLE:
		if (!exit_style_known(arg))
			argp_error(state, "--exit-style %s: want kselftest, automake or bisect",
				   arg);
		run->exit_style = arg;
		return 0;
	case ARGP_KEY_ARGS:
		run->words = state->argv + state->next;
		run->n_words = (size_t)(state->argc - state->next);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[NAME | GLOB | GROUP | NAME:param=value,...]...",
	.doc = "Measures workloads and prints a table; without words: the group \"default\".\v"
	       "\"daxbench help run\" has examples. \"daxbench list\" shows the workloads.",
	.children = children,
};

/* ---- the plan ---- */

bool run_needs_fs(const struct selection *s)
{
	return s->workload->needs != 0;
}

static void plan_file_systems(struct run *run)
{
	static const char *const usual[] = { "ext4", "xfs", NULL };
	size_t n = 0;

	if (run->session.fs[0])
		for (; run->session.fs[n]; n++)
			run->fs[n] = run->session.fs[n];
	else if (!run->session.target)
		for (; usual[n]; n++)
			run->fs[n] = usual[n];
	run->fs[n] = NULL;
}

/* A directory without --fs is one file system too: [0] stays NULL, the loop runs once. */
size_t run_count_fs(const struct run *run)
{
	size_t n = 0;

	while (run->fs[n])
		n++;
	return n ? n : 1;
}

static int make_plan(struct run *run, struct err *e)
{
	size_t file_systems;
	int r = session_check(&run->session, e);

	if (!r)
		r = select_words(LENS_BENCH, run->words, run->n_words, &run->selections,
				 &run->n_selections, e);
	if (r)
		return r;
	plan_file_systems(run);
	file_systems = run_count_fs(run);
	if (run->session.target && file_systems > 1)
		return err_set(e, -EINVAL, "--fs", "a directory is on one file system");
	for (size_t i = 0; i < run->n_selections; i++)
		run->planned += run_needs_fs(&run->selections[i]) ? file_systems : 1;
	return 0;
}

static void print_plan(const struct run *run)
{
	char params[256];

	for (size_t i = 0; i < run->n_selections; i++) {
		const struct selection *s = &run->selections[i];

		select_format_params(s, params, sizeof(params));
		printf("%s%s%s", s->workload->name, params[0] ? ":" : "", params);
		for (size_t f = 0; run_needs_fs(s) && run->fs[f]; f++)
			printf(" %s", run->fs[f]);
		putchar('\n');
	}
	printf("%zu cells %s\n", run->planned,
	       session_is_emulated(&run->session) ? "for each kernel, in a guest" : "here");
}

json_t *run_command_line(const struct run *run)
{
	json_t *list = json_array();

	/* argp was told "daxbench run", so that it says so; it was typed as two words. */
	json_array_append_new(list, json_string("daxbench"));
	json_array_append_new(list, json_string("run"));
	for (size_t i = 1; run->argv[i]; i++)
		json_array_append_new(list, json_string(run->argv[i]));
	return list;
}

int run_conclude(struct run *run, struct results *results, bool cut_short)
{
	struct err e;
	int code;

	say_progress_done();
	code = results_exit_code(results_document(results));
	if (run->json && !json_dumpf(results_document(results), stdout,
				     JSON_INDENT(2) | JSON_REAL_PRECISION(17)))
		putchar('\n');
	else if (!run->json)
		table_print_run(stdout, results_document(results), say_width(stdout),
				say_color(stdout));
	fflush(stdout); /* before what is said on the other stream */
	if (results_finish(results, cut_short, &e)) {
		say_error(&e);
		code = code == EXIT_FOUND ? code : EXIT_NO_RUN;
	}
	say_note(0, "results: %s", results_path(results));
	if (cut_short && code != EXIT_FOUND)
		code = EXIT_NO_RUN;
	return interrupted ? 128 + interrupted : code;
}

int cmd_run(int argc, char **argv)
{
	struct run run = { .out = "results", .argv = argv };
	struct err e;
	int code;

	runner_defaults(&run.runner);
	argp_parse(&argp, argc, argv, 0, NULL, &run);
	say_init(run.verbosity, run.color);
	run.runner.seed = run.session.seed;
	run.runner.deterministic = run.session.deterministic;
	run.runner.unit = run.session.deterministic ? CLOCK_INSN : CLOCK_NS;
	if (make_plan(&run, &e)) {
		say_error(&e);
		code = say_exit_code(&e);
	} else if (run.dry_run) {
		print_plan(&run);
		code = EXIT_OK;
	} else {
		code = session_is_emulated(&run.session) ? run_guests(&run) : run_here(&run);
	}
	free(run.selections);
	session_release(&run.session);
	return exit_style_map(run.exit_style, code);
}
