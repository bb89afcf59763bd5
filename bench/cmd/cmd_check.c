// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench check: what a sync call promised, is it there after a power cut at any
 * instant? Its options; the cells are recorded in a guest (cmd_check_record.c)
 * and judged on the host (cmd_check_host.c).
 */
#include "bench/cmd/cmd_check.h"
#include "bench/cmd/command.h"
#include "bench/compare/exit_style.h"
#include "bench/cmd/say.h"
#include "bench/check/verdict.h"
#include "emulate/guest.h"
#include "lib/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_JSON = 0x200,
	OPT_DRY_RUN,
	OPT_KEEP,
	OPT_WRITE_CACHE,
	OPT_REMOVALS,
	OPT_RULES,
	OPT_REDUCE,
	OPT_ROUNDS,
	OPT_FOR,
	OPT_RECORDED,
	OPT_OPS,
	OPT_SYMBOLS,
	OPT_COST,
	OPT_EDITS,
	OPT_BARRIERS,
	OPT_EXEC,
	OPT_BRING,
	OPT_CELL_TIMEOUT,
	OPT_EXTRACT,
	OPT_SHARD
};

#define MAX_ROUNDS     1000
#define MAX_EDITS      10000
#define ROUNDS_OF_SOAK 4 /* a guest of many would begin each trace with what all before left */

#define REDUCE_DEFAULT_MS 300000

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "How it is checked:", 20 },
	{ "rules", OPT_RULES, "RULES", 0,
	  "strict (SFENCE and MFENCE drain), sdm (as all hardware so far does), eadr", 20 },
	{ "write-cache", OPT_WRITE_CACHE, "on|off", 0,
	  "off: the kernel flushes nothing for DAX; a control that must fail", 20 },
	{ "barriers", OPT_BARRIERS, "on|off|recovery", 0,
	  "off: the block layer flushes nothing; recovery: not in recoveries that --recrash "
	  "crashes in; controls whose crash states must fail",
	  20 },
	{ "removals", OPT_REMOVALS, "N|all", 0,
	  "leave N records out of each trace, one at a time: are they missed?", 20 },
	{ "reduce", OPT_REDUCE, "TIME", OPTION_ARG_OPTIONAL,
	  "look for the fewest operations that show each violation, so long at most (5m)", 20 },
	{ "rounds", OPT_ROUNDS, "N", 0, "soup: so many lists, of seeds that follow each other (1)",
	  20 },
	{ "for", OPT_FOR, "TIME", 0, "soup: lists of fresh seeds for so long: 10m, 2h", 20 },
	{ "shard", OPT_SHARD, "K/N", 0,
	  "the Kth of N parts: of the cells, or with --recorded of the crash points", 20 },
	{ NULL, 0, NULL, 0,
	  "Crash states, recovered by a kernel and looked at:", STATES_GROUP_RUNS },
	{ "edits", OPT_EDITS, "N", 0,
	  "break each trace in N places, one at a time: are its states wrong then?",
	  STATES_GROUP_RUNS },
	{ NULL, 0, NULL, 0, "Any program, in place of a workload:", 24 },
	{ "exec", OPT_EXEC, NULL, 0, "the words after -- are a program and its arguments", 24 },
	{ "bring", OPT_BRING, "FILE", 0, "what it needs there, too; can be repeated", 24 },
	{ "cell-timeout", OPT_CELL_TIMEOUT, "TIME", 0,
	  "end it when it has run so long, by the guest's clock (1m)", 24 },
	{ NULL, 0, NULL, 0, "Judged again, without a guest:", 25 },
	{ "recorded", OPT_RECORDED, "FILE", 0, "this trace; words are more of them", 25 },
	{ "ops", OPT_OPS, "FILE", 0, "its operation log (beside it, .oplog)", 25 },
	{ "symbols", OPT_SYMBOLS, "FILE", 0, "its kernel's (" RECORDED_SYMBOLS " beside it)", 25 },
	{ "extract", OPT_EXTRACT, "STATE=FILE", 0,
	  "write that crash state, by its number, for \"daxbench shell --nvdimm FILE\"", 25 },
	{ NULL, 0, NULL, 0, "What you see:", OUTPUT_GROUP },
	{ "cost", OPT_COST, NULL, 0, "what was written back and fenced in vain, and by whom",
	  OUTPUT_GROUP },
	{ "json", OPT_JSON, NULL, 0, "print the results as JSON instead of a table", OUTPUT_GROUP },
	{ "keep", OPT_KEEP, NULL, 0, "keep traces and logs of cells that passed, too",
	  OUTPUT_GROUP },
	{ "dry-run", OPT_DRY_RUN, NULL, 0, "only say what would be checked", OUTPUT_GROUP },
	{ 0 },
};

