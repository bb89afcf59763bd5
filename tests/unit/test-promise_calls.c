// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which bytes a call promises, row by row of docs/promises.md: what a row promises and
 * is lost must be found, what it does not promise must not. Catches a checker that
 * takes a call for one that promises more, or less.
 */
#include "tests/unit/checker-fixture.h"

#include <errno.h>
#include <linux/falloc.h>
#include <sys/uio.h>

#define OTHER	    3U
#define OTHER_BLOCK (9 * DX_PAGE)
#define VIEW	    4U
#define SECOND_MAP  5U

/* A file of two pages, and where they lie is known. */
static void start(void)
{
	start_run();
	simple(DX_OP_TRUNCATE, FILE_HANDLE, 2 * DX_PAGE, 0, 0, 0);
	begin(DX_OP_MAP, MAP_HANDLE, FILE_HANDLE, 0, 2 * DX_PAGE,
	      DX_MAP_READ | DX_MAP_WRITE | DX_MAP_SYNC);
	end(0x7000);
	map_store(1024);
	map_store(DX_PAGE + 1024);
	begin(DX_OP_FSYNC, FILE_HANDLE, 0, 0, 0, 0);
	write_back(AT(0), 64, DX_TRACE_CLWB);
	write_back(AT(DX_PAGE), 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, BLOCK, 2 * DX_PAGE, 0);
}

TestSuite(promise_calls, .init = start, .fini = end_run);

/* Stored, and never written back: found if it is promised, and only then. */
static void lose(uint64_t offset)
{
	map_store(offset);
}

static void call(enum dx_log_op op, uint32_t handle, uint64_t a0, uint64_t a1, uint64_t a2)
{
	simple(op, handle, a0, a1, a2, 0);
}

static void expect_lost_at(uint64_t offset)
{
	expect_caught_at(offset, LINECHECK_NOT_WRITTEN_BACK);
}

/* Another file, whose page was stored to and lies at OTHER_BLOCK. */
static void lose_of_other(void)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, OTHER, 0, generation);

	open_file(OTHER, "other", O_RDWR | O_CREAT);
	begin(DX_OP_WRITE, OTHER, 0, 8, 0, generation);
	store(DEVICE + OTHER_BLOCK, &value, 8);
	end(8);
}

static void tell_of_other(void)
{
	extent(OTHER, 0, 0, OTHER_BLOCK, DX_PAGE, 0);
}

/* ---- calls on all that there is ---- */

static const struct {
	enum dx_log_op op;
	uint64_t arg;
} of_all[] = {
	{ DX_OP_SYNC, 0 },
	{ DX_OP_SYNCFS, 0 },
	{ DX_OP_ENV_UMOUNT, 0 },
	{ DX_OP_ENV_REMOUNT, 1 },
};

Test(promise_calls, each_call_on_the_file_system_promises_all_of_a_file)
{
	for (size_t i = 0; i < sizeof(of_all) / sizeof(of_all[0]); i++) {
		end_run();
		start();
		lose(DX_PAGE);
		call(of_all[i].op, 0, of_all[i].arg, 0, 0);
		expect_lost_at(DX_PAGE);
	}
}

Test(promise_calls, and_of_each_file)
{
	lose_of_other();
	call(DX_OP_SYNC, 0, 0, 0, 0);
	tell_of_other();
	cr_expect_str_eq(expect_caught(LINECHECK_NOT_WRITTEN_BACK)->file->first_name, "other");
}

Test(promise_calls, the_oldest_file_is_one_of_them)
{
	open_file(OTHER, "other", O_RDWR | O_CREAT);
	lose(0);
	call(DX_OP_SYNC, 0, 0, 0, 0);
	expect_lost_at(0);
}

Test(promise_calls, syncing_one_file_promises_nothing_of_another)
{
	lose_of_other();
	call(DX_OP_FSYNC, FILE_HANDLE, 0, 0, 0);
	tell_of_other();
	expect_clean();
}

Test(promise_calls, remounting_to_write_promises_nothing)
{
	lose(0);
	call(DX_OP_ENV_REMOUNT, 0, 0, 0, 0);
	expect_clean();
}

