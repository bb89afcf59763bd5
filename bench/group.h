/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Groups of workloads: those that a workload's "groups" name, and "full", which
 * is computed: all that can be measured as they are. What is for tests of daxbench
 * alone (group "test"), what runs a list of operations and jobs of fio are not in it.
 *
 * A theme is a group, too: a workload's is the first of its groups that is one.
 */
#ifndef BENCH_GROUP_H
#define BENCH_GROUP_H

#include <stdbool.h>

#include "daxbench/workload.h"

struct group {
	const char *name;
	const char *title; /* one line */
	bool theme;
};

/* Those that have a meaning of their own, in the order in which they are listed; ends with a NULL
 * name. */
extern const struct group groups[];

/* Is @w in @group? Always false for a part of a group's name. */
bool group_has(const char *group, const struct dx_workload *w);

/* "" where none of its groups is a theme. */
const char *group_theme(const struct dx_workload *w);

#endif
