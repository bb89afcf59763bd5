// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A trace as a log of log-writes, parsed back by the format's own rules. Catches
 * an export that writes what no fence drained or forgets what one did, that puts
 * a sector at the wrong place or with what it held at another time, and a log
 * that the kernel's tools would refuse.
 */
#include "tests/unit/trace-fixture.h"
#include "checker/blocks/logwrites.h"
#include "checker/blocks/logwrites_export.h"
#include "lib/file.h"

#define DEVICE (2ULL << 20) /* where it begins in the range */

static struct {
	struct logwrites_counts counts;
	char *data;
	size_t len, at;
	uint64_t left; /* entries */
} out;

static void set_up_export(void)
{
	set_up();
	begin_trace();
}

TestSuite(logwrites_export, .init = set_up_export, .fini = tear_down);

static int export_to(const char *path, uint32_t range, uint64_t offset, struct err *e)
{
	struct logwrites_job job = { .range = range, .offset = offset };
	struct trace *t = open_trace();
	int r = logwrites_export(t, path, &job, &out.counts, e);

	trace_close(t);
	return r;
}

/* Ends the trace, exports it and reads the log's super block. */
static void export(void)
{
	const struct logwrites_super *super;
	struct err e = { 0 };
	char path[64];

	end_trace();
	snprintf(path, sizeof(path), "%s.log", f.path);
	cr_assert_eq(export_to(path, 0, DEVICE, &e), 0, "%s", e.what);
	cr_assert_eq(file_read(AT_FDCWD, path, 64 << 20, &out.data, &out.len), 0);
	unlink(path);
	super = (const void *)out.data;
	cr_assert(out.len >= LOGWRITES_SECTOR);
	cr_assert_eq(super->magic, 0x6a736677736872ULL);
	cr_assert_eq(super->version, 1);
	cr_assert_eq(super->sectorsize, 512);
	out.left = super->nr_entries;
	out.at = LOGWRITES_SECTOR;
}

/* As replay-log reads it: an entry takes a sector, its data follows. */
static const struct logwrites_entry *next_entry(const char **data)
{
	const struct logwrites_entry *entry = (const void *)(out.data + out.at);

	cr_assert(out.left--, "there are no more entries");
	cr_assert(out.len - out.at >= LOGWRITES_SECTOR);
	out.at += LOGWRITES_SECTOR;
	*data = out.data + out.at;
	cr_assert(entry->nr_sectors * LOGWRITES_SECTOR <= out.len - out.at);
	out.at += entry->nr_sectors * LOGWRITES_SECTOR;
	return entry;
}

/* Returns its data. */
static const char *expect_write(uint64_t sector, uint64_t n)
{
	const char *data;
	const struct logwrites_entry *entry = next_entry(&data);

	cr_expect_eq(entry->flags, 0, "flags %#llx", (unsigned long long)entry->flags);
	cr_expect_eq(entry->sector, sector, "sector %llu", (unsigned long long)entry->sector);
	cr_expect_eq(entry->nr_sectors, n, "%llu sectors", (unsigned long long)entry->nr_sectors);
	cr_expect_eq(entry->data_len, 0);
	return data;
}

static void expect_flush(void)
{
	const char *data;
	const struct logwrites_entry *entry = next_entry(&data);

	cr_expect_eq(entry->flags, LOGWRITES_FLUSH);
	cr_expect(!entry->sector && !entry->nr_sectors && !entry->data_len);
}

static void expect_mark(const char *text)
{
	const char *data;
	const struct logwrites_entry *entry = next_entry(&data);

	cr_expect_eq(entry->flags, LOGWRITES_MARK);
	cr_expect_eq(entry->nr_sectors, 0);
	cr_assert_eq(entry->data_len, strlen(text));
	cr_expect_eq(memcmp(entry + 1, text, entry->data_len), 0, "want %s", text);
}

