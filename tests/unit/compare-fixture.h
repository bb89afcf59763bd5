/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of results made of a few words each, for the tests of comparisons. */
#ifndef TESTS_COMPARE_FIXTURE_H
#define TESTS_COMPARE_FIXTURE_H

#include "bench/compare/compare_print.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNTS "insn"
#define TIMES  "ns"

static struct results_file made[64];
static size_t n_made;
static struct comparison result;
static struct compare_options standard = { .floor = 0.005 };
static struct err error;

/* A set with nothing in it, on a machine that counts (COUNTS) or not. */
static inline json_t *make_set(const char *unit)
{
	json_t *j = json_pack("{s:s, s:[s, s], s:i, s:b, s:{s:s, s:{s:s}, s:{s:s, s:[s], s:i}, "
			      "s:I, s:{s:s, s:s, s:b}}, "
			      "s:[]}",
			      "schema", "daxbench-result-1", "command", "daxbench", "run", "seed",
			      1, "interrupted", 0, "environment", "daxbench", "v1", "kernel",
			      "release", "6.12.1", "cpu", "model", "TCG", "flags", "clwb", "online",
			      1, "memory_bytes", (json_int_t)1 << 30, "emulation", "accel", "tcg",
			      "qemu", "10.0.2", "deterministic", !strcmp(unit, COUNTS), "results");

	cr_assert_not_null(j);
	return j;
}

/* Adds a cell that passed; what is to be otherwise the caller sets in what is returned. */
static inline json_t *add_cell(json_t *set, const char *workload, const char *unit, double median)
{
	json_t *cell = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:s, s:s, s:s, s:s, s:i, s:f, s:[f, f], "
		"s:[f, f, f], s:b, s:n}",
		"workload", workload, "lens", "bench", "fs", "ext4", "mode", "dax", "driver",
		"ext4", "kernel", "6.12.1", "params", "status", "pass", "reason", "", "op", "store",
		"unit", unit, "ops", 8, "median", median, "ci95", median, median, "samples", median,
		median, median, "exact", 1, "counts");

	cr_assert_not_null(cell);
	json_array_append_new(json_object_get(set, "results"), cell);
	return cell;
}

static inline void set_counts(json_t *cell, int of_ops, int faults, int written_back)
{
	json_object_set_new(cell, "counts",
			    json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "pte_faults", faults,
				      "pmd_faults", 0, "pmd_fallbacks", 0, "sync_faults", 0,
				      "entries_written_back", written_back, "of_ops", of_ops));
	json_object_set_new(cell, "expected",
			    json_pack("{s:n, s:n, s:n, s:n, s:n}", "pte_faults", "pmd_faults",
				      "pmd_fallbacks", "sync_faults", "entries_written_back"));
}

static inline void set_status(json_t *cell, const char *status, const char *reason)
{
	json_object_set_new(cell, "status", json_string(status));
	json_object_set_new(cell, "reason", json_string(reason));
}

static inline void set_param(json_t *cell, const char *name, int value)
{
	json_object_set_new(json_object_get(cell, "params"), name, json_integer(value));
}

/* @set is stolen; sets of one side are made one after the other. */
static inline struct results_file *read_set(json_t *set)
{
	struct results_file *f = &made[n_made++];

	cr_assert_eq(results_read_document(set, "made", f, &error), 0, "%s", error.what);
	json_decref(set);
	return f;
}

static inline struct compare_side side_of(const char *name, json_t *set)
{
	return (struct compare_side){ .name = name, .sets = read_set(set), .n_sets = 1 };
}

/* A boot for each figure of the only workload, "w". */
static inline struct compare_side boots_of(const char *name, size_t n, const double *medians)
{
	struct compare_side side = { .name = name, .sets = &made[n_made], .n_sets = n };

	for (size_t i = 0; i < n; i++) {
		json_t *set = make_set(TIMES);

		add_cell(set, "w", TIMES, medians[i]);
		read_set(set);
	}
	return side;
}

static inline void compare(const struct compare_side *a, const struct compare_side *b)
{
	compare_release(&result);
	cr_assert_eq(compare_sides(a, b, &standard, &result, &error), 0, "%s", error.what);
}

/* Of a cell each. */
static inline const struct compare_row *compare_cells(json_t *a, json_t *b)
{
	static struct compare_side sides[2];

	sides[0] = side_of("6.1", a);
	sides[1] = side_of("6.12", b);
	compare(&sides[0], &sides[1]);
	return &result.rows[0];
}

/* What is printed of it, for the caller to free. */
static inline char *printed(void)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert_eq(compare_print(out, &result, &standard, 0, false), 0);
	fclose(out);
	return text;
}

static inline void release_made(void)
{
	compare_release(&result);
	while (n_made)
		results_file_release(&made[--n_made]);
}

#endif
