// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench compare: its options, where the sides come from, and what is said in the end.
 * What a row is worth is decided in compare.c; this file prints it.
 */
#include "bench/cmd/cmd_compare.h"
#include "bench/cmd/command.h"
#include "bench/compare/compare_functions.h"
#include "bench/compare/exit_style.h"
#include "bench/target/guard.h"
#include "bench/interrupt.h"
#include "bench/cmd/say.h"
#include "lib/cleanup.h"
#include "lib/units.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FEW 8 /* functions of a row, without -v */

enum {
	OPT_BOOTS = 0x300,
	OPT_FLOOR,
	OPT_NO_CONTROL,
	OPT_CONTROL,
	OPT_MODEL,
	OPT_FAIL_ON_REGRESSION,
	OPT_FUNCTIONS,
	OPT_JSON,
	OPT_DRY_RUN
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "How it is compared:", 20 },
	{ "boots", OPT_BOOTS, "N", 0, "of each kernel, in turns (6; 1 with --deterministic)", 20 },
	{ "floor", OPT_FLOOR, "PCT", 0, "differences below PCT % are none (0.5)", 20 },
	{ "no-control", OPT_NO_CONTROL, NULL, 0,
	  "with --deterministic: no third boot, of A laid out otherwise", 20 },
	{ "control", OPT_CONTROL, "KERNEL", 0,
	  "with --deterministic: that boot, of A's code laid out otherwise", 20 },
	{ "functions", OPT_FUNCTIONS, NULL, 0,
	  "with --deterministic: in which functions of the kernel the difference is", 20 },
	{ "model", OPT_MODEL, "I,L,F", 0,
	  "with --functions: ns an instruction, a line, a fence (0.33,28,62)", 20 },
	{ "fail-on-regression", OPT_FAIL_ON_REGRESSION, "PCT", 0,
	  "exit 1 where B is slower by more than PCT %, interval and all", 20 },
	{ NULL, 0, NULL, 0, "What you see:", OUTPUT_GROUP },
	{ "json", OPT_JSON, NULL, 0, "print JSON instead of a table", OUTPUT_GROUP },
	{ "dry-run", OPT_DRY_RUN, NULL, 0, "only say what would run", OUTPUT_GROUP },
	{ 0 },
};

static double parse_share(struct argp_state *state, const char *option, const char *arg)
{
	char *end;
	double value = strtod(arg, &end);

	if (end == arg || (*end && strcmp(end, "%") != 0) || !(value >= 0 && value <= 1000))
		argp_error(state, "%s %s: want a percentage", option, arg);
	return value / 100;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct compare *c = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &c->run.session;
		state->child_inputs[1] = &c->run.output;
		return 0;
	case OPT_BOOTS:
		if (units_parse_count(arg, &c->boots) || !c->boots || c->boots > STATS_COMPARE_MAX)
			argp_error(state, "--boots %s: want 1 to %d", arg, STATS_COMPARE_MAX);
		return 0;
	case OPT_FLOOR:
		c->options.floor = parse_share(state, "--floor", arg);
		return 0;
	case OPT_NO_CONTROL:
		c->no_control = true;
		return 0;
	case OPT_FUNCTIONS:
		c->run.functions = c->run.counts = true;
		return 0;
	case OPT_CONTROL:
		c->control_kernel = arg;
		return 0;
	case OPT_MODEL:
		if (cost_model_parse(arg, &c->model))
			argp_error(state, "--model %s: want three numbers, in ns", arg);
		return 0;
	case OPT_FAIL_ON_REGRESSION:
		c->limit = parse_share(state, "--fail-on-regression", arg);
		return 0;
	case OPT_JSON:
		c->run.json = true;
		return 0;
	case OPT_DRY_RUN:
		c->run.dry_run = true;
		return 0;
	case ARGP_KEY_ARGS:
		c->run.words = state->argv + state->next;
		c->run.n_words = (size_t)(state->argc - state->next);
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
	.args_doc = "A B [C...] [NAME | GLOB | GROUP | NAME:param=value,...]...",
	.doc = "Compares kernels, or results that were kept: B and the others with A.\v"
	       "A kernel is 6.1, 6.12 or the path of a bzImage; results are a run.json, its "
	       "directory, or several with commas between. \"daxbench help compare\" has examples.",
	.children = children,
};

/* ---- words ---- */

static const char *const kinds[] = {
	[COMPARE_WORD_KERNEL] = "a kernel", [COMPARE_WORD_RESULTS] = "results"
};