Test(promise_calls, mounting_and_closing_promise_nothing)
{
	lose(0);
	call(DX_OP_ENV_MOUNT, 0, 0, 0, 0);
	call(DX_OP_ENV_DROP_CACHES, 0, 0, 0, 0);
	call(DX_OP_CLOSE, FILE_HANDLE, 0, 0, 0);
	expect_clean();
}

Test(promise_calls, sync_file_range_promises_nothing)
{
	lose(0);
	call(DX_OP_SYNC_FILE_RANGE, FILE_HANDLE, 0, DX_PAGE, 7);
	expect_clean();
}

Test(promise_calls, attributes_promise_nothing)
{
	lose(0);
	call(DX_OP_CHMOD, FILE_HANDLE, 0600, 0, 0);
	call(DX_OP_SETXATTR, FILE_HANDLE, 0, 1, 0);
	call(DX_OP_REMOVEXATTR, FILE_HANDLE, 0, 0, 0);
	expect_clean();
}

Test(promise_calls, fsync_and_fdatasync_promise_all_of_their_file)
{
	static const enum dx_log_op ops[] = { DX_OP_FSYNC, DX_OP_FDATASYNC };

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		end_run();
		start();
		lose(DX_PAGE);
		call(ops[i], FILE_HANDLE, 0, 0, 0);
		expect_lost_at(DX_PAGE);
	}
}

/* ---- msync ---- */

static void msync_range(uint64_t offset, uint64_t length, int flags)
{
	call(DX_OP_MSYNC, MAP_HANDLE, offset, length, (uint64_t)flags);
}

Test(promise_calls, msync_promises_the_pages_of_its_range)
{
	lose(DX_PAGE);
	msync_range(DX_PAGE + 100, 1, MS_SYNC);
	expect_lost_at(DX_PAGE);
}

Test(promise_calls, msync_promises_the_page_that_its_range_ends_in)
{
	lose(DX_PAGE + 512);
	msync_range(0, DX_PAGE + 1, MS_SYNC);
	expect_lost_at(DX_PAGE + 512);
}

Test(promise_calls, msync_promises_no_other_pages)
{
	lose(0);
	lose(DX_PAGE);
	msync_range(0, 0, MS_SYNC);
	expect_clean();
	msync_range(DX_PAGE, 1, MS_SYNC);
	go_on();
	expect_lost_at(DX_PAGE);
	cr_expect_eq(linecheck_violations(lc, &(const struct linecheck_violation *){ NULL }), 1);
}

Test(promise_calls, msync_that_does_not_wait_promises_nothing)
{
	lose(0);
	msync_range(0, DX_PAGE, MS_ASYNC);
	msync_range(0, DX_PAGE, MS_INVALIDATE);
	expect_clean();
}

Test(promise_calls, msync_counts_from_where_the_mapping_begins)
{
	begin(DX_OP_MAP, SECOND_MAP, FILE_HANDLE, DX_PAGE, DX_PAGE, DX_MAP_READ | DX_MAP_WRITE);
	end(0x9000);
	lose(0);
	lose(DX_PAGE + 8);
	call(DX_OP_MSYNC, SECOND_MAP, 0, DX_PAGE, MS_SYNC);
	expect_lost_at(DX_PAGE + 8);
}

Test(promise_calls, msync_of_a_private_mapping_promises_nothing)
{
	begin(DX_OP_MAP, SECOND_MAP, FILE_HANDLE, 0, DX_PAGE, DX_MAP_READ | DX_MAP_PRIVATE);
	end(0x9000);
	lose(0);
	call(DX_OP_MSYNC, SECOND_MAP, 0, DX_PAGE, MS_SYNC);
	expect_clean();
}

/* A mapping by a descriptor that cannot write, as POSIX and docs/promises.md have it. */
static void map_read_only(void)
{
	open_file(VIEW, "file", O_RDONLY);
	begin(DX_OP_MAP, SECOND_MAP, VIEW, 0, 2 * DX_PAGE, DX_MAP_READ);
	end(0x9000);
}

Test(promise_calls, msync_of_a_read_only_mapping_promises_its_range)
{
	map_read_only();
	lose(0);
	lose(DX_PAGE);
	call(DX_OP_MSYNC, SECOND_MAP, DX_PAGE, DX_PAGE, MS_SYNC);
	expect_lost_at(DX_PAGE);
}

