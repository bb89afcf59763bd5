// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The writer of the store trace, read back by the reader. Catches one that puts
 * into one run what does not belong together (then an order is believed that
 * was none), that loses or doubles what lies where a block ends, whose file
 * depends on anything but the events, or that hides a full disk.
 */
#include "tests/unit/trace-fixture.h"
#include "lib/file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

TestSuite(trace_write, .init = set_up, .fini = tear_down);

/* The next record is a run of @count events on @length bytes. */
static const struct dx_trace_rec *expect_run(struct trace *t, uint32_t length, uint32_t count)
{
	const struct dx_trace_rec *rec = next(t);

	cr_assert(rec, "want a run of %u bytes", length);
	cr_expect_eq(rec->length, length, "%u bytes, want %u", rec->length, length);
	cr_expect_eq(rec->count, count, "%u events, want %u", rec->count, count);
	return rec;
}

static struct trace *finish(void)
{
	end_trace();
	return open_trace();
}

/* ---- what is one run ---- */

Test(trace_write, adjoining_stores_are_a_run)
{
	struct trace_record r;
	struct trace *t;
	struct err e;

	begin_trace();
	for (uint64_t i = 0; i < 512; i++)
		store(BASE + 8 * i, 8);
	t = finish();
	cr_assert_eq(trace_next(t, &r, &e), 1);
	cr_expect(r.rec->length == 4096 && r.rec->count == 512 && r.rec->detail == 3);
	for (size_t i = 0; i < 4096; i++)
		cr_assert_eq(r.data[i], i % 256, "byte %zu", i);
	cr_expect_eq(next(t), NULL);
	trace_close(t);
}

Test(trace_write, run_ends_at_a_page)
{
	struct trace *t;

	begin_trace();
	store(BASE + 4080, 8);
	store(BASE + 4088, 8);
	store(BASE + 4096, 8);
	write_back(BASE + 4096 - 64, DX_TRACE_CLWB);
	write_back(BASE + 4096, DX_TRACE_CLWB);
	t = finish();
	expect_run(t, 16, 2);
	expect_run(t, 8, 1);
	expect_run(t, 64, 1);
	expect_run(t, 64, 1);
	trace_close(t);
}

/* Pieces of a store that crosses a page: each alone, or nobody could tell which is which. */
Test(trace_write, piece_stays_alone)
{
	struct dx_trace_rec piece = {
		.kind = DX_TRACE_STORE, .detail = 3, .length = 4, .addr = BASE + 4092, .ip = KERNEL
	};
	struct trace *t;

	begin_trace();
	store(BASE + 4084, 8);
	trace_writer_event(f.w, &piece, "abcd");
	piece.addr += 4;
	trace_writer_event(f.w, &piece, "efgh");
	store(BASE + 4100, 8);
	t = finish();
	expect_run(t, 8, 1);
	expect_run(t, 4, 1);
	expect_run(t, 4, 1);
	expect_run(t, 8, 1);
	trace_close(t);
}

static const struct {
	const char *what;
	uint64_t addr, ip;
	uint32_t size;
	unsigned int flags;
	bool joins;
} second[] = {
	{ "adjoining", BASE + 8, KERNEL, 8, 0, true },
	{ "the same place", BASE, KERNEL, 8, 0, false },
	{ "a gap", BASE + 16, KERNEL, 8, 0, false },
	{ "below", BASE - 8 + 4096, KERNEL, 8, 0, false },
	{ "another size", BASE + 8, KERNEL, 4, 0, false },
	{ "non-temporal", BASE + 8, KERNEL, 8, DX_TRACE_NT, false },
	{ "a string", BASE + 8, KERNEL, 8, DX_TRACE_STRING, false },
	{ "a program's", BASE + 8, KERNEL, 8, DX_TRACE_USER, false },
	{ "near", BASE + 8, KERNEL + 255, 8, 0, true },
	{ "near, before", BASE + 8, KERNEL - 256, 8, 0, true },
	{ "far", BASE + 8, KERNEL + 256, 8, 0, false },
	{ "far, before", BASE + 8, KERNEL - 257, 8, 0, false },
};

