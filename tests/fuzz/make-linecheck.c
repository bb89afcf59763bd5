// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the corpus of fuzz-linecheck into a directory (`make fuzz-corpus`): runs as the
 * unit tests script them, and what a log may say that no machine does.
 */
#include "tests/fuzz/fuzz-linecheck.h"
#include "tests/unit/checker-fixture.h"

#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/uio.h>

#define OTHER	   3U
#define NEVER_OPEN 9U

_Static_assert(BASE == FUZZ_LINECHECK_BASE && RANGE_SIZE == FUZZ_LINECHECK_SIZE,
	       "the fixture's NVDIMM is the fuzzer's");

static enum dx_log_full full;

/* ---- what happens in several of them ---- */

static void fallocate_file(uint64_t mode, uint64_t offset, uint64_t length)
{
	simple(DX_OP_FALLOCATE, FILE_HANDLE, mode, offset, length, 0);
}

static void write_file(uint64_t offset, uint64_t length, uint64_t flags, int64_t result)
{
	begin(DX_OP_WRITE, FILE_HANDLE, offset, length, flags, next_generation());
	end(result);
}

static void open_other(void)
{
	open_file(OTHER, "other", O_RDWR | O_CREAT);
}

/* ---- runs that are as they should be ---- */

static void synced(void)
{
	static const enum dx_log_op syncs[] = { DX_OP_MSYNC, DX_OP_FSYNC, DX_OP_FDATASYNC,
						DX_OP_SYNC };

	for (size_t i = 0; i < sizeof(syncs) / sizeof(syncs[0]); i++) {
		map_store(i * 64);
		good_sync(syncs[i]);
	}
}

static void not_written_back(void)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	sync_end();
	write_back(AT(0), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	map_store(0);
	store(AT(0), "foreign", 8);
}

static void flushed(void)
{
	begin(DX_OP_COPY_NT, MAP_HANDLE, 64, 64, 0, next_generation());
	store_nt(AT(64), "nontemporal", 8);
	end(0);
	simple(DX_OP_FLUSH, MAP_HANDLE, 3, 8, 0, 0);
	begin(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	fence(DX_TRACE_LOCK);
	sync_end();
	begin(DX_OP_RELY, MAP_HANDLE, 0, 64, 0, 0);
	sync_end();
}

static void written(void)
{
	write_file(0, 100, RWF_DSYNC, 60);
	extent(FILE_HANDLE, 0, 0, BLOCK, DX_PAGE, 0);
	write_file(DX_PAGE + 8, 8, 0, 8);
	write_file(0, 64, RWF_SYNC, -EIO);
	begin(DX_OP_STORE_BYTES, MAP_HANDLE, 61, 9, 0, next_generation());
	end(0);
	begin(DX_OP_STORE_UNALIGNED, MAP_HANDLE, 61, 8, 0, next_generation());
	end(0);
	good_sync(DX_OP_FSYNC);
}

static void shifted(void)
{
	write_file(0, 3 * DX_PAGE, 0, 3 * DX_PAGE);
	good_sync(DX_OP_FSYNC);
	fallocate_file(FALLOC_FL_COLLAPSE_RANGE, 0, DX_PAGE);
	good_sync(DX_OP_FSYNC);
	fallocate_file(FALLOC_FL_INSERT_RANGE, DX_PAGE, DX_PAGE);
	good_sync(DX_OP_FSYNC);
}

static void freed(void)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	fallocate_file(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 100);
	fallocate_file(FALLOC_FL_ZERO_RANGE, 50, DX_PAGE);
	fallocate_file(FALLOC_FL_UNSHARE_RANGE, 0, DX_PAGE);
	simple(DX_OP_TRUNCATE, FILE_HANDLE, 10, 0, 0, 0);
	simple(DX_OP_TRUNCATE, FILE_HANDLE, DX_PAGE, 0, 0, 0);
	good_sync(DX_OP_FSYNC);
	open_file(OTHER, "file", O_RDWR | O_TRUNC);
}

static void reflinked(void)
{
	open_other();
	map_store(8);
	simple(DX_OP_REFLINK, OTHER, FILE_HANDLE, 0, 0, 0);
	run.op->arg[3] = DX_PAGE;
	map_store(16);
	good_sync(DX_OP_SYNC);
	extent(OTHER, 0, 0, BLOCK, DX_PAGE, 0);
	simple(DX_OP_REFLINK, FILE_HANDLE, FILE_HANDLE, 0, 100, 0);
	run.op->arg[3] = DX_PAGE;
}

