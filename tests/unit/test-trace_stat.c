// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches counts that take a run for one event, a mark's worker for bytes, or
 * one range for another.
 */
#include "checker/trace/trace_stat.h"
#include "tests/unit/trace-fixture.h"

static void set_up_two_ranges(void)
{
	set_up();
	f.header.ranges = 2;
	f.header.range[1] = (struct dx_trace_range){ BASE + SIZE, SIZE };
	begin_trace();
}

TestSuite(trace_stat, .init = set_up_two_ranges, .fini = tear_down);

static struct trace_stat count_all(void)
{
	struct trace *t;
	struct trace_stat s;
	struct err e = { 0 };

	end_trace();
	t = open_trace();
	next(t);
	cr_assert_eq(trace_stat_read(&s, t, &e), 0, "%s", e.what);
	cr_expect_eq(trace_blocks(t), 1);
	trace_close(t);
	return s;
}

#define EXPECT(n, r, e, b)                                                                         \
	cr_expect((n).records == (r) && (n).events == (e) && (n).bytes == (b),                     \
		  #n ": %llu records, %llu events, %llu bytes", (unsigned long long)(n).records,   \
		  (unsigned long long)(n).events, (unsigned long long)(n).bytes)

Test(trace_stat, counts)
{
	struct trace_stat s;

	image(BASE, 1);
	image(BASE + SIZE, 1);
	image(BASE + SIZE + 4096, 1);
	store(BASE, 8);
	store(BASE + 8, 8);
	store_from(BASE + SIZE, 16, DX_TRACE_NT | DX_TRACE_WIDE, KERNEL);
	store_from(BASE + SIZE - 8, 4, DX_TRACE_USER, 0x401000);
	write_back(BASE, DX_TRACE_CLWB);
	write_back(BASE + 64, DX_TRACE_CLWB);
	write_back(BASE + SIZE, DX_TRACE_CLFLUSH);
	fence(DX_TRACE_SFENCE);
	fence(DX_TRACE_LOCK);
	mark(9, 5, 1);
	mark(9, 5, 2);
	mark(9, 5, 77);
	s = count_all();
	EXPECT(s.kind[DX_TRACE_STORE], 3, 4, 36);
	EXPECT(s.store_kernel, 2, 3, 32);
	EXPECT(s.store_flag[0], 1, 1, 4);
	EXPECT(s.store_flag[1], 1, 1, 16);
	EXPECT(s.store_flag[3], 1, 1, 16);
	EXPECT(s.store_flag[4], 0, 0, 0);
	EXPECT(s.write_back[DX_TRACE_CLWB], 1, 2, 128);
	EXPECT(s.write_back[DX_TRACE_CLFLUSH], 1, 1, 64);
	EXPECT(s.fence[DX_TRACE_SFENCE], 1, 1, 0);
	EXPECT(s.fence[DX_TRACE_LOCK], 1, 1, 0);
	EXPECT(s.mark[0], 1, 1, 0);
	EXPECT(s.mark[1], 1, 1, 0);
	EXPECT(s.mark[2], 1, 1, 0);
	EXPECT(s.range[0].stored, 2, 3, 20);
	EXPECT(s.range[0].stored_nt, 0, 0, 0);
	EXPECT(s.range[0].written_back, 1, 2, 128);
	EXPECT(s.range[0].image, 1, 0, 4096);
	EXPECT(s.range[1].stored, 1, 1, 16);
	EXPECT(s.range[1].stored_nt, 1, 1, 16);
	EXPECT(s.range[1].written_back, 1, 1, 64);
	EXPECT(s.range[1].image, 2, 0, 8192);
	cr_expect_eq(s.raw, 13 * 40 + 16 + 16 + 8 + 3 * 4096);
}