Test(trace_write, what_joins_a_run)
{
	for (size_t i = 0; i < sizeof(second) / sizeof(second[0]); i++) {
		const struct dx_trace_rec *rec;
		struct trace *t;

		begin_trace();
		store(BASE, 8);
		store_from(second[i].addr, second[i].size, second[i].flags, second[i].ip);
		t = finish();
		rec = next(t);
		cr_expect_eq(rec->count, second[i].joins ? 2 : 1, "%s", second[i].what);
		cr_expect_eq(rec->ip, KERNEL, "%s", second[i].what);
		rec = next(t);
		cr_expect_eq(!rec, second[i].joins, "%s", second[i].what);
		if (rec)
			cr_expect_eq(rec->seq, 1, "%s", second[i].what);
		trace_close(t);
	}
}

Test(trace_write, another_vcpu_begins_a_run)
{
	struct dx_trace_rec rec = { .kind = DX_TRACE_WRITE_BACK,
				    .vcpu = 1,
				    .length = 64,
				    .addr = BASE + 64,
				    .ip = KERNEL };
	struct trace *t;

	begin_trace();
	write_back(BASE, DX_TRACE_CLWB);
	cr_expect(!trace_writer_continues(f.w, &rec));
	trace_writer_event(f.w, &rec, NULL);
	rec.detail = DX_TRACE_CLFLUSH;
	rec.addr += 64;
	trace_writer_event(f.w, &rec, NULL);
	t = finish();
	cr_expect_eq(expect_run(t, 64, 1)->vcpu, 0);
	cr_expect_eq(expect_run(t, 64, 1)->vcpu, 1);
	cr_expect_eq(expect_run(t, 64, 1)->detail, DX_TRACE_CLFLUSH);
	trace_close(t);
}

/* Whatever comes in between ends a run: order in a run is known, around it too. */
Test(trace_write, what_ends_a_run)
{
	struct trace *t;

	begin_trace();
	store(BASE, 8);
	mark(0, 0, 1);
	store(BASE + 8, 8);
	fence(DX_TRACE_SFENCE);
	store(BASE + 16, 8);
	image(BASE + 4096, 1);
	store(BASE + 24, 8);
	trace_writer_break(f.w);
	store(BASE + 32, 8);
	write_back(BASE, DX_TRACE_CLWB);
	store(BASE + 40, 8);
	t = finish();
	for (uint64_t seq = 0, stores = 0; stores < 6; stores++) {
		const struct dx_trace_rec *rec;

		while ((rec = next(t)) && rec->kind != DX_TRACE_STORE)
			seq += rec->count;
		cr_assert(rec);
		cr_expect_eq(rec->count, 1);
		cr_expect_eq(rec->addr, BASE + 8 * stores);
		cr_expect_eq(rec->seq, seq++);
	}
	trace_close(t);
}

Test(trace_write, fences_and_marks_do_not_join)
{
	struct trace *t;

	begin_trace();
	fence(DX_TRACE_SFENCE);
	fence(DX_TRACE_SFENCE);
	mark(0, 7, 1);
	mark(0, 7, 1);
	t = finish();
	for (uint64_t i = 0; i < 4; i++)
		cr_expect_eq(next(t)->seq, i);
	cr_expect_eq(next(t), NULL);
	trace_close(t);
}

/* ---- blocks ---- */

/* Records of 48 to 72 bytes, so that blocks end at every remainder. */
static void store_many(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		store(BASE + i * 64, 1U << i % 6);
}

Test(trace_write, nothing_is_lost_between_blocks)
{
	const struct dx_trace_rec *rec;
	uint64_t n = 100000, i = 0;
	struct trace *t;
	char why[128];

	begin_trace();
	store_many(n);
	t = finish();
	cr_expect(trace_header(t)->blocks >= 5);
	cr_expect_eq(trace_header(t)->records, n);
	for (; (rec = next(t)); i++) {
		cr_assert_eq(rec->seq, i);
		cr_assert_eq(rec->addr, BASE + i * 64);
		cr_assert_eq(rec->length, 1U << i % 6);
	}
	cr_expect_eq(i, n);
	cr_expect(!trace_is_cut(t, why, sizeof(why)), "%s", why);
	trace_close(t);
}

Test(trace_write, same_events_same_bytes)
{
	char *bytes[2];
	size_t len[2];

	for (int i = 0; i < 2; i++) {
		begin_trace();
		store_many(40000);
		end_trace();
		cr_assert_eq(file_read(AT_FDCWD, f.path, 64 << 20, &bytes[i], &len[i]), 0);
		f.header.recorder[5] = '\0';
	}
	cr_assert_eq(len[0], len[1]);
	cr_expect_eq(memcmp(bytes[0], bytes[1], len[0]), 0);
	free(bytes[0]);
	free(bytes[1]);
}

