// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cost of promises: caught is a count that takes what is needed for waste, one
 * that sees no waste, and a report that names the same place twice or another one.
 */
#include "bench/check/cost.h"
#include "tests/unit/checker-fixture.h"

#define KERNEL 0xffffffff81000000ULL

TestSuite(cost, .init = start_run, .fini = end_run);

static json_t *places(void)
{
	const struct linecheck_violation *v;
	struct attribution *a;
	json_t *j;

	judge(&v);
	cr_assert_eq(attribution_open(&a, NULL, 0, NULL, NULL), 0);
	j = cost_describe(lc, a);
	cr_assert(json_is_array(j));
	attribution_close(a);
	return j;
}

static json_int_t number(const json_t *list, size_t i, const char *member)
{
	return json_integer_value(json_object_get(json_array_get(list, i), member));
}

static const char *text_at(const json_t *list, size_t i, const char *member)
{
	return json_string_value(json_object_get(json_array_get(list, i), member));
}

/* The record added last is by this instruction. */
static void from(uint64_t ip)
{
	run.rec[run.n - 1].ip = ip;
}

Test(cost, nothing_is_wasted)
{
	json_t *j;

	map_store(0);
	map_store(64);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 2, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	sync_end();
	j = places();
	cr_expect_eq(json_array_size(j), 0);
	cr_expect_eq(linecheck_counts(lc)->write_backs, 2);
	cr_expect_eq(linecheck_counts(lc)->clean + linecheck_counts(lc)->twice, 0);
	json_decref(j);
}

Test(cost, clean_twice_and_idle_by_whom)
{
	json_t *j;

	map_store(0);
	sync_begin(DX_OP_FSYNC);
	write_back(AT(0), 64, DX_TRACE_CLWB);
	from(KERNEL);
	write_back(AT(0), 1, DX_TRACE_CLWB);
	from(KERNEL + 0x100);
	fence(DX_TRACE_SFENCE);
	from(KERNEL + 0x200);
	fence(DX_TRACE_SFENCE);
	from(KERNEL + 0x300);
	sync_end();
	j = places();
	cr_assert_eq(json_array_size(j), 3);
	cr_expect_str_eq(text_at(j, 0, "kind"), "write-back");
	cr_expect_eq(number(j, 0, "events"), 64);
	cr_expect_eq(number(j, 0, "clean"), 63);
	cr_expect_eq(number(j, 0, "twice"), 0);
	cr_expect_eq(number(j, 1, "twice"), 1);
	cr_expect_str_eq(json_string_value(json_object_get(
				 json_object_get(json_array_get(j, 1), "site"), "where")),
			 "0xffffffff81000100");
	cr_expect_str_eq(text_at(j, 2, "kind"), "fence");
	cr_expect_eq(number(j, 2, "clean"), 1, "the fence that drained is no waste");
	json_decref(j);
}

/* The stack has words of earlier calls in it: the same place comes with many stacks. */
Test(cost, one_place_is_one_entry)
{
	json_t *j;

	for (int i = 0; i < 3; i++) {
		write_back(AT(0), 1, DX_TRACE_CLWB);
		from(KERNEL);
		run.rec[run.n - 1].stack = (uint32_t)i;
		write_back(AT(64), 1, DX_TRACE_CLWB);
		from(KERNEL + 0x100);
	}
	write_back(AT(64), 1, DX_TRACE_CLWB);
	from(KERNEL + 0x100);
	j = places();
	cr_assert_eq(json_array_size(j), 2);
	cr_expect_eq(number(j, 0, "clean"), 4, "the worst is first");
	cr_expect_eq(number(j, 1, "clean"), 3);
	json_decref(j);
}

Test(cost, the_worst_are_kept)
{
	json_t *j;

	for (uint64_t i = 0; i < COST_PLACES + 5; i++)
		for (uint64_t k = 0; k <= i; k++) {
			write_back(AT(0), 1, DX_TRACE_CLWB);
			from(KERNEL + i * 0x100);
		}
	j = places();
	cr_assert_eq(json_array_size(j), COST_PLACES);
	for (uint64_t i = 0; i < COST_PLACES; i++)
		cr_expect_eq(number(j, i, "clean"), (json_int_t)(COST_PLACES + 5 - i));
	json_decref(j);
}