static void parse_rules(struct check *check, const char *arg, struct argp_state *state)
{
	for (unsigned int i = 0; i < PERSIST_MODES; i++)
		if (!strcmp(arg, persist_mode_names[i])) {
			check->rules = (enum persist_mode)i;
			check->rules_given = true;
			return;
		}
	argp_error(state, "--rules %s: want strict, sdm or eadr", arg);
}

static bool parse_on_off(const char *option, const char *arg, struct argp_state *state)
{
	if (strcmp(arg, "on") != 0 && strcmp(arg, "off") != 0)
		argp_error(state, "--%s %s: want on or off", option, arg);
	return !strcmp(arg, "on");
}

static void parse_barriers(struct check *check, const char *arg, struct argp_state *state)
{
	check->session.no_barriers = !strcmp(arg, "off");
	check->no_recovery_barriers = !strcmp(arg, "recovery");
	if (strcmp(arg, "on") != 0 && !check->session.no_barriers && !check->no_recovery_barriers)
		argp_error(state, "--barriers %s: want on, off or recovery", arg);
}

static void parse_removals(struct check *check, const char *arg, struct argp_state *state)
{
	check->removals = true;
	check->n_removals = 0;
	if (strcmp(arg, "all") != 0 &&
	    (units_parse_count(arg, &check->n_removals) || !check->n_removals))
		argp_error(state, "--removals %s: want a number over 0, or all", arg);
}

static void parse_reduce(struct check *check, const char *arg, struct argp_state *state)
{
	check->reduce_ms = REDUCE_DEFAULT_MS;
	if (arg && (units_parse_ms(arg, &check->reduce_ms) || !check->reduce_ms))
		argp_error(state, "--reduce=%s: want a time such as 90s or 10m", arg);
}

static void parse_shard(struct check *check, const char *arg, struct argp_state *state)
{
	if (shard_parse(arg, &check->shard))
		argp_error(state, "--shard %s: want K/N, 1 <= K <= N <= %u", arg, SHARD_MAX);
}

/* What goes with a shard, and what does not. */
static void check_shard(const struct check *check, struct argp_state *state)
{
	if (!check->shard.of)
		return;
	if (check->for_ms)
		argp_error(state, "--shard and --for: who goes on for a time has no number of "
				  "cells; give each a --seed of its own");
	if (!check->recorded)
		return;
	if (!check->states.budget)
		argp_error(state, "--shard: of what was recorded it is one of crash points: want "
				  "--states, too");
	if (check->n_words)
		argp_error(state, "--shard: of the crash points of one trace, not of %zu",
			   check->n_words + 1);
	if (check->edits || check->extract)
		argp_error(state, "--shard: --edits and --extract are of all of a run");
}

/* "375efb20573813e4=FILE" */
static void parse_extract(struct check *check, char *arg, struct argp_state *state)
{
	char *end;

	check->state = strtoull(arg, &end, 16);
	if (end != arg + 16 || *end != '=' || !end[1])
		argp_error(state, "--extract %s: want the 16 digits of a state, = and a file", arg);
	check->extract = end + 1;
}

static void add_bring(struct check *check, char *arg, struct argp_state *state)
{
	size_t n = 0;
	char **more;

	while (check->bring && check->bring[n])
		n++;
	more = realloc(check->bring, (n + 2) * sizeof(*more));
	if (!more) {
		argp_failure(state, EXIT_NO_RUN, ENOMEM, "--bring");
		return;
	}
	check->bring = more;
	more[n] = arg;
	more[n + 1] = NULL;
}