/* The second page was moved, and nothing of it is at its new place. */
static void tell_of_a_move(void)
{
	extent(FILE_HANDLE, 0, 0, BLOCK, DX_PAGE, 0);
	extent(FILE_HANDLE, 1, DX_PAGE, OTHER_BLOCK, DX_PAGE, 0);
}

Test(promise_calls, msync_makes_the_files_extents_durable)
{
	msync_range(0, DX_PAGE, MS_SYNC);
	tell_of_a_move();
	expect_caught_at(DX_PAGE + 1024, LINECHECK_CONTENT);
}

Test(promise_calls, msync_of_a_read_only_mapping_does_not)
{
	map_read_only();
	call(DX_OP_MSYNC, SECOND_MAP, 0, DX_PAGE, MS_SYNC);
	tell_of_a_move();
	expect_clean();
}

/* The second page lies nobody knows where, and this is not asked of the call. */
Test(promise_calls, nor_is_it_asked_for_pages_out_of_its_range)
{
	map_read_only();
	simple(DX_OP_FALLOCATE, FILE_HANDLE, FALLOC_FL_UNSHARE_RANGE, DX_PAGE, DX_PAGE, 0);
	call(DX_OP_MSYNC, SECOND_MAP, 0, DX_PAGE, MS_SYNC);
	expect_clean();
}

/* ---- writes that sync ---- */

/* Through @handle; what it wrote is drained, or not. */
static void write_by(enum dx_log_op op, uint32_t handle, uint64_t flags, int64_t result,
		     bool drained)
{
	uint64_t generation = next_generation(), words[2];

	words[0] = dx_pattern64(SEED, handle, 0, generation);
	words[1] = dx_pattern64(SEED, handle, 8, generation);
	begin(op, handle, 0, sizeof(words), flags, generation);
	store_nt(AT(0), words, (uint32_t)(result > 0 ? result : (int64_t)sizeof(words)));
	if (drained)
		fence(DX_TRACE_SFENCE);
	end(result);
}

static void open_synchronous(uint64_t flag)
{
	open_file(VIEW, "file", O_RDWR | flag);
}

Test(promise_calls, a_write_through_a_synchronous_descriptor_promises_itself)
{
	static const uint64_t flags[] = { O_DSYNC, O_SYNC };
	static const enum dx_log_op ops[] = { DX_OP_WRITE, DX_OP_WRITEV };

	for (size_t i = 0; i < 4; i++) {
		end_run();
		start();
		open_synchronous(flags[i % 2]);
		write_by(ops[i / 2], VIEW, 0, 16, false);
		expect_caught_at(0, LINECHECK_NOT_DRAINED);
	}
}

Test(promise_calls, a_write_with_a_synchronous_flag_promises_itself)
{
	static const uint64_t flags[] = { RWF_DSYNC, RWF_SYNC };

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		end_run();
		start();
		write_by(DX_OP_WRITE, FILE_HANDLE, flags[i], 16, false);
		expect_caught_at(0, LINECHECK_NOT_DRAINED);
	}
}

Test(promise_calls, a_synchronous_write_that_drains_is_right)
{
	open_synchronous(O_DSYNC);
	write_by(DX_OP_WRITE, VIEW, 0, 16, true);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 2);
}

Test(promise_calls, another_write_promises_nothing)
{
	write_by(DX_OP_WRITE, FILE_HANDLE, 0, 16, false);
	write_by(DX_OP_WRITE, FILE_HANDLE, RWF_HIPRI, 16, false);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 1);
}

Test(promise_calls, a_synchronous_write_promises_what_it_wrote_only)
{
	lose(64);
	lose(DX_PAGE);
	write_by(DX_OP_WRITE, FILE_HANDLE, RWF_DSYNC, 16, true);
	expect_clean();
}

/* Of 16 bytes 8 were written: that the others are as before is right, too. */
Test(promise_calls, a_short_synchronous_write_promises_what_it_came_to)
{
	lose(8);
	write_by(DX_OP_WRITE, FILE_HANDLE, RWF_DSYNC, 8, true);
	expect_clean();
	write_by(DX_OP_WRITE, FILE_HANDLE, RWF_DSYNC, 8, false);
	go_on();
	expect_caught_at(0, LINECHECK_NOT_DRAINED);
}

