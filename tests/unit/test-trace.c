// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader of the store trace. Catches one that believes a header or a record
 * which cannot be, that takes a trace which broke off for a damaged one or a
 * damaged one for whole, or that loses a record on the way.
 */
#include "tests/unit/trace-fixture.h"

#include <sys/stat.h>

TestSuite(trace, .init = set_up, .fini = tear_down);

/* Reads to the end: 0, or what trace_next() said. */
static int read_all(struct trace *t, struct err *e)
{
	struct trace_record r;
	int n;

	do
		n = trace_next(t, &r, e);
	while (n > 0);
	return n;
}

/* The trace is refused when it is opened or read, and @says is in the reason. */
static void expect_refused(const char *says)
{
	struct trace *t = NULL;
	struct err e = { 0 };
	int r = trace_open(&t, f.path, &e);

	if (!r)
		r = read_all(t, &e);
	cr_assert_eq(r, -EBADMSG, "%d, want: %s", r, says);
	cr_expect(strstr(e.what, says), "\"%s\", want: %s", e.what, says);
	trace_close(t);
}

static void expect_cut(const char *says)
{
	struct trace *t = open_trace();
	char why[128] = "";
	struct err e = { 0 };

	cr_assert_eq(read_all(t, &e), 0, "%s", e.what);
	cr_expect(trace_is_cut(t, why, sizeof(why)), "want: %s", says);
	cr_expect(strstr(why, says), "\"%s\", want: %s", why, says);
	trace_close(t);
}

/* ---- a whole one ---- */

static const unsigned int round_trip[] = { DX_TRACE_IMAGE,	DX_TRACE_STORE, DX_TRACE_MARK,
					   DX_TRACE_WRITE_BACK, DX_TRACE_FENCE, DX_TRACE_STACK };

static void write_one_of_each(void)
{
	const struct dx_trace_frame frames[2] = { { KERNEL, 0 }, { KERNEL + 9, KERNEL } };
	const struct dx_trace_rec stack = { .kind = DX_TRACE_STACK,
					    .length = sizeof(frames),
					    .addr = 1 };

	begin_trace();
	image(BASE + 8192, 0x5a);
	store(BASE, 8);
	mark(3, 17, 2);
	write_back(BASE, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	trace_writer_extra(f.w, &stack, frames);
	end_trace();
}

Test(trace, round_trip)
{
	const unsigned char *data;
	struct trace *t;
	struct trace_record r;
	struct err e = { 0 };
	char why[128];

	write_one_of_each();
	t = open_trace();
	cr_expect_eq(trace_header(t)->run, 0x1234);
	cr_expect_eq(trace_header(t)->events, 4);
	cr_expect_str_eq(trace_header(t)->recorder, "test");
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < sizeof(round_trip) / sizeof(round_trip[0]); i++) {
			cr_assert_eq(trace_next(t, &r, &e), 1, "%s", e.what);
			cr_expect_eq(r.rec->kind, round_trip[i]);
			cr_expect_eq(!r.data, i >= 2 && i <= 4);
			data = r.data;
			if (i == 0)
				cr_expect(data[0] == 0x5a && data[4095] == 0x5a);
			if (i == 1)
				cr_expect(data[0] == 0 && data[7] == 7);
			if (i == 2)
				cr_expect(r.rec->length == 3 && r.rec->addr == 17);
		}
		cr_expect_eq(trace_next(t, &r, &e), 0);
		cr_expect_eq(trace_next(t, &r, &e), 0, "the end stays the end");
		cr_expect(!trace_is_cut(t, why, sizeof(why)), "%s", why);
		cr_assert_eq(trace_rewind(t, &e), 0);
	}
	trace_close(t);
}

Test(trace, of_nothing)
{
	begin_trace();
	end_trace();
	cr_expect_eq(next(open_trace()), NULL);
}

/* ---- headers ---- */

#define HEADER(name, says, change)                                                                 \
	Test(trace, name)                                                                          \
	{                                                                                          \
		struct dx_trace_header *h = &f.header;                                             \
                                                                                                   \
		put(DX_TRACE_FENCE, DX_TRACE_SFENCE, 0, 0, 1);                                     \
		put_file((struct dx_trace_block){ 0 });                                            \
		trace_close(open_trace());                                                         \
		change;                                                                            \
		put_file((struct dx_trace_block){ 0 });                                            \
		expect_refused(says);                                                              \
	}

HEADER(bad_magic, "no store trace", h->magic[6] = 'x')
HEADER(bad_version, "version 2", h->version = 2)
HEADER(no_vcpus, "cannot be", h->vcpus = 0)
HEADER(too_many_vcpus, "cannot be", h->vcpus = DX_TRACE_VCPUS + 1)
HEADER(no_ranges, "cannot be", h->ranges = 0)
HEADER(too_many_ranges, "cannot be", h->ranges = DX_TRACE_RANGES + 1)
HEADER(unknown_end, "cannot be", h->ended = DX_TRACE_EXITED + 1)
HEADER(empty_range, "range 0", h->range[0].size = 0)
HEADER(odd_range, "range 0", h->range[0].base += 8)
HEADER(odd_range_size, "range 0", h->range[0].size += 8)
HEADER(range_overflows, "range 0", h->range[0].base = UINT64_MAX & ~4095ULL)
HEADER(empty_second_range, "range 1", h->ranges = 2)