/* ---- what goes wrong ---- */

Test(trace_write, cannot_be_created)
{
	cr_expect_eq(trace_writer_open(&f.w, "/nonexistent/trace", &f.header), -ENOENT);
	cr_expect_eq(trace_writer_open(&f.w, "/dev/full", &f.header), -ENOSPC);
}

/* Random bytes, so that the file grows as fast as the events. */
static void store_noise(unsigned int n)
{
	uint32_t word = 1;
	unsigned char bytes[32];
	struct dx_trace_rec rec = { .kind = DX_TRACE_STORE, .detail = 5, .length = sizeof(bytes) };

	for (unsigned int i = 0; i < n; i++) {
		for (size_t k = 0; k < sizeof(bytes); k++) {
			word = word * 1664525 + 1013904223;
			bytes[k] = (unsigned char)(word >> 24);
		}
		rec.addr = BASE + (word >> 8) * 64ULL % SIZE;
		trace_writer_event(f.w, &rec, bytes);
	}
}

/* What was written before is whole, and the header says why there is no more. */
Test(trace_write, full_disk)
{
	struct rlimit limit = { 0, 0 };
	uint64_t n = 0;
	struct trace *t;
	char why[128];

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = 2 << 20;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	begin_trace();
	store_noise(200000);
	cr_expect_eq(trace_writer_close(f.w, DX_TRACE_STOPPED, 5), -EFBIG);
	t = open_trace();
	cr_expect_eq(trace_header(t)->error, EFBIG);
	cr_expect_eq(trace_header(t)->lost, 5);
	while (next(t))
		n++;
	cr_expect(n > 20000 && n < 200000, "%llu records", (unsigned long long)n);
	cr_expect(trace_is_cut(t, why, sizeof(why)));
	cr_expect(strstr(why, "File too large"), "%s", why);
	trace_close(t);
}

/* Who cannot add what belongs there ends the recording: it is not a trace with a hole. */
Test(trace_write, failed)
{
	struct trace *t;
	char why[128];

	begin_trace();
	usleep(100000); /* the thread waits for a block: it must ask again when it has one */
	trace_writer_fail(f.w, -EACCES);
	trace_writer_fail(f.w, -ENOSPC);
	store_noise(20000);
	cr_expect_eq(trace_writer_close(f.w, DX_TRACE_STOPPED, 0), -EACCES);
	t = open_trace();
	cr_expect_eq(trace_header(t)->error, EACCES, "the first counts");
	cr_expect_eq(next(t), NULL, "something was written after it");
	cr_expect(trace_is_cut(t, why, sizeof(why)));
	cr_expect(strstr(why, "Permission denied"), "%s", why);
	trace_close(t);
}

/* Readable while it is written: the header says that it has not ended. */
Test(trace_write, killed)
{
	struct trace *t;
	char why[128];
	uint64_t n = 0;

	begin_trace();
	store_many(60000);
	t = open_trace();
	while (next(t))
		n++;
	cr_expect(n > 0 && n < 60000, "%llu", (unsigned long long)n);
	cr_expect(trace_is_cut(t, why, sizeof(why)));
	cr_expect(strstr(why, "killed"), "%s", why);
	trace_close(t);
	end_trace();
}

/* Of a process that is killed: how many events are lost, of @n that take 72 bytes each? */
static uint64_t lost_by_kill(unsigned int n, bool at_rest)
{
	struct trace *t;
	uint64_t got = 0;
	char why[128];
	int status;
	pid_t pid = fork();

	cr_assert(pid >= 0);
	if (!pid) {
		begin_trace();
		store_noise(n);
		if (at_rest)
			usleep(500000); /* the thread has nothing left to write */
		kill(getpid(), SIGKILL);
	}
	cr_assert(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	t = open_trace();
	while (next(t))
		got++;
	cr_expect(trace_is_cut(t, why, sizeof(why)));
	trace_close(t);
	return n - got;
}

/* All but the block that was being filled; where the disk was behind, but two. */
Test(trace_write, killed_loses_one_block)
{
	const uint64_t block = DX_TRACE_BLOCK_MAX / (sizeof(struct dx_trace_rec) + 32);
	uint64_t lost = lost_by_kill(100000, true);

	cr_expect(lost > 0 && lost <= block, "%llu", (unsigned long long)lost);
	lost = lost_by_kill(100000, false);
	cr_expect(lost > 0 && lost <= 2 * block, "%llu", (unsigned long long)lost);
}
