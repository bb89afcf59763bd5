/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a difference is: instructions per operation of each function of the kernel, of two
 * cells that were run with --functions. Where code lies moves nothing here: what
 * differs is work.
 */
#ifndef BENCH_COMPARE_COMPARE_FUNCTIONS_H
#define BENCH_COMPARE_COMPARE_FUNCTIONS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/compare/compare.h"
#include "bench/functions.h"

struct compare_function {
	const char *name; /* of the cell's JSON, or FUNCTIONS_USER */
	uint64_t n[2];	  /* instructions; 0: it was not called */
	double each[2];	  /* per operation */
};

struct compare_functions {
	struct compare_function *item; /* those that differ, the largest difference first */
	size_t n, same;		       /* @same: how many others there are */
	uint64_t of_ops[2];
	double each[2]; /* of all, per operation */
};

/* -ENODATA: not both cells have them. compare_functions_release() frees @ret. */
int compare_functions(const struct compare_row *row, struct compare_functions *ret);
void compare_functions_release(struct compare_functions *f);

/* { of_ops, each, same, differ: [...] }, or null where a cell has none. */
json_t *compare_functions_to_json(const struct compare_row *row);

/* The functions that differ of each row that has some, @most of each; 0: all. */
void compare_functions_print(FILE *out, const struct comparison *c, size_t most);

#endif
