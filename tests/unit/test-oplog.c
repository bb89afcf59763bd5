// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader of the operation log against logs that are wrong in one place each,
 * and against every length that a file can be cut to.
 */
#include "tests/unit/oplog-fixture.h"

TestSuite(oplog, .init = set_up, .fini = tear_down);

/* The log is refused, and @says is in the reason. */
static void expect_refused(const char *says)
{
	struct oplog *log;
	struct err e = { 0 };

	cr_assert_eq(oplog_parse(&log, f.log, LOG_SIZE, "log", &e), -EBADMSG, "taken, want: %s",
		     says);
	cr_expect(strstr(e.what, says), "\"%s\", want: %s", e.what, says);
}

/* ---- wrong logs ---- */

static struct dx_rec *valid_store(void)
{
	struct dx_rec *rec;

	do_drains(&f.worker[0], 3);
	rec = record(0, 1);
	rec->op = DX_OP_STORE;
	rec->handle = 2;
	rec->arg[0] = 64;
	rec->arg[1] = 8;
	rec->arg[3] = 5 << 4;
	oplog_close(read_log());
	return rec;
}

#define REFUSED(name, says, ...)                                                                   \
	Test(oplog, name)                                                                          \
	{                                                                                          \
		struct dx_rec *rec = valid_store();                                                \
                                                                                                   \
		__VA_ARGS__;                                                                       \
		(void)rec;                                                                         \
		expect_refused(says);                                                              \
	}

REFUSED(bad_magic, "no operation log", header()->magic[3] ^= 1)
REFUSED(bad_version, "version 2", header()->version = 2)
REFUSED(no_areas, "0 workers", header()->areas = 0)
REFUSED(too_many_areas, "17 workers", header()->areas = DX_LOG_WORKERS + 1)
REFUSED(odd_area_size, "area of", header()->area_size = AREA + 64)
REFUSED(huge_area_size, "area of", header()->area_size = UINT64_MAX & ~(DX_PAGE - 1))
REFUSED(endless_text, "without an end", memset(header()->fs, 'x', sizeof(header()->fs)))
REFUSED(wrong_worker_of_area, "head of the area", area(3)->worker = 4)
REFUSED(unknown_reason, "head of the area", area(3)->full = DX_FULL_COUNT)
REFUSED(used_beyond_room, "head of the area", area(3)->used = area(3)->room + 1)
REFUSED(room_beyond_area, "head of the area", area(3)->room++)
REFUSED(unknown_op, "record 1: unknown operation", rec->op = DX_OP_COUNT)
REFUSED(empty_in_the_middle, "record 1: empty", rec->op = DX_OP_NONE)
REFUSED(wrong_worker, "another worker", rec->worker = 1)
REFUSED(no_handle, "names no file", rec->handle = 0)
REFUSED(handle_beyond, "names no file", rec->handle = DX_LOG_WORKERS << DX_HANDLE_BITS | 1)
REFUSED(odd_size, "neither 1, 2, 4 nor 8", rec->arg[1] = 3)
REFUSED(unaligned, "not aligned", rec->arg[0] = 63)
REFUSED(unused_argument, "does not have", rec->arg[2] = 1)
REFUSED(wide_generation, "generation", rec->arg[3] = 1 << 20)
REFUSED(foreign_generation, "generation", rec->arg[3] = 5 << 4 | 1)
REFUSED(range_overflows, "beyond", rec->arg[0] = INT64_MAX - 7)
REFUSED(offset_overflows, "beyond", rec->arg[0] = UINT64_MAX - 7)
REFUSED(result_positive, "does not have", rec->result = 1)
REFUSED(result_too_negative, "does not have", rec->result = -4096)
REFUSED(more_than_asked_for, "does not have", rec->op = DX_OP_READ; rec->arg[3] = 0;
	rec->result = 9)
REFUSED(odd_load, "one word", rec->op = DX_OP_LOAD; rec->arg[3] = 0; rec->arg[1] = 4)
REFUSED(odd_populate, "neither read nor write", rec->op = DX_OP_POPULATE; rec->arg[3] = 0;
	rec->arg[2] = 2)
REFUSED(no_bytes, "1 to 64", rec->op = DX_OP_STORE_BYTES; rec->arg[1] = 0)
REFUSED(too_many_bytes, "1 to 64", rec->op = DX_OP_STORE_BYTES; rec->arg[1] = 65)
REFUSED(odd_unaligned, "of 8 bytes", rec->op = DX_OP_STORE_UNALIGNED; rec->arg[1] = 4)
REFUSED(reflink_of_nothing, "names no file", rec->op = DX_OP_REFLINK; rec->arg[0] = 0)
REFUSED(reflink_overflows, "beyond", rec->op = DX_OP_REFLINK; rec->arg[0] = 1;
	rec->arg[1] = INT64_MAX; rec->arg[2] = 0; rec->arg[3] = 4096)
REFUSED(mode_with_a_type, "permission bits", rec->op = DX_OP_CHMOD; rec->arg[0] = 01000;
	rec->arg[1] = rec->arg[3] = 0)
REFUSED(unknown_attribute, "no such attribute", rec->op = DX_OP_REMOVEXATTR;
	rec->arg[0] = DX_XATTRS; rec->arg[1] = rec->arg[3] = 0)
REFUSED(attribute_too_large, "too many", rec->op = DX_OP_SETXATTR; rec->arg[0] = 0;
	rec->arg[1] = DX_XATTR_MAX + 1)