Test(promise_calls, a_synchronous_write_that_failed_promises_nothing)
{
	write_by(DX_OP_WRITE, FILE_HANDLE, RWF_DSYNC, -EIO, false);
	write_by(DX_OP_WRITE, FILE_HANDLE, RWF_DSYNC, 0, false);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 1);
}

Test(promise_calls, a_synchronous_write_makes_the_files_extents_durable)
{
	write_by(DX_OP_WRITE, FILE_HANDLE, RWF_DSYNC, 16, true);
	tell_of_a_move();
	expect_caught_at(DX_PAGE + 1024, LINECHECK_CONTENT);
}

/* ---- the program's own flushes ---- */

static void flush(uint64_t offset, uint64_t length)
{
	call(DX_OP_FLUSH, MAP_HANDLE, offset, length, 0);
}

static void drain(void)
{
	begin(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	fence(DX_TRACE_SFENCE);
	end(0);
}

static void copy_nt(uint64_t offset, bool stored)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, FILE_HANDLE, offset, generation);

	begin(DX_OP_COPY_NT, MAP_HANDLE, offset, 8, 0, generation);
	if (stored)
		store_nt(AT(offset), &value, 8);
	end(0);
}

Test(promise_calls, a_flush_promises_once_it_is_drained)
{
	lose(8);
	flush(8, 1);
	expect_clean();
	drain();
	go_on();
	expect_lost_at(8);
}

Test(promise_calls, a_flush_is_of_whole_lines)
{
	lose(56);
	lose(64);
	flush(8, 1);
	drain();
	expect_lost_at(56);
	cr_expect_eq(linecheck_violations(lc, &(const struct linecheck_violation *){ NULL }), 1);
}

Test(promise_calls, what_is_stored_after_the_flush_is_not_promised)
{
	flush(0, 64);
	lose(0);
	drain();
	expect_clean();
}

/* What sync promised of a line that was flushed before is not the drain's to break. */
Test(promise_calls, what_another_call_promised_after_the_flush_is_not_the_drains)
{
	const struct linecheck_violation *first;

	lose(8);
	flush(0, 64);
	lose(16);
	call(DX_OP_FSYNC, FILE_HANDLE, 0, 0, 0);
	drain();
	cr_assert_eq(judge(&first), 3);
	for (size_t i = 0; i < 3; i++)
		cr_expect(first[i].offset == 8 || first[i].promise->rec->op == DX_OP_FSYNC);
	cr_expect_eq(first[2].promise->rec->op, DX_OP_DRAIN);
}

Test(promise_calls, a_drain_promises_once)
{
	flush(0, 64);
	drain();
	lose(0);
	drain();
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 2);
}

Test(promise_calls, non_temporal_stores_promise_themselves_once_drained)
{
	copy_nt(0, false);
	drain();
	expect_caught(LINECHECK_CONTENT);
}

Test(promise_calls, non_temporal_stores_that_are_there_are_right)
{
	copy_nt(0, true);
	drain();
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 2);
}

Test(promise_calls, non_temporal_stores_promise_nothing_before)
{
	copy_nt(0, false);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 1);
}

Test(promise_calls, non_temporal_stores_promise_nothing_beside_them)
{
	lose(8);
	copy_nt(0, true);
	drain();
	expect_clean();
}

/* Without MAP_SYNC the blocks may be gone, whatever a program flushes. */
Test(promise_calls, a_flush_binds_mappings_with_map_sync_only)
{
	begin(DX_OP_MAP, SECOND_MAP, FILE_HANDLE, 0, DX_PAGE, DX_MAP_READ | DX_MAP_WRITE);
	end(0x9000);
	lose(0);
	call(DX_OP_FLUSH, SECOND_MAP, 0, 64, 0);
	drain();
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 1);
}

Test(promise_calls, a_flush_counts_from_where_the_mapping_begins)
{
	begin(DX_OP_MAP, SECOND_MAP, FILE_HANDLE, DX_PAGE, DX_PAGE,
	      DX_MAP_READ | DX_MAP_WRITE | DX_MAP_SYNC);
	end(0x9000);
	lose(0);
	lose(DX_PAGE);
	call(DX_OP_FLUSH, SECOND_MAP, 0, 64, 0);
	drain();
	expect_lost_at(DX_PAGE);
}

/* ---- what the program relies on ---- */

