// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader of log-writes' format, on a log of every kind of entry: as it is, and edited in
 * one place each. Catches a reader that takes payload for an entry, loses its way
 * after a discard, believes a count, a size or a flag, or refuses what the kernel writes.
 */
#include "checker/blocks/logwrites_read.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ENTRIES 7U

static struct {
	int fd;
	char path[40];
	_Alignas(uint64_t) unsigned char log[64 * LOGWRITES_SECTOR_MAX];
	size_t len;
	size_t at[ENTRIES + 2]; /* bytes where entries begin */
	uint32_t ss;
	struct logwrites_limits limits;
	struct logwrites_reader *l;
	struct logwrites_item item;
	struct err e;
} f;

/* The reader's: the call that is @fails.at'th gives @fails.error. */
static struct {
	unsigned int calls, at;
	int error;
} fails;

ssize_t pread(int fd, void *buf, size_t len, off_t at)
{
	if (++fails.calls == fails.at) {
		errno = fails.error;
		return -1;
	}
	return syscall(SYS_pread64, fd, buf, len, at);
}

static void put_entry(struct logwrites_entry entry, const char *mark)
{
	struct logwrites_super *super = (void *)f.log;

	f.at[super->nr_entries++] = f.len;
	memcpy(f.log + f.len, &entry, sizeof(entry));
	memcpy(f.log + f.len + sizeof(entry), mark, strlen(mark));
	f.len += f.ss;
	if (!(entry.flags & LOGWRITES_DISCARD)) {
		memset(f.log + f.len, (int)(0x40 + super->nr_entries), entry.nr_sectors * f.ss);
		f.len += entry.nr_sectors * f.ss;
	}
	f.at[super->nr_entries] = f.len;
}

/* Every kind; the device has 1024 sectors. */
static void make(uint32_t sectorsize)
{
	struct logwrites_super super = { LOGWRITES_MAGIC, LOGWRITES_VERSION, 0, sectorsize, 0 };

	memset(&f, 0, sizeof(f));
	memcpy(f.log, &super, sizeof(super));
	f.len = f.ss = sectorsize;
	put_entry((struct logwrites_entry){ 8, 2, 0, 0 }, "");
	put_entry((struct logwrites_entry){ 0, 0, LOGWRITES_MARK, 4 }, "mkfs");
	put_entry((struct logwrites_entry){ 0, 1024, LOGWRITES_DISCARD, 0 }, "");
	put_entry((struct logwrites_entry){ 1023, 1, LOGWRITES_FUA | LOGWRITES_METADATA, 0 }, "");
	put_entry((struct logwrites_entry){ UINT64_MAX, 0, LOGWRITES_FLUSH, 0 }, "");
	/* As of DAX: data_len says how much of the sectors was written. */
	put_entry((struct logwrites_entry){ 16, 3, LOGWRITES_FLUSH, 1100 }, "");
	put_entry((struct logwrites_entry){ 0, 0, LOGWRITES_MARK, 0 }, "");
}

static void set_up(void)
{
	make(512);
}

static struct logwrites_super *super(void)
{
	return (void *)f.log;
}

static struct logwrites_entry *entry(size_t i)
{
	return (void *)(f.log + f.at[i]);
}

static int open_it(void)
{
	f.fd = memfd_create("log", MFD_CLOEXEC);
	cr_assert_eq(write(f.fd, f.log, f.len), (ssize_t)f.len);
	snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
	return logwrites_open(&f.l, f.path, &f.limits, &f.e);
}

/* Opens, and reads to the end: how many entries, or what the first bad one gave. */
static int read_it(void)
{
	int r, n = 0;

	cr_assert_eq(open_it(), 0, "%s", f.e.what);
	while ((r = logwrites_next(f.l, &f.item, &f.e)) > 0)
		n++;
	cr_expect_eq(logwrites_next(f.l, &f.item, &f.e), r, "it says so again");
	return r ? r : n;
}

static void tear_down(void)
{
	logwrites_reader_close(f.l);
	close(f.fd);
}

TestSuite(logwrites_read, .init = set_up, .fini = tear_down);

/* The log is refused at entry @i, and the error says so. */
static void refused_at(size_t i, const char *what)
{
	char place[64];

	cr_assert_eq(read_it(), -EBADMSG);
	snprintf(place, sizeof(place), "entry %zu at byte %zu: ", i, f.at[i]);
	cr_expect(strstr(f.e.what, place), "%s", f.e.what);
	cr_expect(strstr(f.e.what, what), "%s", f.e.what);
	cr_expect(f.e.hint[0] != '\0');
}

