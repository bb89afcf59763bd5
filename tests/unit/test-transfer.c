// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where transfers go. Caught here: one that overlaps another or the end of the file, an
 * offset that is not what "at" says, a seeded order that leaves out a slot or is none, and
 * one that another seed does not change.
 */
#include "workloads/transfer.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static const struct dx_workload some = { .params = { SIZE_PARAM, AT_PARAM, RANDOM_PARAM } };

static struct dx dx_of(uint64_t seed, uint64_t size, uint64_t at, bool random)
{
	return (struct dx){ .workload = &some, .seed = seed, .values = { size, at, random } };
}

/* Goes twice around. Returns how many transfers began where the one before ended. */
static uint64_t go_around(struct dx dx, uint64_t size, uint64_t at)
{
	struct transfer t = { 0 };
	uint64_t length = plan_transfers(&dx, &t, dx.values[2]), slots = length / t.slot;
	unsigned int *turns = calloc(slots, sizeof(*turns));
	uint64_t last = 0, in_order = 0;

	cr_assert(turns);
	cr_assert_eq(slots * t.slot, length);
	cr_expect_geq(t.slot, size + at, "they overlap");
	for (uint64_t i = 0; i < 2 * slots; i++) {
		uint64_t off = next_transfer(&t), slot = off / t.slot;

		cr_assert_leq(off + size, length);
		cr_assert_eq(off % t.slot, at);
		cr_assert_eq(turns[slot]++, i / slots, "slot %lu", slot);
		in_order += i && off == (last + t.slot) % length;
		last = off;
	}
	free(turns);
	return in_order;
}

static const struct {
	uint64_t size, at;
} cases[] = { { 1, 0 },	   { 1, 4095 },	 { 64, 8 },	 { 512, 0 },	{ 4096, 0 },
	      { 4096, 1 }, { 65536, 0 }, { 65537, 100 }, { DX_PMD, 0 }, { DX_PMD, 4095 } };

#define CASES (sizeof(cases) / sizeof(cases[0]))

Test(transfer, plain_order_is_that_of_the_file)
{
	for (size_t i = 0; i < CASES; i++) {
		struct dx dx = dx_of(1, cases[i].size, cases[i].at, false);
		struct transfer t = { 0 };
		uint64_t length = plan_transfers(&dx, &t, false), slots = length / t.slot;

		cr_expect_eq(next_transfer(&t), cases[i].at, "begins at its beginning");
		cr_expect_eq(go_around(dx, cases[i].size, cases[i].at), 2 * slots - 1);
	}
}

Test(transfer, seeded_order_has_each_slot_once)
{
	for (uint64_t seed = 0; seed < 50; seed++)
		for (size_t i = 0; i < CASES; i++)
			go_around(dx_of(seed, cases[i].size, cases[i].at, true), cases[i].size,
				  cases[i].at);
}

Test(transfer, seeded_order_is_none_of_the_file_and_the_seed_decides)
{
	struct dx one = dx_of(1, 4096, 0, true), two = dx_of(2, 4096, 0, true);
	struct transfer a = { 0 }, b = { 0 };
	unsigned int alike = 0;

	cr_expect_leq(go_around(one, 4096, 0), 8, "of 128");
	plan_transfers(&one, &a, true);
	plan_transfers(&two, &b, true);
	for (int i = 0; i < 64; i++)
		alike += next_transfer(&a) == next_transfer(&b);
	cr_expect_leq(alike, 16);
}
