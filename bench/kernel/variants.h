/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels of our own for guests: which there are, and having them built. What a variant
 * is and how it is built is scripts/build-kernel's; here it is started and read.
 */
#ifndef BENCH_KERNEL_VARIANTS_H
#define BENCH_KERNEL_VARIANTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "lib/err.h"

/* Was there a variant of this name when daxbench was built? So in a guest, too. */
bool variants_has(const char *name);

/*
 * An array of { name, series, state, title }, by name; state: "built", "stale" (other
 * patches, configuration or compiler than now), "absent". The caller's.
 */
int variants_list(json_t **ret, struct err *e);

/* What variants_list() reads, "NAME\tSERIES\tSTATE\tTITLE\n" each; -EBADMSG with the line. */
int variants_parse(const char *text, json_t **ret, struct err *e);

/* A build that runs. */
struct variants_build {
	pid_t pid; /* 0: none */
	FILE *out;
	FILE *said; /* what it had to say at the end, if it failed */
	char *line;
	size_t room;
	size_t done, steps; /* lines of make's so far, and about how many there will be */
};

enum variants_event {
	VARIANTS_END,
	VARIANTS_NOTE, /* @ret_text: for people, without newline */
	VARIANTS_STEP, /* the same, a line of make's: done is one more */
};

/* Builds those named by the NULL-ended @names, one after the other. */
int variants_build_start(struct variants_build *ret, char *const *names, struct err *e);

/* The next thing to tell. @ret_text lives until the next call. */
enum variants_event variants_build_next(struct variants_build *b, const char **ret_text);

/*
 * After the end, or early, which stops it. 0; -EINVAL: no such variant; else what
 * failed, in the builder's words.
 */
int variants_build_end(struct variants_build *b, struct err *e);

#endif