static void all_entries(uint32_t sectorsize)
{
	static const uint64_t payload[ENTRIES] = { 2, 0, 0, 1, 0, 3, 0 };
	const void *data;
	size_t len;

	make(sectorsize);
	f.limits.device = 1024 * sectorsize;
	cr_assert_eq(open_it(), 0, "%s", f.e.what);
	cr_expect_eq(logwrites_sectorsize(f.l), sectorsize);
	cr_expect_eq(logwrites_counted(f.l), ENTRIES);
	cr_expect_eq(logwrites_bytes(f.l), f.len);
	cr_expect_str_eq(logwrites_path(f.l), f.path);
	for (unsigned int i = 0; i < ENTRIES; i++) {
		uint64_t got = 0;

		cr_assert_eq(logwrites_next(f.l, &f.item, &f.e), 1, "%s", f.e.what);
		cr_expect_eq(f.item.number, i);
		cr_expect_eq(f.item.at, f.at[i]);
		cr_expect_eq(f.item.next, f.at[i + 1]);
		cr_expect_eq(f.item.payload, payload[i] * sectorsize);
		cr_expect_eq(f.item.sector, entry(i)->sector);
		cr_expect_eq(f.item.flags, entry(i)->flags);
		cr_expect_eq(f.item.offset, f.item.length ? f.item.sector * sectorsize : 0);
		cr_expect_eq(!f.item.mark, i != 1 && i != 6);
		while (logwrites_data(f.l, &data, &len, &f.e) > 0) {
			cr_assert(!(len % sectorsize) && got + len <= f.item.payload);
			cr_expect_eq(memcmp(data, f.log + f.at[i] + sectorsize + got, len), 0);
			got += len;
		}
		cr_expect_eq(got, f.item.payload);
	}
	cr_expect_eq(logwrites_next(f.l, &f.item, &f.e), 0);
	cr_expect_eq(logwrites_ended(f.l), LOGWRITES_COUNTED);
}

Test(logwrites_read, every_sector_size)
{
	for (uint32_t ss = 512; ss <= 4096; ss *= 2) {
		all_entries(ss);
		if (ss < 4096)
			tear_down();
	}
}

Test(logwrites_read, marks)
{
	cr_assert_eq(open_it(), 0);
	logwrites_next(f.l, &f.item, &f.e);
	cr_assert_eq(logwrites_next(f.l, &f.item, &f.e), 1, "payload that nobody read");
	cr_expect_str_eq(f.item.mark, "mkfs");
	cr_expect_eq(logwrites_ended(f.l), LOGWRITES_OPEN);
}

Test(logwrites_read, longest_mark)
{
	entry(1)->data_len = 512 - sizeof(struct logwrites_entry);
	memset(entry(1) + 1, 'x', entry(1)->data_len);
	cr_expect_eq(read_it(), ENTRIES);
}

Test(logwrites_read, mark_too_long)
{
	entry(1)->data_len = 512 - sizeof(struct logwrites_entry) + 1;
	refused_at(1, "does not fit");
}

Test(logwrites_read, mark_of_all_there_is)
{
	entry(1)->data_len = UINT64_MAX;
	refused_at(1, "does not fit");
}

Test(logwrites_read, mark_shorter_than_its_text)
{
	entry(1)->data_len = 3;
	refused_at(1, "something else");
}

Test(logwrites_read, mark_with_flush)
{
	entry(1)->flags |= LOGWRITES_FLUSH;
	refused_at(1, "something else too");
}

Test(logwrites_read, mark_with_sectors)
{
	entry(1)->nr_sectors = 1;
	refused_at(1, "something else too");
}

Test(logwrites_read, unknown_flag)
{
	entry(3)->flags |= 0x20;
	refused_at(3, "flags 0x32 are not known");
}

Test(logwrites_read, empty_entry)
{
	memset(f.log + f.at[4], 0, 512);
	refused_at(4, "is empty");
}

Test(logwrites_read, payload_for_an_entry)
{
	f.log[f.at[3] + 511] = 1;
	refused_at(3, "something else");
}

Test(logwrites_read, outside_the_device)
{
	f.limits.device = 1024 * 512;
	entry(3)->sector = 1024;
	refused_at(3, "outside the device");
}

Test(logwrites_read, outside_what_nobody_knows)
{
	entry(3)->sector = 1024;
	cr_expect_eq(read_it(), ENTRIES);
}

Test(logwrites_read, sectors_wrap)
{
	entry(2)->sector = UINT64_MAX - 1023;
	refused_at(2, "no device has these");
}

