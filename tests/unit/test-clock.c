// SPDX-License-Identifier: GPL-2.0-or-later
/* What a clock can be held to on any machine; the counting is tested in the guest. */
#include "bench/clock.h"

#include <criterion/criterion.h>

Test(clock, goes_forward)
{
	for (int unit = CLOCK_NS; unit <= CLOCK_INSN; unit++) {
		uint64_t a = clock_now((enum clock_unit)unit), b;

		for (int i = 0; i < 1000; i++) {
			b = clock_now((enum clock_unit)unit);
			cr_assert(b >= a);
			a = b;
		}
	}
}

Test(clock, names)
{
	cr_assert_str_eq(clock_unit_name(CLOCK_NS), "ns");
	cr_assert_str_eq(clock_unit_name(CLOCK_INSN), "insn");
}

Test(clock, overhead_is_small)
{
	cr_assert(clock_overhead(CLOCK_NS) < 100000);
	cr_assert(clock_overhead(CLOCK_INSN) > 0);
}

Test(clock, ticks_are_counted)
{
	int64_t before = clock_ticks_served();

	cr_assert(before >= 0 || before == -1);
	cr_assert(clock_ticks_served() >= before);
}

/* Root alone may read it; then it grows by what is slept, on some CPU. */
Test(clock, idle_time_is_known_to_root)
{
	int64_t before = clock_idle_ns();

	cr_assert(before >= -1);
	if (before >= 0)
		cr_assert(clock_idle_ns() >= before);
}
