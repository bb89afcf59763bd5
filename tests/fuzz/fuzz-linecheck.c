// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole judge: an operation log and a store trace that both readers take, but
 * that need not belong together, or to any machine. Nothing may crash, and what was
 * found has to agree with itself.
 *
 * An input is a struct head, then records of the log (each goes to the area of the
 * worker that it names), then records of the trace as they are in a block. What the
 * readers hold against every log and trace is made right here, or few inputs would
 * get to the judge: headers, numbers of events and stacks. Where the head asks for
 * marks, too: then a record's number of event says behind how many of them it comes.
 */
#include "tests/fuzz/fuzz-linecheck.h"
#include "checker/lines/linecheck.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#define AREAS	  2U
#define AREA_SIZE (1U << 14)
#define AREA_ROOM (AREA_SIZE / sizeof(struct dx_rec) - 1)
#define LONG	  (4ULL << 20)
#define TOO_LONG  (8ULL << 30)
#define LOG_SIZE  (DX_LOG_HEADER + (size_t)AREAS * AREA_SIZE)

static const struct dx_trace_range range = { FUZZ_LINECHECK_BASE, FUZZ_LINECHECK_SIZE };

static void expect(int truth)
{
	if (!truth)
		abort();
}

/* ---- the log ---- */

static struct oplog *make_log(const struct fuzz_linecheck_head *head, const uint8_t *records)
{
	const struct dx_log_header header = { .magic = DX_LOG_MAGIC,
					      .version = DX_LOG_VERSION,
					      .areas = AREAS,
					      .area_size = AREA_SIZE,
					      .seed = FUZZ_LINECHECK_SEED,
					      .run = 1 };
	uint8_t *data = calloc(1, LOG_SIZE);
	struct oplog *log = NULL;
	struct dx_log_area *area[AREAS];

	expect(data != NULL);
	memcpy(data, &header, sizeof(header));
	for (uint32_t w = 0; w < AREAS; w++) {
		area[w] = (void *)(data + DX_LOG_HEADER + (size_t)w * AREA_SIZE);
		*area[w] = (struct dx_log_area){ .worker = w, .room = AREA_ROOM };
	}
	area[0]->full = head->full;
	for (uint32_t i = 0; i < head->records; i++) {
		struct dx_rec rec;
		struct dx_log_area *a;

		memcpy(&rec, records + i * sizeof(rec), sizeof(rec));
		a = area[rec.worker % AREAS];
		if (a->used < a->room)
			memcpy((struct dx_rec *)(a + 1) + a->used++, &rec, sizeof(rec));
	}
	oplog_parse(&log, data, LOG_SIZE, "input", NULL);
	free(data);
	return log;
}

/* Its arguments are of devices, of which no page is gone through. */
static bool is_device(const struct oplog_op *op)
{
	return op->rec->op == DX_OP_DEVICE || op->rec->op == DX_OP_TARGET;
}

/*
 * Does it have files so long that it takes seconds, page by page, but not so long that
 * the judge refuses them? That finds nothing new.
 */
static int takes_long(const struct oplog *log)
{
	for (size_t i = 0; i < oplog_count(log); i++) {
		const struct oplog_op *op = oplog_at(log, i);

		for (unsigned int k = 0; k < 4 && !is_device(op); k++)
			if (op->kind->arg[k].type == OPLOG_BYTES && op->rec->arg[k] > LONG &&
			    op->rec->arg[k] < TOO_LONG)
				return 1;
	}
	return 0;
}

/* ---- the trace ---- */

/* A block that grows. */
struct block {
	unsigned char raw[DX_TRACE_BLOCK_MAX];
	uint32_t used, records;
	uint64_t seq, stacks;
};

/* Records of an input that are not in the block yet. */
struct source {
	const uint8_t *data;
	size_t len;
};

static void put_record(struct block *b, struct dx_trace_rec rec, const void *payload, size_t len)
{
	size_t padded = (len + 7) & ~(size_t)7;

	if (sizeof(rec) + padded > sizeof(b->raw) - b->used)
		return;
	rec.seq = b->seq;
	if (rec.kind == DX_TRACE_STACK)
		rec.addr = ++b->stacks;
	memcpy(b->raw + b->used, &rec, sizeof(rec));
	memset(b->raw + b->used + sizeof(rec), 0, padded);
	if (len)
		memcpy(b->raw + b->used + sizeof(rec), payload, len);
	b->used += (uint32_t)(sizeof(rec) + padded);
	b->records++;
	b->seq += rec.count;
}

/* The source's records up to the first that comes behind more than @marks of them. */
static void put_records(struct block *b, struct source *s, uint64_t marks)
{
	struct dx_trace_rec rec;
	size_t len;

	while (s->len >= sizeof(rec)) {
		memcpy(&rec, s->data, sizeof(rec));
		len = rec.kind == DX_TRACE_STORE || rec.kind == DX_TRACE_IMAGE ||
				      rec.kind == DX_TRACE_STACK
			      ? rec.length
			      : 0;
		if (rec.seq > marks || s->len - sizeof(rec) < len)
			return;
		put_record(b, rec, s->data + sizeof(rec), len);
		len = (sizeof(rec) + len + 7) & ~(size_t)7;
		s->data += len < s->len ? len : s->len;
		s->len -= len < s->len ? len : s->len;
	}
}

static void put_mark(struct block *b, struct source *s, uint64_t *marks, const struct oplog_op *op,
		     enum dx_log_mark what)
{
	struct dx_trace_rec rec = { .kind = DX_TRACE_MARK,
				    .detail = (uint8_t)what,
				    .length = op->worker,
				    .addr = op->number,
				    .count = 1 };

