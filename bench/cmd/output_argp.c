// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cmd/output_argp.h"
#include "bench/compare/exit_style.h"

#include <string.h>

enum { OPT_COLOR = 0x500, OPT_EXIT_STYLE };

static const struct argp_option options[] = {
	{ "output", 'o', "DIR", 0, "keep results under DIR (results)", OUTPUT_GROUP },
	{ "verbose", 'v', NULL, 0, "say more", OUTPUT_GROUP },
	{ "quiet", 'q', NULL, 0, "say only errors", OUTPUT_GROUP },
	{ "color", OPT_COLOR, "WHEN", 0, "auto, always or never", OUTPUT_GROUP },
	{ "exit-style", OPT_EXIT_STYLE, "STYLE", 0, "exit codes of kselftest, automake or bisect",
	  OUTPUT_GROUP },
	{ 0 },
};

static void parse_color(struct output_args *o, const char *arg, struct argp_state *state)
{
	if (strcmp(arg, "auto") != 0 && strcmp(arg, "always") != 0 && strcmp(arg, "never") != 0)
		argp_error(state, "--color %s: want auto, always or never", arg);
	o->color = arg;
}

static void parse_exit_style(struct output_args *o, const char *arg, struct argp_state *state)
{
	if (!exit_style_known(arg))
		argp_error(state, "--exit-style %s: want kselftest, automake or bisect", arg);
	o->exit_style = arg;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct output_args *o = state->input;

	switch (key) {
	case 'o':
		o->dir = arg;
		return 0;
	case 'v':
		o->verbosity = 1;
		return 0;
	case 'q':
		o->verbosity = -1;
		return 0;
	case OPT_COLOR:
		parse_color(o, arg, state);
		return 0;
	case OPT_EXIT_STYLE:
		parse_exit_style(o, arg, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp output_argp = { .options = options, .parser = parse };
