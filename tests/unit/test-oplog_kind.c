// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches an operation without a name, and an argument shown as what it is not. */
#include "checker/log/oplog_kind.h"
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
	expect_shown(OPLOG_RANGE_FLAGS, SYNC_FILE_RANGE_WRITE, "WRITE");
	expect_shown(OPLOG_RANGE_FLAGS, 7, "WAIT_BEFORE|WRITE|WAIT_AFTER");
	expect_shown(OPLOG_MAP_FLAGS, DX_MAP_READ | DX_MAP_PMD, "read|pmd");
	expect_shown(OPLOG_MAP_FLAGS, DX_MAP_READ | DX_MAP_SKEWED, "read|skewed");
	expect_shown(OPLOG_TOUCH, 1, "write");
	expect_shown(OPLOG_PHASE, 1, "run");
	expect_shown(OPLOG_PHASE, 9, "9");
	expect_shown(OPLOG_MODE, 0644, "0644");
	expect_shown(OPLOG_PERMISSIONS, 0640, "0640");
	expect_shown(OPLOG_GENERATION, 5 << 4 | 3, "3.5");
	expect_shown(OPLOG_BYTES, 4096, "4096");
}

static void expect_parsed(enum oplog_arg_type type, const char *text, uint64_t want)
{
	uint64_t got = ~want;

	cr_expect_eq(oplog_arg_parse(type, text, &got), 0, "%s", text);
	cr_expect_eq(got, want, "%s: %#llx", text, (unsigned long long)got);
}

static void expect_refused(enum oplog_arg_type type, const char *text)
{
	uint64_t got = 7;

	cr_expect_lt(oplog_arg_parse(type, text, &got), 0, "\"%s\" taken", text);
}

Test(oplog_kind, arguments_are_read_back)
{
	static const uint64_t values[] = { 0, 1, 2, 3, 5, 64, O_SYNC, O_RDWR | O_CREAT, ~0ULL };
	char buf[256];

	for (int type = OPLOG_NUMBER; type <= OPLOG_ACCESS; type++) {
		if (type == OPLOG_HANDLE || type == OPLOG_GENERATION)
			continue;
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			expect_parsed((enum oplog_arg_type)type,
				      oplog_arg_format((enum oplog_arg_type)type, values[i], buf,
						       sizeof(buf)),
				      values[i]);
	}
	expect_parsed(OPLOG_BYTES, "2M", 2 << 20);
	expect_parsed(OPLOG_OPEN_FLAGS, "O_RDONLY|O_CREAT|0x10", O_CREAT | 0x10);
	expect_parsed(OPLOG_ACCESS, "ro", 1);
	expect_refused(OPLOG_BYTES, "-1");
	expect_refused(OPLOG_BYTES, "99999999999999999999");
	expect_refused(OPLOG_NUMBER, "2M");
	expect_refused(OPLOG_OPEN_FLAGS, "");
	expect_refused(OPLOG_OPEN_FLAGS, "O_RDWR|");
	expect_refused(OPLOG_OPEN_FLAGS, "O_RDWR|O_CREATE");
	expect_refused(OPLOG_MAP_FLAGS, "O_RDONLY");
	expect_refused(OPLOG_FLUSH_KIND, "flush");
	expect_refused(OPLOG_RANGE_FLAGS, "MS_SYNC");
	expect_refused(OPLOG_MODE, "0689");
}

Test(oplog_kind, each_operation_is_found_by_its_name)
{
	for (unsigned int op = DX_OP_BASELINE; op < DX_OP_COUNT; op++)
		cr_expect_eq(oplog_kind_find(oplog_kind(op)->name), op);
	cr_expect_eq(oplog_kind_find("no-such"), DX_OP_NONE);
	cr_expect_eq(oplog_kind_find(""), DX_OP_NONE);
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