/* What goes with a program, and what does not. */
static void check_exec(const struct check *check, struct argp_state *state)
{
	if (!check->is_exec && (check->bring || check->timeout_ms != EXEC_TIMEOUT_MS))
		argp_error(state, "--bring and --cell-timeout: want --exec, too");
	if (!check->is_exec)
		return;
	if (check->n_words && !check->quoted)
		argp_error(state, "--exec: the program stands after --: "
				  "--exec -- PROGRAM [ARGUMENT]...");
	if (!check->n_words)
		argp_error(state, "--exec: which program? --exec -- PROGRAM [ARGUMENT]...");
	if (check->recorded || check->reduce_ms || check->for_ms || check->rounds ||
	    check->removals)
		argp_error(state, "--exec: a program keeps no operation log: nothing of it can be "
				  "reduced, repeated or left out");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct check *check = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &check->session;
		state->child_inputs[1] = &check->states;
		state->child_inputs[2] = &check->output;
		return 0;
	case OPT_RULES:
		parse_rules(check, arg, state);
		return 0;
	case OPT_WRITE_CACHE:
		check->session.no_write_cache = !parse_on_off("write-cache", arg, state);
		return 0;
	case OPT_BARRIERS:
		parse_barriers(check, arg, state);
		return 0;
	case OPT_REMOVALS:
		parse_removals(check, arg, state);
		return 0;
	case OPT_REDUCE:
		parse_reduce(check, arg, state);
		return 0;
	case OPT_ROUNDS:
		if (units_parse_count(arg, &check->rounds) || !check->rounds ||
		    check->rounds > MAX_ROUNDS)
			argp_error(state, "--rounds %s: want 1 to %d", arg, MAX_ROUNDS);
		return 0;
	case OPT_FOR:
		if (units_parse_ms(arg, &check->for_ms) || !check->for_ms)
			argp_error(state, "--for %s: want a time: 90s, 10m, 2h", arg);
		return 0;
	case OPT_EXTRACT:
		parse_extract(check, arg, state);
		return 0;
	case OPT_SHARD:
		parse_shard(check, arg, state);
		return 0;
	case OPT_EDITS:
		if (units_parse_count(arg, &check->edits) || !check->edits ||
		    check->edits > MAX_EDITS)
			argp_error(state, "--edits %s: want 1 to %d", arg, MAX_EDITS);
		return 0;
	case OPT_RECORDED:
		check->recorded = arg;
		return 0;
	case OPT_OPS:
		check->recorded_log = arg;
		return 0;
	case OPT_SYMBOLS:
		check->recorded_symbols = arg;
		return 0;
	case OPT_COST:
		check->cost = true;
		return 0;
	case OPT_JSON:
		check->json = true;
		return 0;
	case OPT_KEEP:
		check->keep = true;
		return 0;
	case OPT_DRY_RUN:
		check->dry_run = true;
		return 0;
	case ARGP_KEY_END:
		if (!check->recorded && (check->recorded_log || check->recorded_symbols))
			argp_error(state, "--ops and --symbols: want --recorded, too");
		if (check->extract && !check->recorded)
			argp_error(state, "--extract: of which run? --recorded TRACE");
		if (check->edits && !check->states.budget)
			argp_error(state, "--edits: want --states, too");
		if ((check->states.recrash || check->states.prune) && !check->states.budget)
			argp_error(state, "--recrash and --prune: want --states, too");
		if (check->no_recovery_barriers && !check->states.recrash)
			argp_error(state, "--barriers recovery: want --recrash, too");
		check_exec(check, state);
		check_shard(check, state);
		return 0;
	case ARGP_KEY_ARGS:
		check->words = state->argv + state->next;
		check->n_words = (size_t)(state->argc - state->next);
		check->quoted = state->quoted && state->quoted == state->next;
		return 0;
	case OPT_EXEC:
		check->is_exec = true;
		return 0;
	case OPT_BRING:
		add_bring(check, arg, state);
		return 0;
	case OPT_CELL_TIMEOUT:
		if (units_parse_ms(arg, &check->timeout_ms) || !check->timeout_ms)
			argp_error(state, "--cell-timeout %s: want a time such as 10s or 5m", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 },
					      { &states_argp_runs, 0, NULL, 0 },
					      { &output_argp, 0, NULL, 0 },
					      { 0 } };
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc =
		"[NAME | GLOB | GROUP | NAME:param=value,...]...\n--exec -- PROGRAM [ARGUMENT]...\n"
		"--recorded TRACE...",
	.doc = "Runs workloads in a guest, sees every store, cache-line write-back and fence, and "
	       "says which promised bytes a power cut would lose; without words: the group "
	       "\"default\".\v"
	       "\"daxbench help check\" has examples. Exit status 1: something would be lost.",
	.children = children,
};

