// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a last figure of another machine, kernel, unit or size, and an old one taken for the
 * last. */
#include "bench/results/last.h"
#include "tests/unit/run-fixture.h"

#define NS(low, median, high) RUN_CELL("a", "ext4", "", "ns", low, median, high)

static struct err e;
static struct last l;
static struct results_file baseline;

static void tear_down(void)
{
	last_release(&l);
	results_file_release(&baseline);
	remove_dir();
}

TestSuite(last, .init = make_dir, .fini = tear_down);

static json_t *load(const char *text)
{
	json_error_t where;
	json_t *j = json_loads(text, 0, &where);

	cr_assert_not_null(j, "%s", where.text);
	return j;
}

static void put_json(const char *name, json_t *j)
{
	char *text = json_dumps(j, 0);

	put_set(name, text);
	free(text);
	json_decref(j);
}

/* What the column says of cell @i of @now. */
static const char *says(const char *now, size_t i)
{
	static char buf[64];
	json_t *j = load(now);

	last_release(&l);
	cr_assert_eq(last_find(dir, j, &l, &e), 0, "%s", e.what);
	json_decref(j);
	return last_format(&l, i, false, buf, sizeof(buf));
}

Test(last, the_newest_whole_set)
{
	const char *now = RUN(RUN_COUNT("a", "1", "1000") "," RUN_COUNT("a", "4", "20"));

	cr_assert_str_eq(says(now, 0), "-");
	cr_assert_not(last_any(&l));
	put_set("20260101T000000Z-x-1", RUN(RUN_COUNT("a", "1", "1000")));
	cr_assert_str_eq(says(now, 0), "same");
	cr_assert(last_any(&l));
	cr_assert_str_eq(says(now, 1), "-", "other pages");
	put_set("20260102T000000Z-x-1", RUN(RUN_COUNT("a", "1", "2000")));
	cr_assert_str_eq(says(now, 0), "2 000 -50%");
	put_set("20260103T000000Z-x-1.partial", RUN(RUN_COUNT("a", "1", "3000")));
	put_set("20260104T000000Z-x-1", "{}");
	put_set("latest", RUN(RUN_COUNT("a", "1", "3000")));
	cr_assert_str_eq(says(now, 0), "2 000 -50%", "neither half nor broken, nor twice");
	put_set("20260105T000000Z-x-1", RUN(RUN_COUNT("a", "4", "20")));
	cr_assert_str_eq(says(now, 0), "2 000 -50%", "each from the newest that has it");
	cr_assert_str_eq(says(now, 1), "same");
}

Test(last, no_figure_of_another_kind)
{
	const char *now = RUN(RUN_COUNT("a", "1", "1000"));
	json_t *j = load(now);

	put_set("20260101T000000Z-x-1", RUN_OF("daxbench-result-1", RUN_ENVIRONMENT("6.1", "10.0"),
					       "[" RUN_COUNT("a", "1", "1") "]"));
	put_set("20260102T000000Z-x-1",
		RUN_OF("daxbench-result-1", RUN_ENVIRONMENT("6.12.1", "9.0"),
		       "[" RUN_COUNT("a", "1", "1") "]"));
	put_set("20260103T000000Z-x-1",
		RUN(RUN_CELL("a", "xfs", "\"pages\":1", "insn", "1", "1", "1")));
	put_set("20260104T000000Z-x-1",
		RUN(RUN_CELL("a", "ext4", "\"pages\":1", "ns", "1", "1", "1")));
	json_object_set_new(json_array_get(json_object_get(j, "results"), 0), "status",
			    json_string("fail"));
	put_json("20260105T000000Z-x-1", j);
	j = load(now);
	json_object_set_new(j, "interrupted", json_true());
	put_json("20260106T000000Z-x-1", j);
	cr_assert_str_eq(says(now, 0), "-");
	put_set("20250101T000000Z-x-1", now);
	cr_assert_str_eq(says(now, 0), "same", "behind all of these");
}

Test(last, changes_as_they_matter)
{
	static const struct {
		const char *now, *says;
	} cases[] = {
		{ RUN(NS("990", "1000", "1010")), "same" },
		{ RUN(NS("1020", "1030", "1040")), "1.00 us +3.0%" },
		{ RUN(NS("500", "505", "510")), "1.00 us -50%" },
		{ RUN(NS("1005", "1015", "1025")), "1.00 us (+1.5%)" },
		{ RUN(NS("1000.4", "1000.5", "1020")), "1.00 us (+0.05%)" },
	};

	char brief[64];

	put_set("20260101T000000Z-x-1", RUN(NS("990", "1000", "1010")));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_str_eq(says(cases[i].now, 0), cases[i].says, "%s", says(cases[i].now, 0));
	says(cases[3].now, 0);
	cr_expect_str_eq(last_format(&l, 0, true, brief, sizeof(brief)), "(+1.5%)");
	says(cases[2].now, 0);
	cr_expect_str_eq(last_format(&l, 0, true, brief, sizeof(brief)), "-50%");
}

Test(last, counts_are_not_estimated)
{
	put_set("20260101T000000Z-x-1",
		RUN(RUN_CELL("a", "ext4", "", "insn", "9000", "10000", "11000")));
	cr_assert_str_eq(says(RUN(RUN_CELL("a", "ext4", "", "insn", "9000", "10001", "11000")), 0),
			 "10 000 +0.01%");
}

Test(last, of_nothing)
{
	put_set("20260101T000000Z-x-1", RUN(RUN_COUNT("a", "1", "0") "," RUN_COUNT("a", "2", "0")));
	cr_assert_str_eq(says(RUN(RUN_COUNT("a", "1", "5") "," RUN_COUNT("a", "2", "0")), 0), "-",
			 "no share of nothing");
	cr_assert_str_eq(says(RUN(RUN_COUNT("a", "1", "5") "," RUN_COUNT("a", "2", "0")), 1),
			 "same");
}

Test(last, only_so_many_sets_are_read)
{
	char name[64];

	put_set("20200101T000000Z-x-1", RUN(RUN_COUNT("a", "1", "10")));
	for (int i = 1; i < LAST_MAX_SETS; i++) {
		snprintf(name, sizeof(name), "20260101T0000%02dZ-x-1", i);
		put_set(name, RUN(RUN_COUNT("b", "1", "10")));
	}
	cr_assert_str_eq(says(RUN(RUN_COUNT("a", "1", "10")), 0), "same");
	put_set("20260101T000000Z-x-1", RUN(RUN_COUNT("b", "1", "10")));
	cr_assert_str_eq(says(RUN(RUN_COUNT("a", "1", "10")), 0), "-");
}

Test(last, a_baseline_may_be_of_another_kernel)
{
	char buf[64];
	json_t *then = load(RUN_OF("daxbench-result-1", RUN_ENVIRONMENT("6.1", "10.0"),
				   "[" RUN_COUNT("a", "1", "1000") "]"));
	json_t *now = load(RUN(RUN_COUNT("a", "1", "1010") "," RUN_COUNT("a", "2", "1")));

	put_set("20260101T000000Z-x-1", RUN(RUN_COUNT("a", "2", "1")));
	cr_assert_eq(results_read_document(then, "then", &baseline, &e), 0);
	cr_assert_eq(last_in_baseline(&baseline, now, &l, &e), 0);
	cr_assert_str_eq(last_format(&l, 0, false, buf, sizeof(buf)), "1 000 +1.0%");
	cr_assert_str_eq(last_format(&l, 1, false, buf, sizeof(buf)), "-", "not in the baseline");
	json_decref(then);
	json_decref(now);
}
