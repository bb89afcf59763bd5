/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of where results go and how much is said: of the commands that keep results. */
#ifndef BENCH_CMD_OUTPUT_ARGP_H
#define BENCH_CMD_OUTPUT_ARGP_H

#include <argp.h>

/* Filled by output_argp: --output --verbose --quiet --color --exit-style. */
struct output_args {
	const char *dir;	/* that gets the results; not given: as the command left it */
	const char *color;	/* as say_init() wants it; NULL: not given */
	const char *exit_style; /* as exit_style_map() wants it; NULL: not given */
	int verbosity;
};

/* Argp child, with input = a struct output_args. The header of the group is the command's. */
extern const struct argp output_argp;

#define OUTPUT_GROUP 30

#endif