/* The leading words that are no workloads become sides. */
static int take_sides(struct compare *c, struct err *e)
{
	struct run *run = &c->run;

	while (run->n_words) {
		enum compare_word kind = compare_word_kind(run->output.dir, run->words[0]);

		if (kind == COMPARE_WORD_WORKLOAD)
			break;
		if (kind == COMPARE_WORD_KERNEL && session_is_emulated(&run->session) &&
		    strchr(run->words[0], '/') && access(run->words[0], F_OK))
			return err_sys(e, -errno, run->words[0], "compare");
		if (c->n_sides && kind != c->kind)
			return err_set(e, -EINVAL, run->words[0],
				       "is %s and %s is %s: one is not compared with the other",
				       kinds[kind], c->sides[0].name, kinds[c->kind]);
		if (c->n_sides == COMPARE_MAX_SIDES)
			return err_set(e, -EINVAL, run->words[0], "is one side more than %d",
				       COMPARE_MAX_SIDES);
		c->kind = kind;
		c->sides[c->n_sides++].name = run->words[0];
		run->words++;
		run->n_words--;
	}
	if (c->n_sides >= 2)
		return 0;
	if (run->n_words)
		err_set(e, -EINVAL, run->words[0],
			"is neither a kernel nor results, and two of those are wanted first");
	else
		err_set(e, -EINVAL, "compare", "wants two kernels, or two sets of results");
	return err_hint(e, "for example: daxbench compare 6.1 6.12 pte-read-data");
}

/* ---- results that were kept ---- */

/* "A,B": several sets of one side, where that is no path itself. */
static int load_side(struct compare *c, struct compare_side *side, struct err *e)
{
	AUTO_FREE char *copy = strdup(side->name);
	char *rest = copy, *word, path[PATH_MAX];
	bool whole = !results_find(c->run.output.dir, side->name, path, NULL);
	int r = copy ? 0 : err_sys(e, -ENOMEM, side->name, "read");

	side->sets = calloc(STATS_COMPARE_MAX, sizeof(*side->sets));
	if (!side->sets)
		return err_sys(e, -ENOMEM, side->name, "read");
	while (!r && (word = whole ? rest : strsep(&rest, ","))) {
		if (side->n_sets == STATS_COMPARE_MAX)
			return err_set(e, -E2BIG, side->name, "is more than %d sets",
				       STATS_COMPARE_MAX);
		r = results_find(c->run.output.dir, word, path, e);
		if (!r)
			r = results_read(path, &side->sets[side->n_sets], e);
		if (r)
			return r;
		side->n_sets++;
		if (whole)
			break;
	}
	return r;
}

static bool has_any(const struct compare_side *side, const char *word)
{
	for (size_t s = 0; s < side->n_sets; s++)
		for (size_t i = 0; i < side->sets[s].n_cells; i++)
			if (compare_word_means(word, &side->sets[s].cells[i]))
				return true;
	return false;
}

/* A word that picks nothing is a mistake, not an empty answer. */
static int check_filter(const struct compare *c, struct err *e)
{
	for (size_t w = 0; w < c->filter.n; w++) {
		bool found = false;

		for (size_t i = 0; !found && i < c->n_sides; i++)
			found = has_any(&c->sides[i], c->filter.words[w]);
		if (!found)
			return err_set(e, -EINVAL, c->filter.words[w],
				       "no result of that name on any side");
	}
	return 0;
}

static int load_sides(struct compare *c, struct err *e)
{
	int r = 0;

	if (c->boots || c->run.session.deterministic || c->run.session.fs[0]) {
		err_set(e, -EINVAL, c->boots ? "--boots" : "--deterministic, --fs",
			"is for kernels: results are what they are");
		return err_hint(e, "leave it out, or name kernels");
	}
	for (size_t i = 0; !r && i < c->n_sides; i++)
		r = load_side(c, &c->sides[i], e);
	c->filter = (struct compare_filter){ c->run.words, c->run.n_words };
	c->options.wanted = compare_filter_wants;
	c->options.data = &c->filter;
	return r ? r : check_filter(c, e);
}

/* ---- the end ---- */

static json_t *describe_sides(const struct compare *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_sides; i++)
		json_array_append_new(list, compare_side_to_json(&c->sides[i]));
	return list;
}

/* OUT/compare-UTC-ID.json, where results of boots are, or where -o says so. */
static int keep_document(const struct compare *c, const json_t *document, struct err *e)
{
	char name[64], stamp[32];
	time_t now = time(NULL);
	struct tm utc;
	int r;

	gmtime_r(&now, &utc);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(name, sizeof(name), "compare-%s-%04x.json", stamp,
		 (unsigned int)getpid() & 0xffff);
	r = results_put_document(c->run.output.dir, name, document, e);
	if (!r)
		say_note(0, "comparison: %s/%s", c->run.output.dir, name);
	return r;
}

/* @more: behind another one. */
static void print_one(const struct compare *c, const struct comparison *one, bool more)
{
	if (more)
		putchar('\n');
	compare_print(stdout, one, &c->options, say_width(stdout), say_color(stdout));
	compare_functions_print(stdout, one, c->run.output.verbosity > 0 ? 0 : FEW);
	cost_model_print(stdout, &c->model, one);
}