static void expect_end(void)
{
	cr_expect_eq(out.left, 0, "%llu entries more", (unsigned long long)out.left);
	cr_expect_eq(out.at, out.len);
	free(out.data);
}

static uint64_t at(uint64_t sector)
{
	return BASE + DEVICE + sector * LOGWRITES_SECTOR;
}

static void store_vcpu(unsigned int vcpu, uint64_t addr, unsigned int flags, char byte)
{
	struct dx_trace_rec rec = { .kind = DX_TRACE_STORE,
				    .vcpu = (uint8_t)vcpu,
				    .flags = (uint8_t)flags,
				    .length = 1,
				    .addr = addr };

	trace_writer_event(f.w, &rec, &byte);
}

/* ---- what is written when ---- */

Test(logwrites_export, nothing)
{
	export();
	expect_end();
}

Test(logwrites_export, image_first)
{
	image(at(8), 0x11);
	image(BASE, 0x22); /* before the device begins */
	store(at(8) + 8, 8);
	write_back(at(8), DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	export();
	cr_expect_eq(expect_write(8, 8)[4095], 0x11);
	expect_flush();
	cr_expect_eq(expect_write(8, 1)[16], 0x11, "the sector has the rest of the image");
	expect_flush();
	expect_end();
}

Test(logwrites_export, what_was_written_back)
{
	const char *data;

	store(at(3), 8);
	write_back(at(3), DX_TRACE_CLFLUSHOPT);
	fence(DX_TRACE_SFENCE);
	fence(DX_TRACE_SFENCE); /* drains nothing */
	export();
	data = expect_write(3, 1);
	for (int i = 0; i < 8; i++)
		cr_expect_eq(data[i], i);
	cr_expect_eq(data[8], 0);
	expect_flush();
	expect_end();
	cr_expect_eq(out.counts.lines_left, 0);
}

Test(logwrites_export, what_was_not)
{
	store(at(3), 8);
	fence(DX_TRACE_SFENCE);
	write_back(at(5), DX_TRACE_CLWB); /* nothing was stored there */
	fence(DX_TRACE_SFENCE);
	store(at(7), 8);
	write_back(at(7), DX_TRACE_CLWB); /* and no fence */
	export();
	expect_end();
	cr_expect_eq(out.counts.lines_left, 2);
}

Test(logwrites_export, only_fences_drain)
{
	store(at(0), 8);
	write_back(at(0), DX_TRACE_CLWB);
	fence(DX_TRACE_LOCK);
	fence(DX_TRACE_SERIAL);
	fence(DX_TRACE_IO);
	mark(0, 1, 1);
	fence(DX_TRACE_MFENCE);
	export();
	expect_mark("w0 #1 begin");
	expect_write(0, 1);
	expect_flush();
	expect_end();
}

Test(logwrites_export, non_temporal)
{
	store_vcpu(0, at(1), DX_TRACE_NT, 'a');
	store_vcpu(0, at(2), 0, 'b');
	fence(DX_TRACE_SFENCE);
	export();
	cr_expect_eq(expect_write(1, 1)[0], 'a');
	expect_flush();
	expect_end();
}

/* What was stored after the write-back is in flight again, but the sector goes as it is. */
Test(logwrites_export, content_at_the_fence)
{
	store_vcpu(0, at(0), 0, 'a');
	write_back(at(0), DX_TRACE_CLWB);
	store_vcpu(0, at(0), 0, 'b');
	fence(DX_TRACE_SFENCE);
	export();
	cr_expect_eq(expect_write(0, 1)[0], 'b');
	expect_flush();
	expect_end();
}

/* The line beside it comes along, and comes again when it is drained itself. */
Test(logwrites_export, other_lines_of_the_sector)
{
	store_vcpu(0, at(0), 0, 'a');
	store_vcpu(0, at(0) + 64, 0, 'b');
	write_back(at(0), DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	write_back(at(0) + 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	export();
	cr_expect_eq(expect_write(0, 1)[64], 'b');
	expect_flush();
	expect_write(0, 1);
	expect_flush();
	expect_end();
}

Test(logwrites_export, adjoining_sectors_of_a_page)
{
	for (uint64_t sector = 6; sector < 10; sector++) {
		store(at(sector) + 448, 32);
		write_back(at(sector) + 448, DX_TRACE_CLWB);
	}
	store(at(1), 32);
	write_back(at(1), DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	export();
	expect_write(1, 1);
	expect_write(6, 2);
	expect_write(8, 2);
	expect_flush();
	expect_end();
	cr_expect_eq(out.counts.writes, 3);
	cr_expect_eq(out.counts.sectors, 5);
}

/* The order of pages is that in which they began to wait. */
Test(logwrites_export, order_of_pages)
{
	store_vcpu(0, at(80), DX_TRACE_NT, 'a');
	store_vcpu(0, at(8), DX_TRACE_NT, 'b');
	store_vcpu(0, at(81), DX_TRACE_NT, 'c');
	fence(DX_TRACE_SFENCE);
	export();
	expect_write(80, 2);
	expect_write(8, 1);
	expect_flush();
	expect_end();
}

Test(logwrites_export, each_vcpu_drains_its_own)
{
	struct dx_trace_rec other = { .kind = DX_TRACE_FENCE, .vcpu = 1 };

	store_vcpu(0, at(0), DX_TRACE_NT, 'a');
	store_vcpu(1, at(8), DX_TRACE_NT, 'b');
	store_vcpu(1, at(0), DX_TRACE_NT, 'c');
	trace_writer_event(f.w, &other, NULL);
	fence(DX_TRACE_SFENCE); /* its line was drained by the other already */
	export();
	cr_expect_eq(expect_write(8, 1)[0], 'b');
	cr_expect_eq(expect_write(0, 1)[0], 'c');
	expect_flush();
	expect_end();
}

Test(logwrites_export, marks)
{
	mark(0, 7, 1);
	mark(12, 123456789012, 2);
	export();
	expect_mark("w0 #7 begin");
	expect_mark("w12 #123456789012 end");
	expect_end();
}

/* ---- what cannot be ---- */

Test(logwrites_export, refused)
{
	char path[64];
	struct err e;

	end_trace();
	snprintf(path, sizeof(path), "%s.log", f.path);
	cr_expect_eq(export_to(path, 1, 0, &e), -EINVAL);
	cr_expect_eq(export_to(path, 0, 512, &e), -EINVAL);
	cr_expect_eq(export_to(path, 0, SIZE, &e), -EINVAL);
	cr_expect_neq(access(path, F_OK), 0, "nothing is created");
	cr_expect_eq(export_to("/nonexistent/log", 0, 0, &e), -ENOENT);
	cr_expect_eq(export_to("/dev/null", 0, 0, &e), -EINVAL, "a device is never written");
}

/* A trace that is damaged half way leaves a log without entries. */
Test(logwrites_export, damaged_trace)
{
	struct logwrites_super *super;
	struct err e = { 0 };
	char path[64];

	end_trace();
	put(DX_TRACE_STORE, 0, BASE + DEVICE, 8, 8)->flags = DX_TRACE_NT;
	put(DX_TRACE_FENCE, DX_TRACE_SFENCE, 0, 0, 1);
	put(DX_TRACE_FENCE, DX_TRACE_FENCES, 0, 0, 1);
	put_file((struct dx_trace_block){ 0 });
	snprintf(path, sizeof(path), "%s.log", f.path);
	cr_expect_eq(export_to(path, 0, DEVICE, &e), -EBADMSG);
	cr_assert_eq(file_read(AT_FDCWD, path, 1 << 20, &out.data, &out.len), 0);
	super = (void *)out.data;
	cr_expect_eq(super->magic, LOGWRITES_MAGIC);
	cr_expect_eq(super->nr_entries, 0);
	free(out.data);
	unlink(path);
}
