// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shards put together. Caught: a cell in the wrong place, one that is lost or there twice without
 * a word, shards of different things that are taken for one, and a verdict that is not that of
 * the whole.
 */
#include "bench/check/merge.h"
#include "bench/results/json_get.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct results_file file[16];
static size_t n_files;
static struct merged merged;
static struct err e;

static void release(void)
{
	merged_release(&merged);
	while (n_files)
		results_file_release(&file[--n_files]);
}

TestSuite(merge, .fini = release);

/* ---- shards ---- */

static json_t *make_cell(unsigned int number)
{
	char name[16];

	snprintf(name, sizeof(name), "cell-%u", number);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:s, s:s, s:s, s:s, s:i, s:[], s:s, "
			 "s:[], s:n}",
			 "workload", name, "lens", "check", "fs", "ext4", "mode", "dax", "driver",
			 "ext4", "kernel", "6.12.1", "params", "status", "pass", "reason", "", "op",
			 "store", "unit", "insn", "ops", 0, "samples", "run", "0123456789abcdef",
			 "violations", "states");
}

static json_t *make_document(json_t *shard)
{
	return json_pack("{s:s, s:[s, s, s, s, s], s:i, s:b, s:n, s:[], s:o}", "schema",
			 "daxbench-result-1", "command", "daxbench", "check", "--shard", "x/y",
			 "names", "seed", 7, "interrupted", 0, "environment", "results", "shard",
			 shard);
}

/* It is read with all else. @document is stolen. */
static void add(json_t *document)
{
	cr_assert_eq(results_read_document(document, "made", &file[n_files], &e), 0, "%s", e.what);
	snprintf(file[n_files].path, sizeof(file[0].path), "file-%zu", n_files);
	json_decref(document);
	n_files++;
}

/* Shard @k of @of of @cells cells, of which the first is @first among those of all kernels. */
static json_t *by_cells(unsigned int k, unsigned int of, unsigned int first, unsigned int cells)
{
	json_t *document = make_document(json_pack("{s:i, s:i, s:s, s:i, s:i}", "of", of, "number",
						   k, "by", "cells", "first", first, "cells",
						   cells));

	for (unsigned int i = 0; i < cells; i++)
		if ((first + i) % of == k - 1)
			json_array_append_new(json_object_get(document, "results"), make_cell(i));
	return document;
}

static int merge(bool partial)
{
	merged_release(&merged);
	return merge_shards(file, n_files, partial, &merged, &e);
}

static void expect_refused(int code, const char *why)
{
	cr_expect_eq(merge(false), code, "%d", e.code);
	cr_expect(strstr(e.what, why), "%s", e.what);
	cr_expect_null(merged.cells);
}

static const char *name_of(size_t i)
{
	return text_of(json_array_get(merged.cells, i), "workload");
}

/* ---- cells ---- */

Test(merge, cells_are_in_the_order_of_the_plan)
{
	for (unsigned int first = 0; first < 5; first++) {
		char name[16];

		for (unsigned int k = 3; k > 0; k--)
			add(by_cells(k, 3, first, 8));
		cr_assert_eq(merge(false), 0, "%s", e.what);
		cr_assert_eq(json_array_size(merged.cells), 8);
		for (unsigned int i = 0; i < 8; i++) {
			snprintf(name, sizeof(name), "cell-%u", i);
			cr_expect_str_eq(name_of(i), name);
		}
		cr_expect_eq(json_array_size(json_object_get(merged.note, "missing")), 0);
		release();
	}
}

Test(merge, shards_that_have_nothing_are_not_missed)
{
	add(by_cells(1, 65535, 0, 2));
	add(by_cells(2, 65535, 0, 2));
	cr_expect_eq(merge(false), 0, "%s", e.what);
	release();
	add(by_cells(4, 5, 3, 2));
	add(by_cells(5, 5, 3, 2));
	cr_expect_eq(merge(false), 0, "%s", e.what);
}