Test(promise_calls, what_a_program_relies_on_is_promised)
{
	lose(64);
	call(DX_OP_RELY, MAP_HANDLE, 64, 8, 0);
	expect_lost_at(64);
}

Test(promise_calls, and_no_byte_more)
{
	lose(56);
	lose(72);
	call(DX_OP_RELY, MAP_HANDLE, 64, 8, 0);
	expect_clean();
}

Test(promise_calls, relying_counts_from_where_the_mapping_begins)
{
	begin(DX_OP_MAP, SECOND_MAP, FILE_HANDLE, DX_PAGE, DX_PAGE, DX_MAP_READ | DX_MAP_WRITE);
	end(0x9000);
	lose(0);
	lose(DX_PAGE);
	call(DX_OP_RELY, SECOND_MAP, 0, 8, 0);
	expect_lost_at(DX_PAGE);
}

/* ---- whatever the call is ---- */

static void unlink_file(void)
{
	begin(DX_OP_UNLINK, 0, 0, 0, 0, 0);
	text("file");
	end(0);
}

Test(promise_calls, a_file_without_a_name_is_promised_nothing)
{
	unlink_file();
	lose(0);
	call(DX_OP_FSYNC, FILE_HANDLE, 0, 0, 0);
	call(DX_OP_SYNC, 0, 0, 0, 0);
	call(DX_OP_MSYNC, MAP_HANDLE, 0, DX_PAGE, MS_SYNC);
	call(DX_OP_RELY, MAP_HANDLE, 0, DX_PAGE, 0);
	flush(0, 64);
	drain();
	write_by(DX_OP_WRITE, FILE_HANDLE, RWF_DSYNC, 16, false);
	expect_clean();
}

Test(promise_calls, a_file_with_one_name_left_is)
{
	begin(DX_OP_LINK, 0, 0, 0, 0, 0);
	text("file");
	text("second");
	end(0);
	unlink_file();
	lose(0);
	call(DX_OP_FSYNC, FILE_HANDLE, 0, 0, 0);
	expect_lost_at(0);
}

Test(promise_calls, a_call_that_failed_promises_nothing)
{
	static const enum dx_log_op ops[] = { DX_OP_FSYNC, DX_OP_FDATASYNC, DX_OP_SYNCFS };

	lose(0);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		simple(ops[i], FILE_HANDLE, 0, 0, 0, -EIO);
	simple(DX_OP_MSYNC, MAP_HANDLE, 0, DX_PAGE, MS_SYNC, -EIO);
	simple(DX_OP_ENV_UMOUNT, 0, 0, 0, 0, -EBUSY);
	simple(DX_OP_RELY, MAP_HANDLE, 0, DX_PAGE, 0, -EIO);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 1);
}

Test(promise_calls, a_store_by_a_mapping_without_map_sync_is_no_condition)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, FILE_HANDLE, 0, generation);

	begin(DX_OP_MAP, SECOND_MAP, FILE_HANDLE, 0, DX_PAGE, DX_MAP_READ | DX_MAP_WRITE);
	end(0x9000);
	begin(DX_OP_STORE, SECOND_MAP, 0, 8, 0, generation);
	store(AT(0), &value, 8);
	end(0);
	call(DX_OP_FSYNC, FILE_HANDLE, 0, 0, 0);
	cr_expect_eq(expect_caught(LINECHECK_NOT_WRITTEN_BACK)->conditions, 0);
}

Test(promise_calls, only_drains_and_what_is_relied_on_are_the_programs)
{
	lose(0);
	call(DX_OP_RELY, MAP_HANDLE, 0, 8, 0);
	cr_expect(promise_is_applications(expect_caught(LINECHECK_NOT_WRITTEN_BACK)->promise));
	end_run();
	start();
	lose(0);
	flush(0, 8);
	drain();
	cr_expect(promise_is_applications(expect_caught(LINECHECK_NOT_WRITTEN_BACK)->promise));
	end_run();
	start();
	lose(0);
	call(DX_OP_MSYNC, MAP_HANDLE, 0, 8, MS_SYNC);
	cr_expect_not(promise_is_applications(expect_caught(LINECHECK_NOT_WRITTEN_BACK)->promise));
}

/* ---- a device in place of files: kind 0 a block device, 1 device-dax ---- */

#define DEVICE_SIZE (RANGE_SIZE - DX_PMD)