REFUSED(attribute_of_nothing, "of no bytes", rec->op = DX_OP_SETXATTR; rec->arg[0] = 0;
	rec->arg[1] = 0)
REFUSED(unknown_attribute_set, "no such attribute", rec->op = DX_OP_SETXATTR;
	rec->arg[0] = DX_XATTRS)
REFUSED(no_return_in_the_middle, "has not returned", rec->end = 0)
REFUSED(result_without_return, "before the return", rec->end = 0; rec->result = -5)
REFUSED(stray_text, "belongs to no operation", rec->op = DX_OP_TEXT; rec->text[0] = 0)
REFUSED(stray_extent, "promises nothing", record(0, 0)->op = DX_OP_ENV_MOUNT;
	rec->op = DX_OP_EXTENT; rec->arg[3] = 0)
REFUSED(missing_name, "name is missing", rec->op = DX_OP_UNLINK; rec->handle = 0;
	memset(rec->arg, 0, sizeof(rec->arg)))
REFUSED(odd_fill, "whole words", rec->op = DX_OP_FILL; rec->arg[1] = 12)
REFUSED(unknown_target, "kind of device", rec->op = DX_OP_TARGET; rec->handle = 0; rec->arg[0] = 2;
	rec->arg[1] = rec->arg[2] = rec->arg[3] = 0)
REFUSED(unknown_phase, "phase", rec->op = DX_OP_PHASE; rec->handle = 0; rec->arg[0] = 3;
	rec->arg[1] = rec->arg[3] = 0)

/* sync, an extent behind it, then what @change makes wrong of it. */
static struct dx_rec *sync_with_extents(void)
{
	do_drains(&f.worker[0], 3);
	record(0, 0)->op = DX_OP_SYNC;
	for (uint64_t i = 1; i < 3; i++) {
		record(0, i)->op = DX_OP_EXTENT;
		record(0, i)->handle = 1;
		record(0, i)->result = (int64_t)i - 1;
		record(0, i)->arg[2] = 4096;
	}
	oplog_close(read_log());
	return record(0, 2);
}

Test(oplog, extent_out_of_order)
{
	sync_with_extents()->result = 2;
	expect_refused("out of order");
}

Test(oplog, extent_without_file)
{
	sync_with_extents()->handle = 0;
	expect_refused("names no file");
}

Test(oplog, extent_beyond)
{
	sync_with_extents()->arg[1] = UINT64_MAX;
	expect_refused("ends beyond");
}

/* ---- files ---- */

static int open_file(off_t at, uint64_t len, struct oplog **ret, struct err *e)
{
	char path[64];
	int fd = openat(f.dx.root, "file", O_RDWR | O_CREAT | O_TRUNC, 0600);

	cr_assert(fd >= 0);
	cr_assert_eq(pwrite(fd, f.log, len, at), (ssize_t)len);
	close(fd);
	snprintf(path, sizeof(path), "%s/file", f.dir);
	return oplog_open(ret, path, e);
}

Test(oplog, is_found_behind_an_info_block)
{
	struct oplog *log;
	struct err e;

	do_drains(&f.worker[0], 3);
	for (uint64_t at = 0; at <= DX_LOG_SEARCH; at += DX_LOG_STEP) {
		cr_assert_eq(open_file((off_t)at, LOG_SIZE, &log, &e), 0, "at %llu: %s",
			     (unsigned long long)at, e.what);
		cr_expect_eq(oplog_count(log), 3);
		oplog_close(log);
	}
	cr_expect_eq(open_file((off_t)(DX_LOG_SEARCH + DX_LOG_STEP), LOG_SIZE, &log, &e), -EBADMSG);
	cr_expect_eq(open_file(4096, LOG_SIZE, &log, &e), -EBADMSG);
}

Test(oplog, cut_at_every_length)
{
	uint64_t last = DX_LOG_HEADER + (DX_LOG_WORKERS - 1) * AREA + sizeof(struct dx_log_area);
	struct oplog *log;
	struct err e;

	do_drains(&f.worker[DX_LOG_WORKERS - 1], 2);
	last += 2 * sizeof(struct dx_rec);
	for (uint64_t len = 0; len < last; len += 61) {
		cr_assert_eq(open_file(0, len, &log, &e), -EBADMSG, "%llu bytes",
			     (unsigned long long)len);
	}
	cr_assert_eq(open_file(0, last - 1, &log, &e), -EBADMSG);
	cr_expect(strstr(e.what, "ends inside"), "%s", e.what);
	cr_assert_eq(open_file(0, last, &log, &e), 0, "%s", e.what);
	oplog_close(log);
}

Test(oplog, what_is_no_file)
{
	struct oplog *log;
	struct err e;

	cr_expect_eq(oplog_open(&log, "/nonexistent/log", &e), -ENOENT);
	cr_expect_eq(oplog_open(&log, f.dir, &e), -EBADMSG);
	cr_expect_eq(oplog_open(&log, "/dev/zero", &e), -EBADMSG);
	cr_expect_eq(mkfifoat(f.dx.root, "file", 0600), 0);
	{
		char path[64];

		snprintf(path, sizeof(path), "%s/file", f.dir);
		cr_expect_eq(oplog_open(&log, path, &e), -EBADMSG, "a FIFO must not hold us up");
	}
	oplog_close(NULL);
}