static void renamed(void)
{
	open_other();
	names(DX_OP_LINK, "file", "dir/second", 0);
	names(DX_OP_SYMLINK, "file", "third", 0);
	names(DX_OP_RENAME, "dir", "moved", 0);
	names(DX_OP_RENAME, "file", "other", RENAME_EXCHANGE);
	names(DX_OP_RENAME, "third", "other", 0);
	names(DX_OP_RENAME, "other", "other", 0);
	names(DX_OP_UNLINK, "moved/second", NULL, 0);
	good_sync(DX_OP_SYNC);
}

static void remade(void)
{
	map_store(0);
	simple(DX_OP_ENV_REMOUNT, 0, 1, 0, 0, 0);
	simple(DX_OP_ENV_UMOUNT, 0, 0, 0, 0, 0);
	simple(DX_OP_ENV_MKFS, 0, 0, 0, 0, 0);
	simple(DX_OP_ENV_MOUNT, 0, 0, 0, 0, 0);
	open_other();
	map_store(0);
	good_sync(DX_OP_SYNCFS);
	simple(DX_OP_PHASE, 0, 2, 0, 0, 0);
	map_store(0);
}

static void two_workers(void)
{
	struct dx_rec *sync;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	sync = run.op;
	map_store(0);
	run.op->worker = 1;
	run.op->arg[3] |= 1;
	run.op->begin = sync->begin;
	simple(DX_OP_TRUNCATE, FILE_HANDLE, 0, 0, 0, 0);
	run.op->worker = 1;
	run.op->end += 10;
	good_sync(DX_OP_FSYNC);
}

static void records_of_each_kind(void)
{
	static const struct dx_trace_frame frame[2] = { { .ret = 1 }, { .ret = 2 } };
	static unsigned char page[DX_PAGE];

	add_record(DX_TRACE_IMAGE, AT(0), 128, 0)->length = sizeof(page);
	add_record(DX_TRACE_STACK, 1, sizeof(frame), 0);
	memcpy(run.data[run.n - 1], frame, sizeof(frame));
	map_store(0);
	run.rec[run.n - 2].stack = 1;
	add_record(DX_TRACE_LOAD, AT(0), 8, 1)->detail = 3;
	good_sync(DX_OP_FSYNC);
	write_back(AT(0), 2, DX_TRACE_CLFLUSH);
	write_back(AT(0), 2, DX_TRACE_CLFLUSHOPT);
	store(AT(60), "two lines", 8);
	run.rec[run.n - 1].flags = DX_TRACE_WIDE;
}

/* ---- and what no machine does ---- */

static void device_elsewhere(void)
{
	record(0, 0)->arg[2] = BASE + RANGE_SIZE;
	map_store(0);
	good_sync(DX_OP_FSYNC);
	map_store(0);
	fence(DX_TRACE_SFENCE);
}

static void device_at_the_end(void)
{
	record(0, 0)->arg[2] = UINT64_MAX - DX_PAGE + 1;
	record(0, 0)->arg[3] = INT64_MAX;
	map_store(0);
	good_sync(DX_OP_FSYNC);
}

static void device_leaves_its_range(void)
{
	sync_begin(DX_OP_FSYNC);
	end(0);
	extent(FILE_HANDLE, 0, 0, BLOCK, DX_PAGE, 0);
	record(0, 0)->arg[2] = BASE + RANGE_SIZE - BLOCK;
	record(0, 0)->arg[3] = RANGE_SIZE;
	map_store(0);
	good_sync(DX_OP_FSYNC);
}

/* The log was full before the name: nothing is behind it, of this worker. */
static void lose_name(enum dx_log_op op, uint32_t handle, const char *first)
{
	full = DX_FULL_ROOM;
	begin(op, handle, op == DX_OP_OPEN ? O_CREAT | O_TRUNC : 0, 0, 0, 0);
	if (first)
		text(first);
	end(0);
}

static void no_name_to_open(void)
{
	lose_name(DX_OP_OPEN, OTHER, NULL);
}

static void no_name_to_unlink(void)
{
	lose_name(DX_OP_UNLINK, 0, NULL);
}

static void no_name_to_rename(void)
{
	lose_name(DX_OP_RENAME, 0, "file");
}

static void no_name_to_link(void)
{
	lose_name(DX_OP_LINK, 0, "file");
}

static void no_name_to_symlink(void)
{
	lose_name(DX_OP_SYMLINK, 0, NULL);
}

static void huge_file(uint64_t mode)
{
	map_store(0);
	simple(DX_OP_TRUNCATE, FILE_HANDLE, 64ULL << 30, 0, 0, 0);
	fallocate_file(mode, DX_PAGE, DX_PAGE);
	good_sync(DX_OP_FSYNC);
}

