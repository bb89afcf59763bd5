// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a known failure that hides another one, and an alarm where it cannot show:
 * on another kernel, under other rules, with other instructions.
 */
#include "bench/check/known.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRY                                                                                      \
	"{ \"finding\": \"docs/x.md\", \"reason\": \"it is so\", \"fs\": [\"xfs\"], "              \
	"\"kernel_from\": \"6.1\", \"kernel_to\": \"6.12\", \"promises\": [\"sync\"], "            \
	"\"faults\": [\"not drained\"], \"conditions\": [], \"stores\": [], "                      \
	"\"rules\": [\"strict\"], \"flush\": [\"clwb\"], "                                         \
	"\"shows_in\": [\"every-sync\"] }"

static const struct known_conditions usual = { "strict", "clwb" };

static char directory[] = "/tmp/known-XXXXXX";
static char path[64];
static json_t *known, *cell;
static struct err e;

static void write_entry(const char *text)
{
	FILE *f = fopen(path, "w");

	cr_assert(f && fputs(text, f) >= 0 && !fclose(f));
}

static void set_up(void)
{
	cr_assert(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/x.json", directory);
	write_entry(ENTRY);
	cr_assert_eq(known_load(directory, &known, &e), 0, "%s", e.what);
}

static void tear_down(void)
{
	json_decref(known);
	json_decref(cell);
	unlink(path);
	rmdir(directory);
}

TestSuite(known, .init = set_up, .fini = tear_down);

/* A cell of every-sync: @found violations of @op, in this way. */
static const char *status_of(const char *kernel, const char *fs, const char *op, const char *fault,
			     int found, const struct known_conditions *how)
{
	json_decref(cell);
	cell = json_pack("{s:s, s:s, s:s, s:s, s:[]}", "workload", "every-sync", "kernel", kernel,
			 "fs", fs, "status", found ? "fail" : "pass", "violations");
	for (int i = 0; i < found; i++)
		json_array_append_new(
			json_object_get(cell, "violations"),
			json_pack("{s:{s:s}, s:s}", "promise", "op", op, "fault", fault));
	known_apply(known, how, cell);
	return json_string_value(json_object_get(cell, "status"));
}

Test(known, what_is_written_down_fails_no_run)
{
	cr_expect_str_eq(status_of("6.12.1", "xfs", "sync", "not drained", 2, &usual), "xfail");
	cr_expect(strstr(json_string_value(json_object_get(cell, "reason")), "it is so"));
}

Test(known, anything_else_does)
{
	cr_expect_str_eq(status_of("6.12.1", "xfs", "fsync", "not drained", 1, &usual), "fail");
	cr_expect_str_eq(status_of("6.12.1", "xfs", "sync", "not written back", 1, &usual), "fail");
	cr_expect_str_eq(status_of("6.12.1", "ext4", "sync", "not drained", 1, &usual), "fail");
	cr_expect_str_eq(status_of("6.13.0", "xfs", "sync", "not drained", 1, &usual), "fail");
	cr_expect_str_eq(status_of("5.15.9", "xfs", "sync", "not drained", 1, &usual), "fail");
}

Test(known, one_that_is_known_does_not_hide_one_that_is_not)
{
	status_of("6.12.1", "xfs", "sync", "not drained", 1, &usual);
	json_array_append_new(
		json_object_get(cell, "violations"),
		json_pack("{s:{s:s}, s:s}", "promise", "op", "msync", "fault", "not drained"));
	json_object_set_new(cell, "status", json_string("fail"));
	known_apply(known, &usual, cell);
	cr_expect_str_eq(json_string_value(json_object_get(cell, "status")), "fail");
}

/* The same cell, of which not all was judged. */
Test(known, what_is_known_does_not_excuse_what_was_not_looked_at)
{
	const char *reason;

	status_of("6.12.1", "xfs", "sync", "not drained", 1, &usual);
	json_object_set_new(cell, "check", json_pack("{s:s}", "incomplete", "it was cut off"));
	json_object_set_new(cell, "status", json_string("fail"));
	known_apply(known, &usual, cell);
	reason = json_string_value(json_object_get(cell, "reason"));
	cr_expect_str_eq(json_string_value(json_object_get(cell, "status")), "error");
	cr_expect(strstr(reason, "known: x") && strstr(reason, "it was cut off"), "%s", reason);
	json_object_set_new(json_object_get(cell, "check"), "incomplete", json_null());
	json_object_set_new(cell, "status", json_string("fail"));
	known_apply(known, &usual, cell);
	cr_expect_str_eq(json_string_value(json_object_get(cell, "status")), "xfail");
}

/* One that comes by @condition, stored @where by @by: the status that an entry makes of it. */
static const char *status_by(const char *condition, const char *where, const char *by)
{
	status_of("6.12.1", "xfs", "sync", "not drained", 0, &usual);
	json_array_append_new(json_object_get(cell, "violations"),
			      json_pack("{s:{s:s}, s:s, s:[s], s:{s:s, s:s}}", "promise", "op",
					"sync", "fault", "not drained", "conditions", condition,
					"store", "where", where, "by", by));
	json_object_set_new(cell, "status", json_string("fail"));
	known_apply(known, &usual, cell);
	return json_string_value(json_object_get(cell, "status"));
}

static const char *status_with(const char *condition, const char *where)
{
	return status_by(condition, where, "kernel");
}

Test(known, it_holds_for_its_conditions_and_its_code_alone)
{
	json_t *entry = json_array_get(known, 0);

	cr_expect_str_eq(status_with("reflinked file", "dax_copy+0x10"), "xfail");
	json_object_set_new(entry, "conditions", json_pack("[s]", "reflinked file"));
	cr_expect_str_eq(status_with("reflinked file", "dax_copy+0x10"), "xfail");
	cr_expect_str_eq(status_with("MAP_SYNC store", "dax_copy+0x10"), "fail");
	json_object_set_new(entry, "stores", json_pack("[s, s]", "other", "dax_copy"));
	cr_expect_str_eq(status_with("reflinked file", "dax_copy+0x10"), "xfail");
	cr_expect_str_eq(status_with("reflinked file", "dax_copy_more+0x10"), "fail");
	cr_expect_str_eq(status_with("reflinked file", "dax_cop"), "fail");
	cr_expect_str_eq(status_by("reflinked file", "workloads/soup.c:1 run()", "program"),
			 "fail");
}

Test(known, what_the_program_stores_is_code_too)
{
	json_object_set_new(json_array_get(known, 0), "stores", json_pack("[s]", "program"));
	cr_expect_str_eq(status_by("", "workloads/soup.c:1 run()", "program"), "xfail");
	cr_expect_str_eq(status_by("", "dax_copy+0x10", "kernel"), "fail");
}

Test(known, its_disappearance_is_noticed)
{
	cr_expect_str_eq(status_of("6.1.0", "xfs", NULL, NULL, 0, &usual), "xpass");
	cr_expect_str_eq(status_of("6.1.0", "ext4", NULL, NULL, 0, &usual), "pass");
	cr_expect_str_eq(status_of("6.13.0", "xfs", NULL, NULL, 0, &usual), "pass");
}

Test(known, it_is_not_missed_where_it_cannot_show)
{
	static const struct known_conditions eadr = { "eadr", "clwb" };
	static const struct known_conditions clflush = { "strict", "clflush" };

	cr_expect_str_eq(status_of("6.1.0", "xfs", NULL, NULL, 0, &eadr), "pass");
	cr_expect_str_eq(status_of("6.1.0", "xfs", NULL, NULL, 0, &clflush), "pass");
}

Test(known, an_entry_without_a_member_is_refused)
{
	json_t *list = NULL;
	char *text = strdup(ENTRY), *member = strstr(text, "\"rules\"");

	memcpy(member, "\"rulez\"", strlen("\"rulez\""));
	write_entry(text);
	free(text);
	cr_expect_eq(known_load(directory, &list, &e), -EBADMSG);
	cr_expect(strstr(e.what, "rules"), "%s", e.what);
	write_entry("{");
	cr_expect_eq(known_load(directory, &list, &e), -EBADMSG);
}

/* A crash state that breaks @rule, promised by @op (NULL: by nobody): is it known? */
static bool state_is_known(const char *fs, const char *op, const char *rule)
{
	json_t *list = json_pack("[{s:o, s:s}]", "promise",
				 op ? json_pack("{s:s}", "op", op) : json_null(), "rule", rule);
	bool is_known;

	json_decref(cell);
	cell = json_pack("{s:s, s:s}", "kernel", "6.12.1", "fs", fs);
	known_mark_states(known, cell, list);
	is_known = !strcmp("x", json_string_value(json_object_get(json_array_get(list, 0), "known"))
					?: "");
	json_decref(list);
	return is_known;
}

Test(known, a_crash_state_is_by_its_rules)
{
	cr_expect_not(state_is_known("xfs", "sync", "data"), "the entry says nothing of states");
	json_object_set_new(json_array_get(known, 0), "states",
			    json_pack("[s, s]", "data", "size"));
	cr_expect(state_is_known("xfs", "sync", "data"));
	cr_expect(state_is_known("xfs", "sync", "size"));
	cr_expect_not(state_is_known("xfs", "sync", "name"));
	cr_expect_not(state_is_known("xfs", "fsync", "data"));
	cr_expect_not(state_is_known("xfs", NULL, "data"));
	cr_expect_not(state_is_known("ext4", "sync", "data"));
}