Test(logwrites_read, bytes_wrap)
{
	entry(2)->nr_sectors = 1ULL << 55;
	refused_at(2, "no device has these");
}

Test(logwrites_read, most_that_fits)
{
	entry(2)->nr_sectors = (1ULL << 54) - 1;
	cr_expect_eq(read_it(), ENTRIES);
}

Test(logwrites_read, payload_wraps)
{
	entry(0)->nr_sectors = UINT64_MAX / 512 + 3;
	refused_at(0, "no device has these");
}

Test(logwrites_read, payload_behind_the_end)
{
	entry(5)->nr_sectors = 5; /* the mark and one more */
	refused_at(5, "end behind the log");
}

Test(logwrites_read, more_data_than_payload)
{
	entry(5)->data_len = 3 * 512 + 1;
	refused_at(5, "of payload");
}

Test(logwrites_read, cut_in_payload)
{
	f.len = f.at[6] - 1;
	refused_at(5, "end behind the log");
}

Test(logwrites_read, cut_in_an_entry)
{
	f.len = f.at[6] + 100;
	refused_at(6, "the log ends here");
}

Test(logwrites_read, cut_between)
{
	f.len = f.at[6];
	refused_at(6, "counts 7 entries");
}

Test(logwrites_read, counts_too_many)
{
	super()->nr_entries = UINT64_MAX;
	refused_at(ENTRIES, "the log ends here");
}

Test(logwrites_read, counts_none)
{
	super()->nr_entries = 0;
	cr_expect_eq(read_it(), 0);
}

Test(logwrites_read, became_shorter)
{
	const void *data;
	size_t len;

	put_entry((struct logwrites_entry){ 8, 100, 0, 0 }, "");
	cr_assert_eq(open_it(), 0);
	while (logwrites_next(f.l, &f.item, &f.e) > 0 && f.item.number < ENTRIES)
		;
	cr_assert_eq(ftruncate(f.fd, (off_t)f.at[ENTRIES] + 1024), 0);
	while (logwrites_data(f.l, &data, &len, &f.e) > 0)
		;
	cr_expect_eq(f.e.code, -EBADMSG);
	cr_expect(strstr(f.e.what, "became shorter"), "%s", f.e.what);
}

/* ---- behind the count ---- */

static void died(void)
{
	super()->nr_entries = 4;
	f.limits.beyond = true;
}

Test(logwrites_read, counted_only)
{
	died();
	f.limits.beyond = false;
	cr_expect_eq(read_it(), 4);
	cr_expect_eq(logwrites_ended(f.l), LOGWRITES_COUNTED);
}

Test(logwrites_read, beyond)
{
	died();
	cr_expect_eq(read_it(), ENTRIES);
	cr_expect(f.item.beyond);
	cr_expect_eq(logwrites_ended(f.l), LOGWRITES_FULL);
}

Test(logwrites_read, beyond_is_zeros)
{
	died();
	f.len += 4096;
	cr_expect_eq(read_it(), ENTRIES);
	cr_expect_eq(logwrites_ended(f.l), LOGWRITES_NO_ENTRY);
}

Test(logwrites_read, beyond_is_cut)
{
	died();
	f.len = f.at[6] - 512;
	cr_expect_eq(read_it(), 5, "the last whole one is a flush");
	cr_expect_eq(logwrites_ended(f.l), LOGWRITES_NO_ENTRY);
}

Test(logwrites_read, damage_within_the_count_is_no_end)
{
	died();
	entry(3)->flags = 64;
	refused_at(3, "not known");
}

/* ---- what is no log ---- */

static void no_log(const char *what)
{
	cr_assert_eq(open_it(), -EBADMSG);
	cr_expect(strstr(f.e.what, what), "%s", f.e.what);
	cr_expect_eq(f.l, NULL);
}

Test(logwrites_read, wrong_magic)
{
	super()->magic ^= 1;
	no_log("magic");
}

Test(logwrites_read, wrong_version)
{
	super()->version = 2;
	no_log("version 2");
}

Test(logwrites_read, sector_sizes_that_are_none)
{
	static const uint32_t bad[] = { 0, 1, 256, 511, 513, 768, 8192, 1U << 31, UINT32_MAX };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		super()->sectorsize = bad[i];
		no_log("want 512, 1024, 2048 or 4096");
		close(f.fd);
	}
}

Test(logwrites_read, too_short)
{
	f.len = 31;
	no_log("too short");
}

Test(logwrites_read, empty)
{
	f.len = 0;
	no_log("too short");
}

