// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a name that is missing or read beyond its table: numbers come from files. */
#include "checker/trace/trace_name.h"

#include <criterion/criterion.h>

Test(trace_name, each_has_one)
{
	struct dx_trace_rec rec = { .kind = DX_TRACE_WRITE_BACK, .detail = DX_TRACE_CLFLUSHOPT };

	for (unsigned int i = 1; i < DX_TRACE_KINDS; i++)
		cr_expect_str_neq(trace_kind_name(i), "?");
	cr_expect_str_eq(trace_kind_name(DX_TRACE_NONE), "?");
	cr_expect_str_eq(trace_kind_name(DX_TRACE_KINDS), "?");
	cr_expect_str_eq(trace_fence_name(DX_TRACE_IO), "io");
	cr_expect_str_eq(trace_fence_name(DX_TRACE_FENCES), "?");
	cr_expect_str_eq(trace_write_back_name(3), "?");
	cr_expect_str_eq(trace_ended_name(3), "?");
	cr_expect_str_eq(trace_record_name(&rec), "clflushopt");
}

Test(trace_name, flags)
{
	char buf[64], tight[8];

	cr_expect_str_eq(trace_flags_format(0, buf, sizeof(buf)), "");
	cr_expect_str_eq(trace_flags_format(0xff, buf, sizeof(buf)), "user nt string wide locked");
	cr_expect_str_eq(trace_flags_format(DX_TRACE_NT, buf, sizeof(buf)), "nt");
	cr_expect_str_eq(trace_flags_format(0xff, tight, sizeof(tight)), "user nt");
	cr_expect_eq(trace_flag_name(5), NULL);
	cr_expect(trace_flag_name(4));
}