/* The trace is made by the emulator that runs the guest: there is none elsewhere. */
static int check_place(const struct check *check, struct err *e)
{
	if (check->session.legacy_pmem) {
		err_set(e, -EINVAL, "--pmem legacy", "is RAM, stores to which are not recorded");
		return err_hint(e, "leave it out: the code is the same as for an NVDIMM");
	}
	if (session_is_emulated(&check->session) || guest_is_collected())
		return 0;
	err_set(e, -EINVAL, "check", "stores can be seen in a guest only");
	return err_hint(e, "leave out --target and --device");
}

/* Each cell of a soup is as many as there are rounds. */
static int set_rounds(struct check *check, struct err *e)
{
	struct plan *p = &check->plan;
	bool any = false;

	if (!check->rounds)
		check->rounds = check->for_ms ? ROUNDS_OF_SOAK : 1;
	for (size_t i = 0; i < p->n_selections; i++)
		any |= p->selections[i].workload->list == DX_LIST_SOUP;
	if (!any && (check->for_ms || check->rounds > 1)) {
		err_set(e, -EINVAL, check->for_ms ? "--for" : "--rounds",
			"no workload here makes lists from a seed");
		return err_hint(e, "say soup, or soup:ops=2000");
	}
	plan_repeat_soups(p, check->rounds);
	return 0;
}

void check_print(const struct check *check, const json_t *document)
{
	const struct verdict_view view = { .verbose = check->output.verbosity > 0,
					   .cost = check->cost,
					   .color = say_color(stdout) };

	if (!check->json)
		verdict_print(stdout, document, &view);
	else
		say_json(document);
	fflush(stdout);
}

/* The guest runs what the host found: so that is what stands in the command line from now on. */
static int plan_program(struct check *check, struct err *e)
{
	struct selection s = { .workload = &exec_workload, .exec = &check->exec };
	struct oplist_luggage tried = { 0 };
	int r = exec_find(check->words[0], &check->program, e);

	/* What is missing is told before anything is booted. */
	if (!r && !guest_is_collected())
		r = exec_pack(check->program, check->bring, &tried, e);
	oplist_luggage_release(&tried);
	if (r)
		return r;
	check->words[0] = check->program;
	check->exec = (struct exec_job){ .argv = check->words, .timeout_ms = check->timeout_ms };
	return plan_make_of(&check->plan, &check->session, &s, e);
}

static int make_plan(struct check *check, struct err *e)
{
	if (check->is_exec)
		return plan_program(check, e);
	return plan_make(&check->plan, &check->session, LENS_CHECK, check->words, check->n_words,
			 e);
}

static void print_shard(const struct check *check)
{
	uint64_t cells = check->plan.cells;

	for (size_t k = 1; check->session.kernels[0] && check->session.kernels[k]; k++)
		cells += check->plan.cells;
	if (check->shard.of)
		printf("%" PRIu64 " of the %" PRIu64 " cells of all kernels in shard %u/%u\n",
		       shard_count(&check->shard, cells), cells, check->shard.number,
		       check->shard.of);
}

/* Boots, or is what runs in the guest. */
static int check_workloads(struct check *check)
{
	struct err e;

	if (check_place(check, &e) || make_plan(check, &e) || set_rounds(check, &e)) {
		say_error(&e);
		return say_exit_code(&e);
	}
	if (check->dry_run) {
		plan_print(&check->plan, true);
		print_shard(check);
		return EXIT_OK;
	}
	return guest_is_collected() ? check_record(check) : check_guests(check);
}

int cmd_check(int argc, char **argv)
{
	struct check check = { .argv = argv, .states.least = 8, .timeout_ms = EXEC_TIMEOUT_MS };
	int code;

	argp_parse(&argp, argc, argv, 0, NULL, &check);
	/* What is judged again is kept where that is asked for. */
	check.forgets = check.recorded && !check.output.dir && !check.shard.of;
	if (!check.output.dir)
		check.output.dir = "results";
	/* Where the caches survive, nobody has to flush them. */
	if (check.session.cpu_cache_persists && !check.rules_given)
		check.rules = PERSIST_EADR;
	say_init(check.output.verbosity, check.output.color);
	code = check.recorded ? check_recorded(&check) : check_workloads(&check);
	plan_release(&check.plan);
	session_release(&check.session);
	free(check.program);
	free(check.bring);
	return exit_style_map(check.output.exit_style, code);
}
