// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which place in the code wrote back and fenced how often. Catches one place that is
 * counted as two, or two as one, and places that come in another order than they were
 * first seen in.
 */
#include "tests/unit/checker-fixture.h"

#include "checker/lines/linecheck_state.h"

TestSuite(linecheck_cost, .init = start_run, .fini = end_run);

#define FIRST  0xffffffff81000010ULL
#define SECOND (FIRST + LINECHECK_COST_BUCKETS) /* of the same bucket */
#define THIRD  (SECOND + LINECHECK_COST_BUCKETS)

static void write_back_by(uint64_t ip, uint32_t stack, uint32_t lines)
{
	write_back(AT(0), lines, DX_TRACE_CLWB);
	run.rec[run.n - 1].ip = ip;
	run.rec[run.n - 1].stack = stack;
}

static void expect_cost(const struct linecheck_cost *c, uint64_t ip, uint32_t stack,
			uint64_t events)
{
	cr_expect_eq(c->site.ip, ip, "%#llx, want %#llx", (unsigned long long)c->site.ip,
		     (unsigned long long)ip);
	cr_expect_eq(c->site.stack, stack);
	cr_expect_eq(c->events, events, "%llu events, want %llu", (unsigned long long)c->events,
		     (unsigned long long)events);
	cr_expect_eq(c->clean, events, "nothing had been stored");
}

Test(linecheck_cost, places_of_one_bucket_alternate)
{
	const struct linecheck_violation *v;
	const struct linecheck_cost *c;

	for (int i = 0; i < 100; i++) {
		write_back_by(FIRST, 0, 1);
		write_back_by(SECOND, 0, 2);
	}
	write_back_by(THIRD, 0, 5);
	write_back_by(FIRST, 0, 1);
	cr_expect_eq(judge(&v), 0);
	cr_assert_eq(linecheck_costs(lc, &c), 3);
	expect_cost(&c[0], FIRST, 0, 101);
	expect_cost(&c[1], SECOND, 0, 200);
	expect_cost(&c[2], THIRD, 0, 5);
}

/* They move when there is no room for one more: who follows them must not mind. */
Test(linecheck_cost, many_places_with_many_stacks)
{
	const struct linecheck_violation *v;
	const struct linecheck_cost *c;

	for (int i = 0; i < 3; i++)
		for (uint32_t k = 0; k < 500; k++)
			write_back_by(FIRST + k % 5 * LINECHECK_COST_BUCKETS, k / 5, 1);
	cr_expect_eq(judge(&v), 0);
	cr_assert_eq(linecheck_costs(lc, &c), 500);
	for (uint32_t k = 0; k < 500; k++)
		expect_cost(&c[k], FIRST + k % 5 * LINECHECK_COST_BUCKETS, k / 5, 3);
}
