// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches an operation without a name, and an argument shown as what it is not. */
#include "checker/oplog_kind.h"
#include "daxbench/workload.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/mman.h>

static void expect_shown(enum oplog_arg_type type, uint64_t value, const char *want)
{
	char buf[256];

	cr_expect_str_eq(oplog_arg_format(type, value, buf, sizeof(buf)), want);
}

Test(oplog_kind, arguments_are_named)
{
	expect_shown(OPLOG_OPEN_FLAGS, O_RDONLY, "O_RDONLY");
	expect_shown(OPLOG_OPEN_FLAGS, O_RDWR | O_CREAT | O_TRUNC, "O_RDWR|O_CREAT|O_TRUNC");
	expect_shown(OPLOG_OPEN_FLAGS, O_RDONLY | O_DIRECTORY, "O_RDONLY|O_DIRECTORY");
	expect_shown(OPLOG_OPEN_FLAGS, O_WRONLY | O_SYNC, "O_WRONLY|O_SYNC");
	expect_shown(OPLOG_OPEN_FLAGS, O_WRONLY | 1ULL << 40, "O_WRONLY|0x10000000000");
	expect_shown(OPLOG_MSYNC_FLAGS, 0, "0");
	expect_shown(OPLOG_MSYNC_FLAGS, MS_SYNC, "MS_SYNC");
	expect_shown(OPLOG_MAP_FLAGS, DX_MAP_READ | DX_MAP_PMD, "read|pmd");
	expect_shown(OPLOG_PHASE, 1, "run");
	expect_shown(OPLOG_PHASE, 9, "9");
	expect_shown(OPLOG_MODE, 0644, "0644");
	expect_shown(OPLOG_GENERATION, 5 << 4 | 3, "3.5");
	expect_shown(OPLOG_BYTES, 4096, "4096");
}

Test(oplog_kind, each_operation_has_a_name)
{
	for (unsigned int op = DX_OP_BASELINE; op < DX_OP_COUNT; op++)
		cr_expect(oplog_kind(op) && oplog_kind(op)->name, "operation %u", op);
	cr_expect_null(oplog_kind(DX_OP_NONE));
	cr_expect_null(oplog_kind(DX_OP_TEXT));
	cr_expect_null(oplog_kind(DX_OP_EXTENT));
	cr_expect_null(oplog_kind(DX_OP_COUNT));
	cr_expect_null(oplog_kind(~0U));
}