Test(merge, one_of_one_is_the_whole)
{
	add(by_cells(1, 1, 0, 3));
	cr_expect_eq(merge(false), 0, "%s", e.what);
	cr_expect_eq(json_array_size(merged.cells), 3);
}

Test(merge, the_command_is_that_of_the_whole)
{
	static const char *const words[][6] = {
		{ "--shard=1/2", "-o", "x" },
		{ "--shard", "1/2", "-oy" },
		{ "--sh=1/2", "--output", "x" },
		{ "--shar", "1/2", "--out=z" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		json_t *document = by_cells(1, 1, 0, 1), *command = json_array();

		for (size_t w = 0; words[i][w]; w++)
			json_array_append_new(command, json_string(words[i][w]));
		json_array_append_new(command, json_string("--states"));
		json_array_append_new(command, json_string("--"));
		json_array_append_new(command, json_string("--shard"));
		json_object_set_new(document, "command", command);
		add(document);
		cr_assert_eq(merge(false), 0, "%s", e.what);
		cr_expect_eq(json_array_size(merged.command), 3);
		cr_expect_str_eq(json_string_value(json_array_get(merged.command, 0)), "--states");
		release();
	}
}

Test(merge, what_was_saved_is_not_beside_it)
{
	json_t *document = by_cells(1, 1, 0, 1);
	json_t *cell = json_array_get(json_object_get(document, "results"), 0), *v;

	json_array_append_new(json_object_get(cell, "violations"),
			      json_pack("{s:s, s:s}", "saved", "violations/x", "fault", "hole"));
	add(document);
	cr_assert_eq(merge(false), 0);
	v = json_array_get(json_object_get(json_array_get(merged.cells, 0), "violations"), 0);
	cr_expect_str_eq(text_of(v, "fault"), "hole");
	cr_expect_null(json_object_get(v, "saved"));
}

/* ---- what does not go together ---- */

Test(merge, doubles_are_refused)
{
	add(by_cells(1, 2, 0, 4));
	add(by_cells(2, 2, 0, 4));
	add(by_cells(1, 2, 0, 4));
	expect_refused(-EINVAL, "is shard 1, as");
	cr_expect_eq(merge(true), -EINVAL);
}

Test(merge, what_is_missing_is_told)
{
	add(by_cells(2, 4, 0, 9));
	expect_refused(-ENODATA, "of 4 there are missing, or not whole: 1, 3, 4");
	cr_assert_eq(merge(true), 0, "%s", e.what);
	cr_expect_eq(json_array_size(merged.cells), 2);
	cr_expect_str_eq(name_of(1), "cell-5");
	cr_expect_eq(json_array_size(json_object_get(merged.note, "missing")), 3);
}

Test(merge, what_is_not_whole_is_missing)
{
	json_t *document = by_cells(2, 2, 0, 6);

	json_array_remove(json_object_get(document, "results"), 2);
	json_object_set_new(document, "interrupted", json_true());
	add(by_cells(1, 2, 0, 6));
	add(document);
	expect_refused(-ENODATA, "not whole: 2");
	cr_assert_eq(merge(true), 0, "%s", e.what);
	cr_expect_eq(json_array_size(merged.cells), 5);
	cr_expect_str_eq(name_of(4), "cell-4");
}

Test(merge, what_says_that_it_is_whole_must_be)
{
	json_t *document = by_cells(2, 2, 0, 6);

	json_array_remove(json_object_get(document, "results"), 0);
	add(by_cells(1, 2, 0, 6));
	add(document);
	expect_refused(-EBADMSG, "has 2 cells, a shard of its number has 3");
	cr_expect_eq(merge(true), -EBADMSG);
}

Test(merge, shards_of_different_things_are_refused)
{
	static const struct {
		const char *member;
		json_t *(*make)(void);
		const char *why;
	} bad[] = {
		{ "seed", json_true, "another seed" },
		{ "command", json_array, "another command line" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *document = by_cells(2, 2, 0, 4);

		json_object_set_new(document, bad[i].member, bad[i].make());
		add(by_cells(1, 2, 0, 4));
		add(document);
		expect_refused(-EINVAL, bad[i].why);
		release();
	}
	add(by_cells(1, 2, 0, 4));
	add(by_cells(2, 3, 0, 4));
	expect_refused(-EINVAL, "another number of shards");
	release();
	add(by_cells(1, 2, 0, 4));
	add(by_cells(2, 2, 0, 6));
	expect_refused(-EINVAL, "something else");
}

Test(merge, of_another_kernel_is_refused)
{
	json_t *document = by_cells(2, 2, 0, 4);

	json_object_set_new(json_array_get(json_object_get(document, "results"), 0), "kernel",
			    json_string("6.1.0"));
	add(by_cells(1, 2, 0, 4));
	add(document);
	expect_refused(-EINVAL, "another kernel");
}

Test(merge, results_of_a_whole_check_are_refused)
{
	json_t *document = by_cells(1, 1, 0, 1);

	json_object_del(document, "shard");
	add(document);
	expect_refused(-EINVAL, "is no shard");
}

Test(merge, a_shard_that_cannot_be_is_refused)
{
	static const char *const bad[] = {
		"{}",
		"{\"of\": 0, \"number\": 0, \"by\": \"points\"}",
		"{\"of\": 2, \"number\": 3, \"by\": \"points\"}",
		"{\"of\": 65536, \"number\": 1, \"by\": \"points\"}",
		"{\"of\": 2, \"number\": \"1\", \"by\": \"points\"}",
		"{\"of\": 2, \"number\": 1, \"by\": \"bytes\"}",
		"{\"of\": 2, \"number\": 1, \"by\": \"cells\", \"first\": 0}",
		"{\"of\": 2, \"number\": 1, \"by\": \"cells\", \"first\": -1, \"cells\": 1}",
		"{\"of\": 1, \"number\": 1, \"by\": \"cells\", \"first\": 0, "
		"\"cells\": 9223372036854775807}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *document = by_cells(1, 1, 0, 1);

		json_object_set_new(document, "shard", json_loads(bad[i], 0, NULL));
		add(document);
		cr_expect_eq(merge(true), -EBADMSG, "%s", bad[i]);
		release();
	}
}

/* ---- crash points ---- */

static json_t *make_violation(const char *rule, const char *name, int event, int states)
{
	return json_pack("{s:s, s:s, s:s, s:{s:s, s:i, s:i}, s:i, s:i, s:i, s:n, s:n, s:i, s:i, "
			 "s:s, s:i, s:b, s:b, s:n}",
			 "rule", rule, "file", name, "what", "it is wrong", "promise", "op",
			 "fsync", "worker", 0, "record", 9, "offset", event, "bytes", 1, "event",
			 event, "after", "during", "units", 4, "kept", 2, "state",
			 "0123456789abcdef", "states", states, "torn", states > 1, "told_by_lines",
			 0, "known");
}

static json_t *make_states(const char *possible, json_t *violations)
{
	return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:{s:s, s:s}, "
			 "s:i, s:{s:i, s:i}, s:{s:i, s:f}, s:o}",
			 "possible", possible, "run", 10, "unique", 8, "outcomes", 3, "points", 2,
			 "points_left_out", 1, "units_max", 5, "budget", 64, "total", 400, "atomic",
			 4096, "seconds", 1.5, "lines", "status", "pass", "reason", "", "spared", 6,
			 "recrash", "recoveries", 4, "unique", 9, "recovery", "recovered", 12,
			 "boot_seconds", 2.25, "violations", violations);
}

/* Shard @k of @of of one run. @violations is stolen. */
static json_t *by_points(unsigned int k, unsigned int of, const char *possible, json_t *violations)
{
	json_t *document =
		make_document(json_pack("{s:i, s:i, s:s}", "of", of, "number", k, "by", "points"));
	json_t *cell = make_cell(0);

	json_object_set_new(cell, "states", make_states(possible, violations));
	json_array_append_new(json_object_get(document, "results"), cell);
	return document;
}

static json_t *cell_of(json_t *document)
{
	return json_array_get(json_object_get(document, "results"), 0);
}

static const json_t *merged_states(void)
{
	cr_assert_eq(merge(false), 0, "%s", e.what);
	cr_assert_eq(json_array_size(merged.cells), 1);
	return json_object_get(json_array_get(merged.cells, 0), "states");
}

static const char *status(void)
{
	return text_of(json_array_get(merged.cells, 0), "status");
}

Test(merge, counts_are_added)
{
	const json_t *s;

	add(by_points(1, 2, "100", json_array()));
	add(by_points(2, 2, "23", json_array()));
	s = merged_states();
	cr_expect_str_eq(text_of(s, "possible"), "123");
	cr_expect_eq(number_of(s, "run"), 20);
	cr_expect_eq(number_of(s, "unique"), 16);
	cr_expect_eq(number_of(s, "outcomes"), 6);
	cr_expect_eq(number_of(s, "points"), 4);
	cr_expect_eq(number_of(s, "points_left_out"), 2);
	cr_expect_eq(number_of(s, "spared"), 12);
	cr_expect_eq(number_of(json_object_get(s, "recrash"), "unique"), 18);
	cr_expect_eq(number_of(json_object_get(s, "recovery"), "recovered"), 24);
	cr_expect_float_eq(
		json_number_value(json_object_get(json_object_get(s, "recovery"), "boot_seconds")),
		4.5, 1e-9);
	cr_expect_eq(number_of(s, "units_max"), 5);
	cr_expect_eq(number_of(s, "total"), 400);
	cr_expect_str_eq(status(), "pass");
}

static const char *possible_of(const char *a, const char *b)
{
	release();
	add(by_points(1, 2, a, json_array()));
	add(by_points(2, 2, b, json_array()));
	return text_of(merged_states(), "possible");
}

Test(merge, states_that_are_possible_are_added_as_they_are_told)
{
	cr_expect_str_eq(possible_of("2^65.0", "2^65.0"), "2^66.0");
	cr_expect_str_eq(possible_of("2^65.0", "16"), "2^65.0");
	cr_expect_str_eq(possible_of("0", "0"), "0");
	cr_expect_str_eq(possible_of("0", "2^70.5"), "2^70.5");
	cr_expect_str_eq(possible_of("600000000000000", "600000000000000"), "2^50.1");
	cr_expect_str_eq(possible_of("499999999999999", "500000000000000"), "999999999999999");
}

/* What one exploration would have told: the first of each, in the order of time. */
Test(merge, violations_that_are_alike_are_one)
{
	const json_t *list, *first;

	add(by_points(1, 2, "1",
		      json_pack("[o, o]", make_violation("data", "b", 30, 2),
				make_violation("data", "a", 50, 4))));
	add(by_points(2, 2, "1",
		      json_pack("[o, o, o]", make_violation("data", "a", 20, 1),
				make_violation("size", "a", 20, 1),
				make_violation("data", "b", 40, 5))));
	list = json_object_get(merged_states(), "violations");
	cr_assert_eq(json_array_size(list), 3);
	first = json_array_get(list, 0);
	cr_expect_str_eq(text_of(first, "file"), "a");
	cr_expect_str_eq(text_of(first, "rule"), "data");
	cr_expect_eq(number_of(first, "event"), 20);
	cr_expect_eq(number_of(first, "offset"), 20);
	cr_expect_eq(number_of(first, "states"), 5);
	cr_expect_str_eq(text_of(json_array_get(list, 1), "rule"), "size");
	cr_expect_str_eq(text_of(json_array_get(list, 2), "file"), "b");
	cr_expect_eq(number_of(json_array_get(list, 2), "event"), 30);
	cr_expect_eq(number_of(json_array_get(list, 2), "states"), 7);
	cr_expect(json_is_false(json_object_get(first, "torn")), "one of them is not");
	cr_expect(json_is_true(json_object_get(json_array_get(list, 2), "torn")));
	cr_expect_str_eq(status(), "fail");
	cr_expect_str_eq(text_of(json_array_get(merged.cells, 0), "reason"),
			 "3 kinds of crash states are wrong");
}

Test(merge, violations_that_are_not_alike_stay)
{
	json_t *other = make_violation("name", "a", 20, 1);

	json_object_set_new(json_object_get(other, "promise"), "record", json_integer(10));
	add(by_points(1, 2, "1", json_pack("[o]", make_violation("name", "a", 20, 1))));
	add(by_points(2, 2, "1", json_pack("[o]", other)));
	cr_expect_eq(json_array_size(json_object_get(merged_states(), "violations")), 2);
}

Test(merge, a_shard_that_found_nothing_passes_none_that_did)
{
	json_t *document = by_points(1, 2, "1", json_array());

	json_object_set_new(cell_of(document), "status", json_string("pass"));
	add(document);
	add(by_points(2, 2, "1", json_pack("[o]", make_violation("name", "a", 20, 1))));
	merged_states();
	cr_expect_str_eq(status(), "fail");
}

Test(merge, what_is_known_is_no_failure)
{
	json_t *v = make_violation("name", "a", 20, 1);

	json_object_set_new(v, "known", json_string("that-bug"));
	add(by_points(1, 2, "1", json_array()));
	add(by_points(2, 2, "1", json_pack("[o]", v)));
	merged_states();
	cr_expect_str_eq(status(), "xfail");
}

Test(merge, what_was_not_explored_is_no_pass)
{
	json_t *document = by_points(2, 2, "1", json_array());

	json_object_set_new(cell_of(document), "status", json_string("error"));
	json_object_set_new(cell_of(document), "reason", json_string("no guest comes up"));
	add(by_points(1, 2, "1", json_array()));
	add(document);
	merged_states();
	cr_expect_str_eq(status(), "error");
	cr_expect_str_eq(text_of(json_array_get(merged.cells, 0), "reason"), "no guest comes up");
	json_object_set_new(cell_of(file[1].document), "states", json_null());
	merged_states();
	cr_expect_str_eq(status(), "error");
}

Test(merge, of_another_run_or_limit_is_refused)
{
	json_t *document = by_points(2, 2, "1", json_array());

	json_object_set_new(cell_of(document), "run", json_string("fedcba9876543210"));
	add(by_points(1, 2, "1", json_array()));
	add(document);
	expect_refused(-EINVAL, "runs that differ: run");
	release();
	document = by_points(2, 2, "1", json_array());
	json_object_set_new(json_object_get(cell_of(document), "states"), "total", json_integer(5));
	add(by_points(1, 2, "1", json_array()));
	add(document);
	expect_refused(-EINVAL, "differ in their crash states: total");
}

Test(merge, points_and_cells_do_not_go_together)
{
	add(by_points(1, 2, "1", json_array()));
	add(by_cells(2, 2, 0, 1));
	cr_expect_neq(merge(true), 0);
}

/* Numbers of a file that nobody wrote so. */
Test(merge, sums_that_overflow_stay)
{
	json_t *document = by_points(2, 2, "1e999999", json_array());

	json_object_set_new(json_object_get(cell_of(document), "states"), "run",
			    json_integer(INT64_MAX));
	add(by_points(1, 2, "2^1e999", json_array()));
	add(document);
	cr_expect_eq(number_of(merged_states(), "run"), INT64_MAX);
}
