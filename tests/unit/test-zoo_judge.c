// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches what makes a mutant look caught that is not: a known failure, a cell that could not
 * be run, a count that nobody declared.
 */
#include "bench/zoo/zoo_judge.h"

#include <criterion/criterion.h>

static struct zoo_findings judge(const char *text)
{
	json_t *document = json_loads(text, JSON_DECODE_ANY, NULL);
	struct zoo_findings f;

	cr_assert_not_null(document, "%s", text);
	f = zoo_judge(document);
	json_decref(document);
	return f;
}

#define CELL(status, more)                                                                         \
	"{\"results\": [{\"workload\": \"w\", \"fs\": \"ext4\", \"status\": \"" status             \
	"\", \"reason\": \"r\"" more "}]}"

Test(zoo_judge, nothing)
{
	struct zoo_findings f = judge(CELL("pass", ", \"states\": null, \"violations\": []"));

	cr_expect_not(zoo_found(&f));
	cr_expect_eq(f.cells, 1);
	cr_expect_eq(f.failed, 0);
	f = judge("{}");
	cr_expect_not(zoo_found(&f));
	cr_expect_eq(f.cells, 0);
	f = judge(CELL("skip", ""));
	cr_expect_eq(f.cells, 0);
	cr_expect_eq(f.failed, 0);
}

Test(zoo_judge, lines_and_content)
{
	struct zoo_findings f = judge(CELL("fail",
					   ", \"violations\": [{\"fault\": \"not drained\"},"
					   "{\"fault\": \"not written back\", \"known\": null},"
					   "{\"fault\": \"hole\"}, {\"fault\": \"other content\"},"
					   "{\"fault\": \"foreign store\"}]"));

	cr_expect_eq(f.seen[ZOO_LINES], 2);
	cr_expect_eq(f.seen[ZOO_CONTENT], 3);
	cr_expect_eq(f.seen[ZOO_STATES], 0);
	cr_expect_str_eq(f.first[ZOO_LINES], "ext4 w");
	cr_expect_str_eq(f.first[ZOO_STATES], "");
	cr_expect_eq(f.cells, 1);
}

Test(zoo_judge, what_is_known_is_nothing)
{
	struct zoo_findings f = judge(
		CELL("xfail", ", \"violations\": [{\"fault\": \"hole\", \"known\": \"docs/x.md\"}],"
			      "\"states\": {\"violations\": [{\"known\": \"docs/x.md\"}]}"));

	cr_expect_not(zoo_found(&f));
	cr_expect_eq(f.cells, 1);
}

Test(zoo_judge, states)
{
	struct zoo_findings f =
		judge(CELL("fail", ", \"violations\": [], \"states\": {\"violations\": [{}, {}]}"));

	cr_expect_eq(f.seen[ZOO_STATES], 2);
	cr_expect_eq(f.seen[ZOO_LINES], 0);
}

Test(zoo_judge, counts_that_are_declared)
{
	struct zoo_findings f = judge(CELL(
		"fail", ", \"counts\": {\"of_ops\": 9, \"pte_faults\": 3, \"lines\": null},"
			"\"expected\": {\"pte_faults\": 3, \"pmd_faults\": null, \"lines\": 64}"));

	cr_expect_not(zoo_found(&f));
	cr_expect_eq(f.cells, 1);
	f = judge(CELL("fail", ", \"counts\": {\"of_ops\": 9, \"pte_faults\": 0},"
			       "\"expected\": {\"pte_faults\": 4}"));
	cr_expect_eq(f.seen[ZOO_COUNTS], 1);
	cr_expect_eq(f.failed, 0);
	cr_expect_eq(f.cells, 1);
	f = judge(CELL("error", ""));
	cr_expect_not(zoo_found(&f));
	cr_expect_eq(f.failed, 1);
	cr_expect_str_eq(f.reason, "ext4 w: r");
}

Test(zoo_judge, a_kernel_that_dies)
{
	struct zoo_findings f = judge("{\"guest_end\": \"panicked\", \"results\": []}");

	cr_expect_eq(f.seen[ZOO_KERNEL], 1);
	cr_expect_str_eq(f.first[ZOO_KERNEL], "panicked");
	f = judge("{\"guest_end\": \"hung\", \"results\": [{\"workload\": \"w\", \"fs\": \"ext4\","
		  "\"status\": \"error\"}]}");
	cr_expect_eq(f.seen[ZOO_KERNEL], 1);
	cr_expect_eq(f.failed, 0);
	cr_expect_str_eq(f.first[ZOO_KERNEL], "ext4 w");
	f = judge("{\"guest_end\": \"died\", \"results\": []}");
	cr_expect_not(zoo_found(&f));
}

Test(zoo_judge, what_several_have_seen_is_added_up)
{
	struct zoo_findings f = { .seen[ZOO_LINES] = 1, .first[ZOO_LINES] = "a", .cells = 2 },
			    more = { .seen = { [ZOO_LINES] = 2, [ZOO_STATES] = 3 },
				     .first = { [ZOO_LINES] = "b", [ZOO_STATES] = "c" },
				     .cells = 1,
				     .failed = 1,
				     .reason = "why" };

	zoo_add(&f, &more);
	cr_expect_eq(f.seen[ZOO_LINES], 3);
	cr_expect_eq(f.seen[ZOO_STATES], 3);
	cr_expect_str_eq(f.first[ZOO_LINES], "a");
	cr_expect_str_eq(f.first[ZOO_STATES], "c");
	cr_expect_eq(f.cells, 3);
	cr_expect_eq(f.failed, 1);
	cr_expect_str_eq(f.reason, "why");
}