/* The base with each of the others; the worst exit code. */
static int compare_all(struct compare *c, json_t *list, struct err *e)
{
	int code = EXIT_OK;

	for (size_t i = 1; i < c->n_sides; i++) {
		struct comparison one;
		int r = compare_sides(&c->sides[0], &c->sides[i], &c->options, &one, e);

		if (r)
			return r;
		code = say_worse_exit(code, compare_exit_code(&one, c->limit));
		json_array_append_new(list, compare_to_json(&one, &c->model));
		if (!c->run.json)
			print_one(c, &one, i > 1);
		compare_release(&one);
	}
	return code;
}

/* Prints and keeps what there is; the exit code. */
static int conclude(struct compare *c, bool keep)
{
	json_t *list = json_array(), *document, *command;
	struct err e;
	int code = compare_all(c, list, &e);

	if (code < 0) {
		say_error(&e);
		json_decref(list);
		return EXIT_NO_RUN;
	}
	command = plan_command_line("compare", c->run.argv);
	document = compare_document(command, &c->options, describe_sides(c), list);
	if (c->run.json)
		say_json(document);
	fflush(stdout);
	if (keep && keep_document(c, document, &e)) {
		say_error(&e);
		code = say_worse_exit(code, EXIT_NO_RUN);
	}
	json_decref(document);
	json_decref(command);
	return code;
}

static bool all_have_sets(const struct compare *c)
{
	for (size_t i = 0; i < c->n_sides; i++)
		if (!c->sides[i].n_sets)
			return false;
	return true;
}

static int compare_kernels(struct compare *c)
{
	int code = compare_boot_guests(c);

	if (!all_have_sets(c))
		return code == EXIT_OK ? EXIT_NO_RUN : code;
	return say_worse_exit(code, conclude(c, true));
}

/* ---- the command ---- */

/* The options that would choose what the words choose. */
static int check_options(const struct compare *c, struct err *e)
{
	const struct session *s = &c->run.session;

	if (c->control_kernel && (!s->deterministic || c->no_control))
		return err_set(e, -EINVAL, "--control",
			       "is for --deterministic, without --no-control");
	if (c->run.functions && !s->deterministic && session_is_emulated(s))
		return err_set(e, -EINVAL, "--functions", "counts: give --deterministic too");
	if (s->kernels[0])
		return err_set(e, -EINVAL, "--kernel", "name the kernels as words");
	if (s->target || s->device || s->rt) {
		err_set(e, -EINVAL, "compare",
			"boots guests, or reads results: no device or directory");
		return err_hint(e, "keep the results of \"daxbench run\" there, and compare those");
	}
	return 0;
}

static int prepare(struct compare *c, struct err *e)
{
	int r = check_options(c, e);

	if (!r)
		r = take_sides(c, e);
	if (r)
		return r;
	if (c->kind == COMPARE_WORD_RESULTS)
		return load_sides(c, e);
	return plan_make(&c->run.plan, &c->run.session, LENS_BENCH, c->run.words, c->run.n_words,
			 e);
}

static int dispatch(struct compare *c, const char *out)
{
	if (c->kind == COMPARE_WORD_RESULTS)
		return conclude(c, out != NULL);
	if (c->run.dry_run) {
		plan_print(&c->run.plan, true);
		printf("%llu boots of each kernel\n", (unsigned long long)compare_boots(c));
		return EXIT_OK;
	}
	return session_is_emulated(&c->run.session) ? compare_kernels(c) : run_here(&c->run);
}

static void release(struct compare *c)
{
	for (size_t i = 0; i < c->n_sides; i++) {
		for (size_t s = 0; s < c->sides[i].n_sets; s++)
			results_file_release(&c->sides[i].sets[s]);
		free(c->sides[i].sets);
	}
	results_file_release(&c->control);
	plan_release(&c->run.plan);
	session_release(&c->run.session);
}

int cmd_compare(int argc, char **argv)
{
	struct compare *c = calloc(1, sizeof(*c));
	const char *out;
	struct err e;
	int code;

	if (!c) {
		err_sys(&e, -ENOMEM, "compare", "begin");
		say_error(&e);
		return EXIT_NO_RUN;
	}
	c->run.command = "compare";
	c->run.argv = argv;
	c->limit = -1;
	c->options.floor = 0.005;
	c->model = COST_MODEL_DEFAULT;
	runner_defaults(&c->run.runner);
	argp_parse(&argp, argc, argv, 0, NULL, c);
	out = c->run.output.dir;
	if (!out)
		c->run.output.dir = "results";
	say_init(c->run.output.verbosity, c->run.output.color);
	run_settle(&c->run);
	if (prepare(c, &e)) {
		say_error(&e);
		code = say_exit_code(&e);
	} else {
		code = dispatch(c, out);
	}
	if (interrupted)
		code = 128 + interrupted;
	code = exit_style_map(c->run.output.exit_style, code);
	release(c);
	free(c);
	return code;
}