Test(trace, short_header)
{
	write_one_of_each();
	for (off_t len = (off_t)DX_TRACE_HEADER - 1; len > 0; len -= 117) {
		cr_assert_eq(truncate(f.path, len), 0);
		expect_refused("too short");
	}
	cr_assert_eq(truncate(f.path, 0), 0);
	expect_refused("is empty");
}

Test(trace, what_is_no_file)
{
	struct trace *t;
	struct err e;

	cr_expect_eq(trace_open(&t, "/nonexistent/trace", &e), -ENOENT);
	cr_expect_eq(trace_open(&t, "/dev/zero", &e), -EBADMSG);
	cr_expect_eq(trace_open(&t, "/tmp", &e), -EBADMSG);
	unlink(f.path);
	cr_assert_eq(mkfifo(f.path, 0600), 0);
	cr_expect_eq(trace_open(&t, f.path, &e), -EBADMSG, "a FIFO must not hold us up");
	trace_close(NULL);
}

/* ---- records ---- */

/* A block with one record of each kind; @change spoils one of them. */
#define RECORD(name, says, change)                                                                 \
	Test(trace, name)                                                                          \
	{                                                                                          \
		struct dx_trace_rec *stack = put(DX_TRACE_STACK, 0, 1, 32, 0);                     \
		struct dx_trace_rec *store = put(DX_TRACE_STORE, 3, BASE + 64, 24, 3);             \
		struct dx_trace_rec *piece = put(DX_TRACE_STORE, 3, BASE + 4092, 4, 1);            \
		struct dx_trace_rec *wb = put(DX_TRACE_WRITE_BACK, 0, BASE + 64, 128, 2);          \
		struct dx_trace_rec *fence = put(DX_TRACE_FENCE, 0, 0, 0, 1);                      \
		struct dx_trace_rec *image = put(DX_TRACE_IMAGE, 0, BASE + 4096, 4096, 0);         \
		struct dx_trace_rec *mark = put(DX_TRACE_MARK, 1, 1, 1, 1);                        \
		struct err e = { 0 };                                                              \
		struct trace *t;                                                                   \
                                                                                                   \
		(void)stack, (void)store, (void)piece, (void)wb;                                   \
		(void)fence, (void)image, (void)mark;                                              \
		put_file((struct dx_trace_block){ 0 });                                            \
		t = open_trace();                                                                  \
		cr_assert_eq(read_all(t, &e), 0, "%s", e.what);                                    \
		trace_close(t);                                                                    \
		change;                                                                            \
		put_file((struct dx_trace_block){ 0 });                                            \
		expect_refused("block 1: " says);                                                  \
	}

#define CANNOT "holds a record that cannot be"

RECORD(kind_none, CANNOT, fence->kind = DX_TRACE_NONE)
RECORD(kind_unknown, CANNOT, fence->kind = DX_TRACE_KINDS)
RECORD(store_of_nothing, CANNOT, store->count = 0)
RECORD(store_without_bytes, CANNOT, store->length = 0)
RECORD(store_too_wide, CANNOT, store->detail = 6)
RECORD(store_shorter_than_its_count, CANNOT, store->count = 4)
RECORD(store_longer_than_its_count, CANNOT, store->count = 2)
RECORD(run_of_pieces, CANNOT, piece->count = 2; mark->kind = DX_TRACE_NONE)
RECORD(run_over_a_page, CANNOT, store->addr = BASE + 4088)
RECORD(run_over_the_top, CANNOT, store->addr = UINT64_MAX - 7)
RECORD(below_the_range, CANNOT, store->addr = BASE - 64)
RECORD(beyond_the_range, CANNOT, store->addr = BASE + SIZE)
RECORD(endless_payload, CANNOT, store->length = UINT32_MAX)
RECORD(write_back_unaligned, CANNOT, wb->addr += 8)
RECORD(write_back_miscounted, CANNOT, wb->count = 1)
RECORD(write_back_elsewhere, CANNOT, wb->addr = 64)
RECORD(write_back_unknown, CANNOT, wb->detail = DX_TRACE_CLFLUSH + 1)
RECORD(fence_unknown, CANNOT, fence->detail = DX_TRACE_FENCES)
RECORD(fence_with_bytes, CANNOT, fence->length = 8)
RECORD(two_fences, CANNOT, fence->count = 2)
RECORD(two_marks, CANNOT, mark->count = 2)
RECORD(image_of_half_a_page, CANNOT, image->length = 2048)
RECORD(image_unaligned, CANNOT, image->addr += 64)
RECORD(image_that_counts, CANNOT, image->count = 1)
RECORD(image_elsewhere, CANNOT, image->addr = 0)
RECORD(stack_of_nothing, CANNOT, stack->length = 0)
RECORD(stack_of_halves, CANNOT, stack->length = 24)
RECORD(stack_too_deep, CANNOT, stack->length = (DX_TRACE_FRAMES + 1) * 16)
RECORD(stack_out_of_order, "holds a stack out of order", stack->addr = 2)
RECORD(stack_unknown, "holds a stack out of order", wb->stack = 2)
RECORD(vcpu_unknown, "holds a record out of order", fence->vcpu = 2)
RECORD(gap, "holds a record out of order", fence->seq++)
RECORD(twice_the_same, "holds a record out of order", fence->seq--)

