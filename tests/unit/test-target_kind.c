// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a workload that would run on another kind of target than it needs. */
#include "bench/target/target_kind.h"

#include <criterion/criterion.h>

#include "daxbench/workload.h"

Test(target_kind, by_what_is_needed)
{
	static const struct {
		unsigned int needs;
		enum target_kind kind;
	} want[] = {
		{ 0, TARGET_NONE },
		{ DX_NEED_THREADS, TARGET_NONE },
		{ DX_NEED_DAX, TARGET_FS },
		{ DX_NEED_MAP_SYNC | DX_NEED_THREADS, TARGET_FS },
		{ DX_NEED_FS, TARGET_FS },
		{ DX_NEED_OWN_FS, TARGET_FS },
		{ DX_NEED_RAW | DX_NEED_THREADS, TARGET_RAW },
		{ DX_NEED_DEVDAX, TARGET_DEVDAX },
		{ DX_NEED_DEVDAX_4K, TARGET_DEVDAX_4K },
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		cr_expect_eq(target_kind_of(want[i].needs), want[i].kind, "of %#x: %d",
			     want[i].needs, target_kind_of(want[i].needs));
}

/* What a result has as its file system says which kind it was. */
Test(target_kind, names_come_back)
{
	for (unsigned int kind = TARGET_RAW; kind < TARGET_KINDS; kind++)
		cr_expect_eq(target_kind_named(target_kind_name((enum target_kind)kind)), kind);
	cr_expect_null(target_kind_name(TARGET_FS));
	cr_expect_null(target_kind_name(TARGET_NONE));
	cr_expect_eq(target_kind_named("xfs-rt"), TARGET_FS);
	cr_expect_eq(target_kind_named(""), TARGET_FS);
	cr_expect_eq(target_kind_named("devdax-2m"), TARGET_FS);
}

Test(target_kind, only_device_dax_is_aligned)
{
	cr_expect_eq(target_kind_align(TARGET_FS), 0);
	cr_expect_eq(target_kind_align(TARGET_RAW), 0);
	cr_expect_eq(target_kind_align(TARGET_DEVDAX), DX_PMD);
	cr_expect_eq(target_kind_align(TARGET_DEVDAX_4K), DX_PAGE);
}