static void huge_collapse(void)
{
	huge_file(FALLOC_FL_COLLAPSE_RANGE);
}

static void huge_insert(void)
{
	huge_file(FALLOC_FL_INSERT_RANGE);
}

static void huge_punch(void)
{
	simple(DX_OP_TRUNCATE, FILE_HANDLE, INT64_MAX, 0, 0, 0);
	fallocate_file(FALLOC_FL_PUNCH_HOLE, 8ULL << 30, INT64_MAX - (8ULL << 30));
}

static void huge_reflink(void)
{
	open_other();
	simple(DX_OP_TRUNCATE, FILE_HANDLE, 64ULL << 30, 0, 0, 0);
	simple(DX_OP_REFLINK, OTHER, FILE_HANDLE, 0, 0, 0);
	run.op->arg[3] = 64ULL << 30;
}

static void huge_write(void)
{
	write_file(8ULL << 30, 8ULL << 30, 0, 8LL << 30);
}

static void write_far_away(void)
{
	write_file(INT64_MAX - 8, 8, 0, 8);
}

static void collapse_of_more_than_there_is(void)
{
	fallocate_file(FALLOC_FL_COLLAPSE_RANGE, 0, 1ULL << 40);
	good_sync(DX_OP_FSYNC);
}

static void refused_for_its_arguments(void)
{
	write_file(UINT64_MAX - 4, 100, 0, -EINVAL);
	write_file(-8ULL, UINT64_MAX, 0, -EFBIG);
	begin(DX_OP_STORE_BYTES, MAP_HANDLE, UINT64_MAX - 4, 64, 0, next_generation());
	end(-EFAULT);
	simple(DX_OP_MSYNC, MAP_HANDLE, UINT64_MAX, UINT64_MAX, MS_SYNC, -ENOMEM);
	simple(DX_OP_TRUNCATE, FILE_HANDLE, UINT64_MAX, 0, 0, -EINVAL);
}

static void never_opened(void)
{
	simple(DX_OP_FSYNC, NEVER_OPEN, 0, 0, 0, 0);
	begin(DX_OP_STORE, NEVER_OPEN, 0, 8, 0, next_generation());
	end(0);
	begin(DX_OP_MAP, NEVER_OPEN, NEVER_OPEN + 1, 0, DX_PAGE, DX_MAP_SYNC);
	end(0x7000);
	simple(DX_OP_FLUSH, NEVER_OPEN, 0, 64, 0, 0);
	simple(DX_OP_MSYNC, NEVER_OPEN, 0, DX_PAGE, MS_SYNC, 0);
	simple(DX_OP_CLOSE, NEVER_OPEN, 0, 0, 0, 0);
	simple(DX_OP_TRUNCATE, MAP_HANDLE, 0, 0, 0, 0);
	simple(DX_OP_MSYNC, FILE_HANDLE, 0, DX_PAGE, MS_SYNC, 0);
	simple(DX_OP_FSYNC, 15U << DX_HANDLE_BITS | 1, 0, 0, 0, 0);
}

static void closed_twice(void)
{
	simple(DX_OP_CLOSE, FILE_HANDLE, 0, 0, 0, 0);
	simple(DX_OP_CLOSE, FILE_HANDLE, 0, 0, 0, 0);
	open_file(FILE_HANDLE, "file", O_RDONLY);
	open_file(FILE_HANDLE, "other", O_RDWR | O_CREAT);
	map_store(0);
	good_sync(DX_OP_SYNC);
}

static void odd_extents(void)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	end(0);
	extent(FILE_HANDLE, 0, 0, BLOCK + 512, 100, 0);
	extent(FILE_HANDLE, 1, 100, INT64_MAX - (1 << 20), 1 << 20, DX_EXTENT_REALTIME);
	extent(FILE_HANDLE, 2, 0, 0, INT64_MAX, 0);
	extent(NEVER_OPEN, 0, 0, BLOCK, DX_PAGE, 0);
	extent(MAP_HANDLE, 0, 0, BLOCK, DX_PAGE, 0);
	good_sync(DX_OP_FSYNC);
}

