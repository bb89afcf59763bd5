/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The matrix of a command: workloads by file systems, and how it is worked through here.
 * A workload that needs a device without one, or nothing, is one cell.
 */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include <jansson.h>

#include "bench/select.h"
#include "bench/session.h"

struct plan {
	struct selection *selections;
	size_t n_selections;
	const char *fs[SESSION_MAX_FS + 1]; /* NULL-ended; [0] NULL: whatever --target has */
	size_t cells;			    /* in all */
};

/* Resolves @words into selections of @lens, the session's file systems, and counts the cells. */
int plan_make(struct plan *p, const struct session *s, enum lens lens, char *const words[],
	      size_t n_words, struct err *e);

/* The same for one workload, which need not be among those that words can mean. */
int plan_make_of(struct plan *p, const struct session *s, const struct selection *one,
		 struct err *e);

/* Counts the cells of workloads that make their list from a seed @rounds times. */
void plan_repeat_soups(struct plan *p, uint64_t rounds);

/* --dry-run: a line for each selection. @emulated: in a guest for each kernel. */
void plan_print(const struct plan *p, bool emulated);

/*
 * A cell: @fs is the file system's name or what stands for it (target_kind_name());
 * NULL where the selection needs no target, or @t's directory decides.
 * @no_target: why the target could not be had (then @t is NULL); else NULL.
 * What it returns, other than 0, ends the walk.
 */
typedef int (*plan_cell_fn)(void *data, const struct selection *s, struct target *t, const char *fs,
			    const struct err *no_target, struct err *e);

/*
 * All cells here: first those without a target, then file system by file system, then
 * devices without one: so what is measured on a file system is the same with and
 * without those.
 */
int plan_walk(const struct plan *p, const struct session *s, plan_cell_fn fn, void *data,
	      struct err *e);

/* A command line as a JSON array, as it was typed: a new reference. */
json_t *plan_command_line(const char *command, char *const argv[]);

/* Zeroed is fine. */
void plan_release(struct plan *p);

#endif