static void start_device(uint64_t kind)
{
	set_up();
	memset(&run, 0, sizeof(run));
	simple(DX_OP_TARGET, 0, kind, DEVICE_SIZE, kind ? DX_PMD : 0, 0);
	simple(DX_OP_DEVICE, 0, 0, 0, DEVICE, 0);
	run.op->arg[3] = DEVICE_SIZE;
	open_file(FILE_HANDLE, "device", O_RDWR);
	begin(DX_OP_MAP, MAP_HANDLE, FILE_HANDLE, 0, 2 * DX_PAGE, DX_MAP_READ | DX_MAP_WRITE);
	end(0x7000);
}

/* Byte @offset of the device is byte @offset behind where it begins. */
static void store_to_device(uint64_t offset)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, FILE_HANDLE, offset, generation);

	begin(DX_OP_STORE, MAP_HANDLE, offset, 8, 0, generation);
	store(DEVICE + offset, &value, 8);
	end(0);
}

static void device_call(enum dx_log_op op, uint32_t handle, uint64_t a0, uint64_t a1, uint64_t a2)
{
	call(op, handle, a0, a1, a2);
	extent(FILE_HANDLE, 0, 0, 0, DEVICE_SIZE, 0);
}

static const struct {
	enum dx_log_op op;
	uint32_t handle;
	uint64_t arg[3];
	bool of_block; /* promises something of a block device */
} of_devices[] = {
	{ DX_OP_FSYNC, FILE_HANDLE, { 0 }, true },
	{ DX_OP_FDATASYNC, FILE_HANDLE, { 0 }, true },
	{ DX_OP_MSYNC, MAP_HANDLE, { 0, 2 * DX_PAGE, MS_SYNC }, true },
	{ DX_OP_SYNC, 0, { 0 }, true },
	{ DX_OP_SYNCFS, 0, { 0 }, false },
};

TestSuite(promise_device, .fini = end_run);

static void try_device(uint64_t kind, size_t i)
{
	start_device(kind);
	store_to_device(DX_PAGE);
	device_call(of_devices[i].op, of_devices[i].handle, of_devices[i].arg[0],
		    of_devices[i].arg[1], of_devices[i].arg[2]);
}

/* Its size is what the log says: nothing has made it grow. */
Test(promise_device, a_block_device_is_synced_by_what_syncs_files)
{
	for (size_t i = 0; i < sizeof(of_devices) / sizeof(of_devices[0]); i++) {
		try_device(0, i);
		if (of_devices[i].of_block)
			expect_lost_at(DX_PAGE);
		else
			expect_clean();
		end_run();
	}
	start_device(0);
}

Test(promise_device, device_dax_is_synced_by_nothing)
{
	for (size_t i = 0; i < sizeof(of_devices) / sizeof(of_devices[0]); i++) {
		try_device(1, i);
		expect_clean();
		cr_expect_eq(linecheck_counts(lc)->promises, 0, "operation %d", of_devices[i].op);
		end_run();
	}
	start_device(1);
}

/* Stores, maybe flushes, and drains; without MAP_SYNC. */
static void flush_device(uint64_t kind, bool write_it_back)
{
	start_device(kind);
	store_to_device(0);
	begin(DX_OP_FLUSH, MAP_HANDLE, 0, 64, 0, 0);
	if (write_it_back)
		write_back(DEVICE, 1, DX_TRACE_CLWB);
	end(0);
	begin(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	fence(DX_TRACE_SFENCE);
	end(0);
	extent(FILE_HANDLE, 0, 0, 0, DEVICE_SIZE, 0);
}

Test(promise_device, device_dax_is_bound_by_a_flush)
{
	flush_device(1, false);
	expect_lost_at(0);
	end_run();
	flush_device(1, true);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promised_bytes, 64, "%lu bytes",
		     (unsigned long)linecheck_counts(lc)->promised_bytes);
}

/* What is mapped of a block device are pages of the cache. */
Test(promise_device, a_block_device_is_not)
{
	flush_device(0, false);
	expect_clean();
	cr_expect_eq(linecheck_counts(lc)->promises, 0);
}

Test(promise_device, what_a_program_relies_on_is_promised)
{
	start_device(1);
	store_to_device(64);
	device_call(DX_OP_RELY, MAP_HANDLE, 64, 8, 0);
	expect_lost_at(64);
}