/* What is opened is the device: 0 a block device, 1 device-dax. */
static void use_device(uint64_t kind)
{
	simple(DX_OP_TARGET, 0, kind, UINT64_MAX / 4, kind ? DX_PMD : 0, 0);
	simple(DX_OP_CLOSE, FILE_HANDLE, 0, 0, 0, 0);
	open_file(FILE_HANDLE, "device", O_RDWR);
	begin(DX_OP_MAP, MAP_HANDLE, FILE_HANDLE, 0, DX_PAGE, DX_MAP_READ | DX_MAP_WRITE);
	end(0x7000);
	map_store(0);
	good_sync(DX_OP_FSYNC);
	map_store(8);
	simple(DX_OP_FLUSH, MAP_HANDLE, 0, 64, 0, 0);
	simple(DX_OP_DRAIN, 0, 0, 0, 0, 0);
	extent(FILE_HANDLE, 0, 0, 0, UINT64_MAX / 4, 0);
	simple(DX_OP_SYNC, 0, 0, 0, 0, 0);
	extent(FILE_HANDLE, 0, 0, BLOCK, DX_PAGE, 0);
}

static void raw_device(void)
{
	use_device(0);
}

static void device_dax(void)
{
	use_device(1);
}

static void not_returned(void)
{
	map_store(0);
	good_sync(DX_OP_FSYNC);
	begin(DX_OP_TRUNCATE, FILE_HANDLE, UINT64_MAX, 0, 0, 0);
}

static const struct seed {
	const char *name;
	void (*script)(void);
} seeds[] = {
	{ "synced", synced },
	{ "not-written-back", not_written_back },
	{ "flushed", flushed },
	{ "written", written },
	{ "shifted", shifted },
	{ "freed", freed },
	{ "reflinked", reflinked },
	{ "renamed", renamed },
	{ "remade", remade },
	{ "two-workers", two_workers },
	{ "records-of-each-kind", records_of_each_kind },
	{ "device-elsewhere", device_elsewhere },
	{ "device-at-the-end", device_at_the_end },
	{ "device-leaves-its-range", device_leaves_its_range },
	{ "no-name-to-open", no_name_to_open },
	{ "no-name-to-unlink", no_name_to_unlink },
	{ "no-name-to-rename", no_name_to_rename },
	{ "no-name-to-link", no_name_to_link },
	{ "no-name-to-symlink", no_name_to_symlink },
	{ "huge-collapse", huge_collapse },
	{ "huge-insert", huge_insert },
	{ "huge-punch", huge_punch },
	{ "huge-reflink", huge_reflink },
	{ "huge-write", huge_write },
	{ "write-far-away", write_far_away },
	{ "collapse-of-more-than-there-is", collapse_of_more_than_there_is },
	{ "refused-for-its-arguments", refused_for_its_arguments },
	{ "never-opened", never_opened },
	{ "closed-twice", closed_twice },
	{ "odd-extents", odd_extents },
	{ "not-returned", not_returned },
	{ "raw-device", raw_device },
	{ "device-dax", device_dax },
};

/* ---- into a file ---- */

static void put(FILE *out, const void *data, size_t len)
{
	if (fwrite(data, 1, len, out) != len)
		abort();
}

/* The payload padded as in a block; what the fixture does not hold of it is zero. */
static void put_payload(FILE *out, const struct dx_trace_rec *rec, const unsigned char *data)
{
	static unsigned char whole[DX_TRACE_RUN_MAX];

	if (rec->kind != DX_TRACE_STORE && rec->kind != DX_TRACE_IMAGE &&
	    rec->kind != DX_TRACE_STACK)
		return;
	memset(whole, 0, sizeof(whole));
	memcpy(whole, data, rec->length < sizeof(run.data[0]) ? rec->length : sizeof(run.data[0]));
	put(out, whole, (rec->length + 7) & ~7U);
}

/* Without its marks, or with them: one run has them as the CPU made them. */
static void write_run(FILE *out, bool with_marks)
{
	const struct fuzz_linecheck_head head = { .marks = !with_marks,
						  .full = (uint8_t)full,
						  .records = (uint32_t)area(0)->used };
	uint64_t marks = 0;

	put(out, &head, sizeof(head));
	put(out, record(0, 0), area(0)->used * sizeof(struct dx_rec));
	for (size_t i = 0; i < run.n; i++) {
		struct dx_trace_rec rec = run.rec[i];

		marks += rec.kind == DX_TRACE_MARK;
		if (rec.kind == DX_TRACE_MARK && !with_marks)
			continue;
		rec.seq = marks;
		put(out, &rec, sizeof(rec));
		put_payload(out, &rec, run.data[i]);
	}
}

static void make(const char *dir, const char *name, void (*script)(void), bool with_marks)
{
	char path[300];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	if (!out)
		abort();
	full = DX_FULL_NOT;
	start_run();
	script();
	write_run(out, with_marks);
	end_run();
	if (fclose(out))
		abort();
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		make(argv[1], seeds[i].name, seeds[i].script, false);
	make(argv[1], "marks-of-its-own", not_written_back, true);
	return 0;
}