	put_record(b, rec, NULL, 0);
	put_records(b, s, ++*marks);
}

/* Each operation of @log where its clock says; one that is in the way has ended before. */
static void put_marked(struct block *b, struct source *s, const struct oplog *log)
{
	const struct oplog_op *open[AREAS] = { NULL };
	uint64_t marks = 0;

	put_records(b, s, marks);
	for (size_t i = 0; i <= oplog_count(log); i++) {
		const struct oplog_op *op = i < oplog_count(log) ? oplog_at(log, i) : NULL;

		for (uint32_t w = 0; w < AREAS; w++) {
			if (!open[w] ||
			    (op && op->worker != w && open[w]->rec->end > op->rec->begin))
				continue;
			put_mark(b, s, &marks, open[w], DX_MARK_END);
			open[w] = NULL;
		}
		if (op) {
			open[op->worker] = op;
			put_mark(b, s, &marks, op, DX_MARK_BEGIN);
		}
	}
}

static struct trace *make_trace(const struct block *b)
{
	static unsigned char page[DX_TRACE_HEADER], packed[ZSTD_COMPRESSBOUND(DX_TRACE_BLOCK_MAX)];
	const struct dx_trace_header header = { .magic = DX_TRACE_MAGIC,
						.version = DX_TRACE_VERSION,
						.vcpus = 2,
						.run = 1,
						.ranges = 1,
						.range = { range } };
	struct dx_trace_block head = { .magic = DX_BLOCK_MAGIC,
				       .raw = b->used,
				       .records = b->records };
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct trace *t = NULL;
	char path[64];

	memcpy(page, &header, sizeof(header));
	head.packed = (uint32_t)ZSTD_compress(packed, sizeof(packed), b->raw, b->used, 1);
	expect(write(fd, page, sizeof(page)) == sizeof(page));
	expect(write(fd, &head, sizeof(head)) == sizeof(head));
	expect(write(fd, packed, head.packed) == (ssize_t)head.packed);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	expect(trace_open(&t, path, NULL) == 0);
	close(fd);
	return t;
}

/* ---- what was found ---- */

static void touch_violation(const struct linecheck *lc, const struct linecheck_violation *v)
{
	size_t n;

	expect(v->fault < LINECHECK_FAULTS && v->file && v->file->first_name);
	expect(!v->promise == (v->fault == LINECHECK_FOREIGN_STORE));
	expect(v->bytes >= 1 && v->bytes <= DX_TRACE_LINE && v->since <= v->until);
	expect(!v->owner || v->owner->op->kind->name);
	if (v->fault != LINECHECK_HOLE)
		expect(v->physical % DX_TRACE_LINE == v->offset % DX_TRACE_LINE);
	expect(!v->store.stack || linecheck_stack(lc, v->store.stack, &n));
}

static void touch_obligations(const struct linecheck *lc)
{
	const struct linecheck_obligation *o;
	size_t n = linecheck_obligations(lc, &o);

	for (size_t i = 0; i < n; i++)
		expect(o[i].bytes && o[i].addr - range.base < range.size);
}

static void touch_all(const struct linecheck *lc)
{
	const struct linecheck_counts *counts = linecheck_counts(lc);
	const struct linecheck_violation *v;
	const struct linecheck_cost *cost;
	const uint64_t *names;
	uint64_t sum = 0;
	size_t n;

	n = linecheck_violations(lc, &v);
	for (size_t i = 0; i < n; i++)
		touch_violation(lc, &v[i]);
	n = linecheck_costs(lc, &cost);
	for (size_t i = 0; i < n; i++)
		expect(cost[i].clean + cost[i].twice <= cost[i].events);
	n = linecheck_wrong(lc, &names);
	for (size_t i = 0; i < n; i++)
		sum += names[i];
	n = linecheck_unsettled(lc, &names);
	for (size_t i = 0; i < n; i++)
		sum += names[i];
	expect(counts->clean + counts->twice <= counts->write_backs);
	expect(counts->idle_fences <= counts->fences && sum + 1);
	touch_obligations(lc);
}

static void judge(const struct oplog *log, struct trace *t, enum persist_mode mode)
{
	const struct linecheck_options o = { .mode = mode,
					     .note_obligations = true,
					     .note_wrong = true,
					     .leave_out = CONTENT_NEVER };
	struct linecheck *lc = NULL;
	struct err e = { 0 };
	int r;

	expect(linecheck_open(&lc, trace_header(t), log, &o, &e) == 0);
	r = linecheck_run(lc, t, &e);
	expect(r <= 0 && (!r || (e.code == r && e.what[0])));
	touch_all(lc);
	linecheck_close(lc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct block b;
	struct fuzz_linecheck_head head;
	struct source records;
	struct oplog *log;
	struct trace *t;

	/* Memory that went back to the kernel would have to be zeroed by it for each input. */
	mallopt(M_TRIM_THRESHOLD, 1 << 30);
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	data += sizeof(head);
	size -= sizeof(head);
	if (head.records > size / sizeof(struct dx_rec))
		return 0;
	log = make_log(&head, data);
	if (!log || takes_long(log)) {
		oplog_close(log);
		return 0;
	}
	records.data = data + head.records * sizeof(struct dx_rec);
	records.len = size - head.records * sizeof(struct dx_rec);
	b.used = b.records = 0;
	b.seq = b.stacks = 0;
	if (head.marks)
		put_marked(&b, &records, log);
	put_records(&b, &records, UINT64_MAX);
	t = make_trace(&b);
	judge(log, t, head.mode % PERSIST_MODES);
	trace_close(t);
	oplog_close(log);
	return 0;
}