/* Bytes that a promise makes newly durable: not those that it only covers again. */
static void expect_fresh(uint64_t bytes, uint64_t lines)
{
	const struct linecheck_violation *v;

	cr_expect_eq(judge(&v), 0);
	cr_expect_eq(linecheck_counts(lc)->fresh_bytes, bytes, "%llu bytes",
		     (unsigned long long)linecheck_counts(lc)->fresh_bytes);
	cr_expect_eq(linecheck_counts(lc)->fresh_lines, lines, "%llu lines",
		     (unsigned long long)linecheck_counts(lc)->fresh_lines);
}

Test(cost, promised_anew)
{
	map_store(0);
	map_store(8);
	map_store(64);
	good_sync(DX_OP_FSYNC);
	expect_fresh(24, 2);
}

Test(cost, promised_again)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	good_sync(DX_OP_FSYNC);
	good_sync(DX_OP_MSYNC);
	expect_fresh(8, 1);
}

Test(cost, overwritten_and_promised_anew)
{
	map_store(0);
	map_store(8);
	good_sync(DX_OP_FSYNC);
	map_store(8);
	map_store(8);
	good_sync(DX_OP_MSYNC);
	expect_fresh(16 + 8, 1 + 1);
}

/* ---- as text ---- */

static char *print(json_t *results)
{
	size_t len;
	char *out = NULL;
	FILE *stream = open_memstream(&out, &len);

	cost_print(stream, results);
	fclose(stream);
	json_decref(results);
	return out;
}

static json_t *cell(json_t *redundant)
{
	return json_pack("[{s:s, s:s, s:{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o}}]",
			 "workload", "msync-page", "fs", "ext4", "check", "lines_written_back", 640,
			 "lines_needed", 10, "lines_clean", 627, "lines_twice", 3, "fences", 12,
			 "fences_idle", 2, "stored_bytes_nt", 4096, "promised_fresh_bytes", 80,
			 "promised_fresh_lines", 10, "redundant", redundant);
}

static json_t *place(const char *kind, const char *where, const char *entry)
{
	return json_pack("{s:s, s:i, s:i, s:i, s:{s:s, s:s}}", "kind", kind, "events", 640, "clean",
			 627, "twice", 3, "site", "where", where, "entry", entry);
}

Test(cost, text)
{
	char *out = print(cell(json_pack("[o, o]", place("write-back", "flush_it+0x12", "msync"),
					 place("fence", "main.c:3 run()", ""))));

	cr_expect(strstr(out, "ext4 msync-page: "), "%s", out);
	cr_expect(strstr(out, "80 bytes anew, in 10 lines"), "%s", out);
	cr_expect(strstr(out, "640 lines: 10 needed, 627 clean, 3 twice"), "%s", out);
	cr_expect(strstr(out, "64 for each promised line, 512 bytes for each byte"), "%s", out);
	cr_expect(strstr(out, "12: 10 needed, 2 idle"), "%s", out);
	cr_expect(strstr(out, "      627       3     640 lines  flush_it+0x12 in msync\n"), "%s",
		  out);
	cr_expect(strstr(out, "      627       -     640 fences main.c:3 run()\n"), "%s", out);
	free(out);
}

Test(cost, text_without_waste)
{
	char *out = print(cell(json_array()));

	cr_expect(strstr(out, "in vain       nothing"), "%s", out);
	cr_expect_not(strstr(out, "CLEAN"), "%s", out);
	free(out);
}

Test(cost, text_fits_a_terminal)
{
	char *out = print(cell(
		json_pack("[o]", place("fence", "a_function_with_a_name+0xa1 [a_module]\033[31m",
				       "thread with_a_name_too"))));

	for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"))
		cr_expect(strlen(line) <= 80 && !strchr(line, 033), "%s", line);
	free(out);
}

/* A cell that was not judged has no cost. */
Test(cost, text_of_nothing)
{
	char *out = print(json_pack("[{s:s, s:s, s:n}]", "workload", "null", "fs", "", "check"));

	cr_expect_str_empty(out);
	free(out);
}
