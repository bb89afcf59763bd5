/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that say which crash states are made: shared by the commands that make any. */
#ifndef BENCH_CMD_STATES_ARGP_H
#define BENCH_CMD_STATES_ARGP_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

/* Filled by either argp below: --states --max-states --atomic --guests --prune --recrash. */
struct states_args {
	uint64_t budget;  /* at each crash point, at most; 0: none are made */
	uint64_t total;	  /* of each run, or log, at most; 0: no limit */
	uint64_t atomic;  /* bytes that are lost or kept as a whole: 4096, 512 or 8 */
	uint64_t guests;  /* that recover at a time; 0: as many as there are CPUs */
	uint64_t recrash; /* recoveries of each run that are crashed in */
	bool prune;	  /* those are left out that recovery cannot tell from others */
	uint64_t least;	  /* the least that atomic may be, 8 or 512: the command says so */
};

/*
 * Argp children, with input = a struct states_args: of recorded runs, and of a log of
 * dm-log-writes. They differ in their words. The header of the group is the command's.
 */
extern const struct argp states_argp_runs;
extern const struct argp states_argp_log;

#define STATES_GROUP_RUNS 22
#define STATES_GROUP_LOG  45

#endif
