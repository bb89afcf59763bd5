/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store trace in a file of its own, made by the writer or put together by hand. */
#ifndef TESTS_TRACE_FIXTURE_H
#define TESTS_TRACE_FIXTURE_H

#include "checker/trace/trace.h"
#include "checker/trace/trace_write.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#define BASE   0x100000000ULL
#define SIZE   (64ULL << 20)
#define KERNEL 0xffffffff81000000ULL

static struct trace_fixture {
	char path[40];
	struct trace_writer *w;
	struct dx_trace_header header; /* what put_file() writes */
	unsigned char raw[65536];      /* records put together by hand */
	uint32_t used, records;
	uint64_t seq;
} f;

static inline void set_up(void)
{
	int fd;

	snprintf(f.path, sizeof(f.path), "/tmp/test-trace-XXXXXX");
	fd = mkstemp(f.path);
	cr_assert(fd >= 0);
	close(fd);
	f.header = (struct dx_trace_header){
		.magic = DX_TRACE_MAGIC,
		.version = DX_TRACE_VERSION,
		.vcpus = 2,
		.run = 0x1234,
		.ended = DX_TRACE_STOPPED,
		.ranges = 1,
		.range = { { BASE, SIZE } },
		.blocks = 1,
		.recorder = "test",
	};
}

static inline void tear_down(void)
{
	unlink(f.path);
}

/* ---- by the writer ---- */

static inline void begin_trace(void)
{
	cr_assert_eq(trace_writer_open(&f.w, f.path, &f.header), 0);
}

static inline void end_trace(void)
{
	cr_assert_eq(trace_writer_close(f.w, DX_TRACE_STOPPED, 0), 0);
}

/* A store of @size bytes, a power of two, by the instruction at @ip. */
static inline void store_from(uint64_t addr, uint32_t size, unsigned int flags, uint64_t ip)
{
	unsigned char bytes[32];
	struct dx_trace_rec rec = { .kind = DX_TRACE_STORE,
				    .flags = (uint8_t)flags,
				    .detail = (uint8_t)__builtin_ctz(size),
				    .length = size,
				    .addr = addr,
				    .ip = ip };

	for (uint32_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)(addr + i);
	trace_writer_event(f.w, &rec, bytes);
}

static inline void store(uint64_t addr, uint32_t size)
{
	store_from(addr, size, 0, KERNEL);
}

static inline void write_back(uint64_t addr, enum dx_trace_write_back how)
{
	struct dx_trace_rec rec = { .kind = DX_TRACE_WRITE_BACK,
				    .detail = (uint8_t)how,
				    .length = DX_TRACE_LINE,
				    .addr = addr,
				    .ip = KERNEL };

	trace_writer_event(f.w, &rec, NULL);
}

static inline void fence(enum dx_trace_fence which)
{
	struct dx_trace_rec rec = { .kind = DX_TRACE_FENCE,
				    .detail = (uint8_t)which,
				    .ip = KERNEL };

	trace_writer_event(f.w, &rec, NULL);
}

static inline void mark(uint32_t worker, uint64_t number, unsigned int what)
{
	struct dx_trace_rec rec = { .kind = DX_TRACE_MARK,
				    .flags = DX_TRACE_USER,
				    .detail = (uint8_t)what,
				    .length = worker,
				    .addr = number };

	trace_writer_event(f.w, &rec, NULL);
}

static inline void image(uint64_t addr, int byte)
{
	static unsigned char page[DX_TRACE_RUN_MAX];
	struct dx_trace_rec rec = { .kind = DX_TRACE_IMAGE, .length = sizeof(page), .addr = addr };

	memset(page, byte, sizeof(page));
	trace_writer_extra(f.w, &rec, page);
}

/* ---- by hand ---- */

/* The record, to be spoilt; numbered, and with room for its payload. */
static inline struct dx_trace_rec *put(unsigned int kind, unsigned int detail, uint64_t addr,
				       uint32_t length, uint32_t count)
{
	struct dx_trace_rec *rec = (struct dx_trace_rec *)(void *)(f.raw + f.used);
	bool has_payload = kind == DX_TRACE_STORE || kind == DX_TRACE_IMAGE ||
			   kind == DX_TRACE_STACK;

	*rec = (struct dx_trace_rec){ .kind = (uint8_t)kind,
				      .detail = (uint8_t)detail,
				      .addr = addr,
				      .length = length,
				      .count = count,
				      .seq = f.seq };
	f.used += (uint32_t)sizeof(*rec) + (has_payload ? (length + 7) & ~7U : 0);
	cr_assert(f.used <= sizeof(f.raw));
	f.records++;
	f.seq += count;
	f.header.events = f.seq;
	return rec;
}

/* A file of f.header and a block of what was put, with the head that @b gives; 0: the right one. */
static inline void put_file(struct dx_trace_block b)
{
	static unsigned char packed[ZSTD_COMPRESSBOUND(sizeof(f.raw))];
	unsigned char page[DX_TRACE_HEADER] = { 0 };
	size_t n = ZSTD_compress(packed, sizeof(packed), f.raw, f.used, 1);
	int fd = open(f.path, O_WRONLY | O_TRUNC);

	cr_assert(fd >= 0 && !ZSTD_isError(n));
	memcpy(page, &f.header, sizeof(f.header));
	b.magic = b.magic ? b.magic : DX_BLOCK_MAGIC;
	b.packed = b.packed ? b.packed : (uint32_t)n;
	b.raw = b.raw ? b.raw : f.used;
	b.records = b.records ? b.records : f.records;
	cr_assert_eq(write(fd, page, sizeof(page)), sizeof(page));
	cr_assert_eq(write(fd, &b, sizeof(b)), sizeof(b));
	cr_assert_eq(write(fd, packed, n), (ssize_t)n);
	close(fd);
}

/* ---- reading ---- */

static inline struct trace *open_trace(void)
{
	struct trace *t = NULL;
	struct err e = { 0 };

	cr_assert_eq(trace_open(&t, f.path, &e), 0, "%s", e.what);
	return t;
}

/* The next record; NULL at the end. */
static inline const struct dx_trace_rec *next(struct trace *t)
{
	struct trace_record r;
	struct err e = { 0 };
	int n = trace_next(t, &r, &e);

	cr_assert(n >= 0, "%s", e.what);
	return n ? r.rec : NULL;
}

#endif