#define BLOCK(name, says, ...)                                                                     \
	Test(trace, name)                                                                          \
	{                                                                                          \
		put(DX_TRACE_STORE, 3, BASE, 8, 1);                                                \
		put_file((struct dx_trace_block){ __VA_ARGS__ });                                  \
		expect_refused("block 1: " says);                                                  \
	}

BLOCK(block_magic, "has a head", .magic = 1)
BLOCK(block_too_long, "has a head", .raw = DX_TRACE_BLOCK_MAX + 8)
BLOCK(block_odd, "has a head", .raw = 47)
BLOCK(block_packed_too_long, "has a head", .packed = 8 << 20)
BLOCK(block_longer_than_said, "is longer or shorter", .raw = 40)
BLOCK(block_shorter_than_said, "is longer or shorter", .raw = 56)
BLOCK(block_records_miscounted, "does not hold what it says", .records = 2)
BLOCK(block_seq_gap, "its events do not follow", .seq = 1)

Test(trace, block_ends_within_a_record)
{
	put(DX_TRACE_STORE, 3, BASE, 8, 1);
	f.used += 8;
	put_file((struct dx_trace_block){ 0 });
	expect_refused(CANNOT);
}

Test(trace, block_ends_within_a_payload)
{
	put(DX_TRACE_STORE, 3, BASE, 64, 8);
	f.used -= 8;
	put_file((struct dx_trace_block){ 0 });
	expect_refused(CANNOT);
}

/* ---- files that were damaged or cut ---- */

static void flip(off_t at)
{
	int fd = open(f.path, O_RDWR);
	unsigned char byte;

	cr_assert_eq(pread(fd, &byte, 1, at), 1);
	byte ^= 0x10;
	cr_assert_eq(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static off_t file_size(void)
{
	struct stat st;

	cr_assert_eq(stat(f.path, &st), 0);
	return st.st_size;
}

/* Blocks of 1 MiB: what does not compress fills two and begins a third. */
static void write_three_blocks(void)
{
	uint32_t word = 1;

	begin_trace();
	for (uint64_t i = 0; i < 30000; i++) {
		word = word * 1664525 + 1013904223;
		store(BASE + (word % SIZE & ~63ULL), 32);
	}
	end_trace();
}

Test(trace, damaged_byte)
{
	struct dx_trace_block b;
	off_t second = DX_TRACE_HEADER;
	int fd;

	write_three_blocks();
	fd = open(f.path, O_RDONLY);
	cr_assert_eq(pread(fd, &b, sizeof(b), second), sizeof(b));
	second += (off_t)(sizeof(b) + b.packed);
	cr_assert_eq(pread(fd, &b, sizeof(b), second), sizeof(b));
	close(fd);
	for (off_t at = second + (off_t)sizeof(b); at < second + b.packed; at += b.packed / 17) {
		flip(at);
		expect_refused("block 2: ");
		flip(at);
	}
	flip((off_t)DX_TRACE_HEADER);
	expect_refused("block 1: has a head");
}

Test(trace, cut_anywhere)
{
	off_t size;

	write_three_blocks();
	size = file_size();
	for (off_t len = size - 1; len > (off_t)DX_TRACE_HEADER; len -= 99991) {
		cr_assert_eq(truncate(f.path, len), 0);
		expect_cut("shorter than it was");
	}
	cr_assert_eq(truncate(f.path, DX_TRACE_HEADER), 0);
	expect_cut("shorter than it was");
}

#define CUT(name, says, change)                                                                    \
	Test(trace, name)                                                                          \
	{                                                                                          \
		put(DX_TRACE_STORE, 3, BASE, 8, 1);                                                \
		change;                                                                            \
		put_file((struct dx_trace_block){ 0 });                                            \
		expect_cut(says);                                                                  \
	}

CUT(disk_was_full, "No space left", f.header.error = ENOSPC)
CUT(still_open, "was killed", f.header.ended = DX_TRACE_OPEN)
CUT(guest_ended, "the guest ended", f.header.ended = DX_TRACE_EXITED)
CUT(blocks_missing, "shorter", f.header.blocks = 2)
CUT(events_missing, "shorter", f.header.events = 2)

Test(trace, killed_within_a_block)
{
	put(DX_TRACE_STORE, 3, BASE, 8, 1);
	f.header.ended = DX_TRACE_OPEN;
	put_file((struct dx_trace_block){ 0 });
	cr_assert_eq(truncate(f.path, file_size() - 3), 0);
	expect_cut("in the middle of a block");
	cr_assert_eq(truncate(f.path, DX_TRACE_HEADER + 5), 0);
	expect_cut("in the middle of a block");
}
