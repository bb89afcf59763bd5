// SPDX-License-Identifier: GPL-2.0-or-later
/* What became of which state: nothing is forgotten, mixed up, or kept twice. */
#include "checker/states/outcomes.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct outcomes *all;

static void begin_outcomes(void)
{
	all = outcomes_new();
	cr_assert(all);
}

static void end_outcomes(void)
{
	outcomes_free(all);
}

TestSuite(outcomes, .init = begin_outcomes, .fini = end_outcomes);

/* One that says @result of the mount. */
static struct dump *make_dump(int64_t result)
{
	unsigned char *room = malloc(1024);
	struct dump *dump = NULL;
	struct dump_out out;
	struct err e = { 0 };

	cr_assert(room);
	dump_out_begin(&out, room, 1024);
	dump_out_step(&out, DUMP_MOUNT, result, "");
	cr_assert_eq(dump_parse(&dump, room, dump_out_end(&out), &e), 0, "%s", e.what);
	return dump;
}

static int64_t result_of(uint64_t state)
{
	const struct dump *dump = outcomes_find(all, state);

	return dump ? dump_step(dump, DUMP_MOUNT)->result : -1;
}

Test(outcomes, what_was_not_added_is_not_found)
{
	cr_expect_null(outcomes_find(all, 0));
	cr_expect_eq(outcomes_add(all, 1, make_dump(0)), 0);
	cr_expect_null(outcomes_find(all, 0));
	cr_expect_null(outcomes_find(all, 1 + 4096));
	cr_expect_eq(outcomes_states(all), 1);
}

Test(outcomes, states_keep_what_became_of_each)
{
	for (uint64_t i = 0; i < 20000; i += 7)
		cr_assert_eq(
			outcomes_add(all, i * 0x9e3779b97f4a7c15ULL, make_dump((int64_t)i % 5)), 0);
	for (uint64_t i = 0; i < 20000; i += 7)
		cr_expect_eq(result_of(i * 0x9e3779b97f4a7c15ULL), (int64_t)i % 5);
	cr_expect_eq(outcomes_states(all), 2858);
	cr_expect_eq(outcomes_dumps(all), 5);
}

Test(outcomes, so_do_those_that_look_alike_in_their_last_bits)
{
	cr_expect_eq(outcomes_add(all, 1, make_dump(1)), 0);
	cr_expect_eq(outcomes_add(all, 1 + 4096, make_dump(2)), 0);
	cr_expect_eq(outcomes_add(all, 1ULL << 60 | 1, make_dump(3)), 0);
	cr_expect_eq(result_of(1), 1);
	cr_expect_eq(result_of(1 + 4096), 2);
	cr_expect_eq(result_of(1ULL << 60 | 1), 3);
}

Test(outcomes, equal_dumps_are_kept_once)
{
	cr_expect_eq(outcomes_add(all, 1, make_dump(7)), 0);
	cr_expect_eq(outcomes_add(all, 2, make_dump(7)), 0);
	cr_expect_eq(outcomes_find(all, 1), outcomes_find(all, 2));
	cr_expect_eq(outcomes_states(all), 2);
	cr_expect_eq(outcomes_dumps(all), 1);
}

Test(outcomes, none_are_freed)
{
	outcomes_free(NULL);
}