Test(logwrites_read, cut_in_the_super_block)
{
	f.len = 511;
	no_log("super block");
}

Test(logwrites_read, what_is_no_file)
{
	cr_expect_eq(logwrites_open(&f.l, "/nonexistent", &f.limits, &f.e), -ENOENT);
	cr_expect_eq(logwrites_open(&f.l, "/dev/zero", &f.limits, &f.e), -EBADMSG);
	cr_expect_eq(logwrites_open(&f.l, "/tmp", &f.limits, &f.e), -EBADMSG);
}

Test(logwrites_read, a_pipe_is_not_waited_for)
{
	char fifo[] = "/tmp/test-logwrites_read-XXXXXX";

	close(mkstemp(fifo));
	unlink(fifo);
	cr_assert_eq(mkfifo(fifo, 0600), 0);
	cr_expect_eq(logwrites_open(&f.l, fifo, &f.limits, &f.e), -EBADMSG);
	unlink(fifo);
}

/* ---- a medium that fails ---- */

static void fail_at(unsigned int call, int error)
{
	fails.calls = 0;
	fails.at = call;
	fails.error = error;
}

Test(logwrites_read, read_fails_in_the_super_block)
{
	fail_at(1, EIO);
	cr_expect_eq(open_it(), -EIO);
}

Test(logwrites_read, a_signal_is_no_failure)
{
	fail_at(1, EINTR);
	cr_expect_eq(read_it(), ENTRIES);
}

/* Payload that is passed over, so that the second read is of the next entry. */
static void far_apart(void)
{
	super()->nr_entries = 0;
	f.len = f.ss;
	put_entry((struct logwrites_entry){ 0, 100, 0, 0 }, "");
	put_entry((struct logwrites_entry){ 0, 0, LOGWRITES_FLUSH, 0 }, "");
}

Test(logwrites_read, read_fails_at_an_entry)
{
	far_apart();
	cr_assert_eq(open_it(), 0);
	fail_at(1, EIO);
	cr_expect_eq(logwrites_next(f.l, &f.item, &f.e), 1, "it is in the window");
	cr_expect_eq(logwrites_next(f.l, &f.item, &f.e), -EIO);
	cr_expect(strstr(f.e.what, "entry 1 at byte"), "%s", f.e.what);
	cr_expect_eq(f.e.code, -EIO);
}

/* Behind the count damage is the end; a disk that cannot be read is an error still. */
Test(logwrites_read, read_fails_behind_the_count)
{
	far_apart();
	super()->nr_entries = 1;
	f.limits.beyond = true;
	cr_assert_eq(open_it(), 0);
	fail_at(1, EIO);
	cr_expect_eq(logwrites_next(f.l, &f.item, &f.e), 1);
	cr_expect_eq(logwrites_next(f.l, &f.item, &f.e), -EIO);
}

Test(logwrites_read, read_fails_in_payload)
{
	const void *data;
	size_t len;
	int r;

	far_apart();
	cr_assert_eq(open_it(), 0);
	cr_assert_eq(logwrites_next(f.l, &f.item, &f.e), 1);
	fail_at(1, EIO);
	while ((r = logwrites_data(f.l, &data, &len, &f.e)) > 0)
		;
	cr_expect_eq(r, -EIO);
}

/* Larger than a piece, so that the window has to move and grow. */
Test(logwrites_read, pieces)
{
	uint64_t sectors = 3 * LOGWRITES_PIECE_MAX / 512 + 1, got = 0;
	struct logwrites_entry big = { 0, sectors, 0, 0 };
	size_t len, most = 0;
	const void *data;

	super()->nr_entries = 2;
	memcpy(entry(0), &big, sizeof(big));
	f.len = f.at[0] + 512;
	cr_assert_eq(open_it(), 0);
	logwrites_reader_close(f.l);
	cr_assert_eq(ftruncate(f.fd, (off_t)(1024 + sectors * 512 + 512)), 0);
	cr_assert_eq(logwrites_open(&f.l, f.path, &f.limits, &f.e), 0);
	cr_assert_eq(logwrites_next(f.l, &f.item, &f.e), 1, "%s", f.e.what);
	while (logwrites_data(f.l, &data, &len, &f.e) > 0) {
		got += len;
		most = len > most ? len : most;
	}
	cr_expect_eq(got, sectors * 512);
	cr_expect_eq(most, LOGWRITES_PIECE_MAX);
	cr_expect_eq(logwrites_next(f.l, &f.item, &f.e), -EBADMSG, "zeros are no entry");
}
