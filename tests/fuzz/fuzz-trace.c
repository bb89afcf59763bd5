// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store trace: mailed by strangers, or left by a QEMU that was killed. What
 * the reader hands out must keep every promise of trace.h; that is checked here
 * once more, from the outside, and all of it is touched, so that a sanitizer
 * sees it.
 *
 * An input is tried as a trace; as a trace without the padding behind its header,
 * so that a few hundred bytes reach the blocks; and as the records of one block
 * behind a valid header: a fuzzer cannot see through zstd, and would never get
 * to them.
 */
#include "checker/trace/trace.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

static void expect(int truth)
{
	if (!truth)
		abort();
}

static int lies_in_a_range(const struct dx_trace_header *h, const struct dx_trace_rec *rec)
{
	for (uint32_t i = 0; i < h->ranges; i++)
		if (rec->addr >= h->range[i].base &&
		    rec->addr + rec->length <= h->range[i].base + h->range[i].size)
			return 1;
	return 0;
}

static void touch_record(const struct dx_trace_header *h, const struct trace_record *r)
{
	static unsigned char page[DX_TRACE_RUN_MAX];
	const struct dx_trace_rec *rec = r->rec;
	int places = rec->kind != DX_TRACE_FENCE && rec->kind != DX_TRACE_MARK &&
		     rec->kind != DX_TRACE_STACK;

	expect(rec->kind > DX_TRACE_NONE && rec->kind < DX_TRACE_KINDS);
	expect(rec->vcpu < h->vcpus);
	expect(!places || (rec->length && rec->length <= DX_TRACE_RUN_MAX));
	expect(!places || lies_in_a_range(h, rec));
	expect(!places || rec->addr % DX_TRACE_RUN_MAX + rec->length <= DX_TRACE_RUN_MAX);
	expect(!r->data == (rec->kind != DX_TRACE_STORE && rec->kind != DX_TRACE_IMAGE &&
			    rec->kind != DX_TRACE_STACK));
	if (r->data)
		memcpy(page, r->data, rec->length);
}

static void touch_all(struct trace *t)
{
	const struct dx_trace_header *h = trace_header(t);
	struct trace_record r;
	struct err e = { 0 };
	uint64_t seq = 0, stacks = 0;
	char why[128] = "";
	int n;

	while ((n = trace_next(t, &r, &e)) > 0) {
		touch_record(h, &r);
		expect(r.rec->seq == seq);
		seq += r.rec->count;
		stacks += r.rec->kind == DX_TRACE_STACK;
		expect(r.rec->stack <= stacks);
	}
	if (n)
		expect(e.code == n && e.what[0]);
	else if (trace_is_cut(t, why, sizeof(why)))
		expect(why[0] != '\0');
	else
		expect(seq == h->events);
	expect(trace_next(t, &r, &e) == 0);
}

/* The reader wants a file: one in memory, with up to three pieces. */
struct piece {
	const void *data;
	size_t len;
};

static void try(const struct piece *piece, size_t n)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct trace *t = NULL;
	struct err e = { 0 };
	char path[64];
	int r;

	expect(fd >= 0);
	for (size_t i = 0; i < n; i++)
		expect(write(fd, piece[i].data, piece[i].len) == (ssize_t)piece[i].len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = trace_open(&t, path, &e);
	if (!r)
		touch_all(t);
	else
		expect(!t && e.code == r && e.what[0]);
	trace_close(t);
	close(fd);
}

static void try_without_padding(const uint8_t *data, size_t size)
{
	static unsigned char page[DX_TRACE_HEADER];
	const size_t head = sizeof(struct dx_trace_header);

	if (size < head)
		return;
	memcpy(page, data, head);
	try((struct piece[]){ { page, sizeof(page) }, { data + head, size - head } }, 2);
}

/* As many as the reader will find, or all would fail for their number alone. */
static uint32_t count_records(const uint8_t *data, size_t len)
{
	struct dx_trace_rec rec;
	uint32_t n = 0;

	for (size_t at = 0; at < len; n++) {
		if (len - at < sizeof(rec))
			break;
		memcpy(&rec, data + at, sizeof(rec));
		at += sizeof(rec);
		if (rec.kind == DX_TRACE_STORE || rec.kind == DX_TRACE_IMAGE ||
		    rec.kind == DX_TRACE_STACK)
			at += (rec.length + 7ULL) & ~7ULL;
	}
	return n;
}

static void try_as_records(const uint8_t *data, size_t size)
{
	static unsigned char page[DX_TRACE_HEADER], packed[ZSTD_COMPRESSBOUND(DX_TRACE_BLOCK_MAX)];
	struct dx_trace_header h = { .magic = DX_TRACE_MAGIC,
				     .version = DX_TRACE_VERSION,
				     .vcpus = 2,
				     .ranges = 1,
				     .range = { { 0x100000000ULL, 64ULL << 20 } } };
	struct dx_trace_block b = { .magic = DX_BLOCK_MAGIC, .raw = (uint32_t)(size & ~7ULL) };

	if (size > DX_TRACE_BLOCK_MAX)
		return;
	b.packed = (uint32_t)ZSTD_compress(packed, sizeof(packed), data, b.raw, 1);
	b.records = count_records(data, b.raw);
	memcpy(page, &h, sizeof(h));
	try((struct piece[]){ { page, sizeof(page) }, { &b, sizeof(b) }, { packed, b.packed } }, 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try(&(struct piece){ data, size }, 1);
	try_without_padding(data, size);
	try_as_records(data, size);
	return 0;
}
