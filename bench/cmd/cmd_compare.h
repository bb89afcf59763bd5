/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of `daxbench compare` share: nobody else includes it. */
#ifndef BENCH_CMD_CMD_COMPARE_H
#define BENCH_CMD_CMD_COMPARE_H

#include "bench/cmd/cmd_run.h"
#include "bench/compare/compare_print.h"
#include "bench/compare/compare_words.h"
#include "bench/compare/cost_model.h"

#define COMPARE_MAX_SIDES 8

struct compare {
	struct run run; /* each boot; its words are the workloads */
	struct compare_options options;
	double limit;	/* --fail-on-regression; below 0: not given */
	uint64_t boots; /* 0: the default */
	bool no_control;
	const char *control_kernel; /* that is A but for where its code lies; NULL: A itself */
	struct cost_model model;
	struct compare_filter filter;
	enum compare_word kind; /* of the sides */
	struct compare_side sides[COMPARE_MAX_SIDES];
	size_t n_sides;
	struct results_file control;
};

/*
 * cmd_compare_guests.c: fills the sides from boots, A B A B ..., with the control last.
 * 0, or the exit code for what could not be had; the sides may hold something even then.
 */
int compare_boot_guests(struct compare *c);

/* How many boots of each side there are to be. */
uint64_t compare_boots(const struct compare *c);

#endif
