// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cmd/states_argp.h"
#include "bench/check/states.h"
#include "lib/units.h"

enum { OPT_STATES = 0x400, OPT_TOTAL, OPT_ATOMIC, OPT_GUESTS, OPT_PRUNE, OPT_RECRASH };

static const struct argp_option of_runs[] = {
	{ "states", OPT_STATES, "N", OPTION_ARG_OPTIONAL,
	  "so many at each crash point, at most (64)", STATES_GROUP_RUNS },
	{ "max-states", OPT_TOTAL, "N", 0, "so many of each run, at most (400); 0: no limit",
	  STATES_GROUP_RUNS },
	{ "atomic", OPT_ATOMIC, "BYTES", 0,
	  "what is lost or kept as a whole: 4096, 512 or 8 (4096)", STATES_GROUP_RUNS },
	{ "guests", OPT_GUESTS, "N", 0, "that recover at a time (one for each CPU)",
	  STATES_GROUP_RUNS },
	{ "prune", OPT_PRUNE, 0, 0, "recover none that recovery cannot tell from another (TCG)",
	  STATES_GROUP_RUNS },
	{ "recrash", OPT_RECRASH, "N", OPTION_ARG_OPTIONAL,
	  "crash in so many recoveries of each run, too (4)", STATES_GROUP_RUNS },
	{ 0 },
};

static const struct argp_option of_log[] = {
	{ "states", OPT_STATES, "N", OPTION_ARG_OPTIONAL,
	  "crash states, so many at each crash point, at most (64)", STATES_GROUP_LOG },
	{ "max-states", OPT_TOTAL, "N", 0, "so many in all, at most (400); 0: no limit",
	  STATES_GROUP_LOG },
	{ "atomic", OPT_ATOMIC, "BYTES", 0, "what is lost or kept as a whole: 4096 or 512 (4096)",
	  STATES_GROUP_LOG },
	{ "guests", OPT_GUESTS, "N", 0, "that recover at a time (one for each CPU)",
	  STATES_GROUP_LOG },
	{ "prune", OPT_PRUNE, 0, 0, "recover none that recovery cannot tell from another (TCG)",
	  STATES_GROUP_LOG },
	{ 0 },
};

static void parse_budget(struct states_args *s, const char *arg, struct argp_state *state)
{
	s->budget = STATES_DEFAULT_BUDGET;
	if (arg &&
	    (units_parse_count(arg, &s->budget) || !s->budget || s->budget > EXPLORE_BUDGET_MAX))
		argp_error(state, "--states=%s: want 1 to %llu", arg, EXPLORE_BUDGET_MAX);
}

static void parse_atomic(struct states_args *s, const char *arg, struct argp_state *state)
{
	if (units_parse_size(arg, &s->atomic) || s->atomic < s->least ||
	    (s->atomic != 4096 && s->atomic != 512 && s->atomic != 8))
		argp_error(state, "--atomic %s: want %s", arg,
			   s->least == 8 ? "4096, 512 or 8" : "4096 or 512");
}

static void parse_guests(struct states_args *s, const char *arg, struct argp_state *state)
{
	if (units_parse_count(arg, &s->guests) || !s->guests || s->guests > RECOVER_MAX_GUESTS)
		argp_error(state, "--guests %s: want 1 to %u", arg, RECOVER_MAX_GUESTS);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct states_args *s = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		s->total = STATES_DEFAULT_TOTAL;
		s->atomic = STATE_PAGE;
		return 0;
	case OPT_STATES:
		parse_budget(s, arg, state);
		return 0;
	case OPT_TOTAL:
		if (units_parse_count(arg, &s->total))
			argp_error(state, "--max-states %s: want a number, 0 for no limit", arg);
		return 0;
	case OPT_ATOMIC:
		parse_atomic(s, arg, state);
		return 0;
	case OPT_GUESTS:
		parse_guests(s, arg, state);
		return 0;
	case OPT_PRUNE:
		s->prune = true;
		return 0;
	case OPT_RECRASH:
		s->recrash = STATES_DEFAULT_RECRASH;
		if (arg && units_parse_count(arg, &s->recrash))
			argp_error(state, "--recrash=%s: want a number", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp states_argp_runs = { .options = of_runs, .parser = parse };
const struct argp states_argp_log = { .options = of_log, .parser = parse };
