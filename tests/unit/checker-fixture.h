/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run without a machine: operations for the log and what the CPU does meanwhile,
 * written down side by side, and judged. One vCPU, one worker (by() gives its turn to
 * another), one NVDIMM at BASE whose device begins at DEVICE.
 */
#ifndef TESTS_CHECKER_FIXTURE_H
#define TESTS_CHECKER_FIXTURE_H

#include "tests/unit/oplog-fixture.h"

#include "checker/lines/linecheck.h"

#define BASE	    0x100000000ULL
#define RANGE_SIZE  (16ULL << 20)
#define DEVICE	    (BASE + DX_PMD)
#define FILE_HANDLE 1U
#define MAP_HANDLE  2U
#define MAX_RECORDS 4096

static struct script {
	struct dx_trace_rec rec[MAX_RECORDS];
	unsigned char data[MAX_RECORDS][DX_TRACE_RUN_MAX > 256 ? 256 : DX_TRACE_RUN_MAX];
	size_t n;
	uint64_t seq, generation, tick;
	uint32_t worker;   /* whose turn it is */
	struct dx_rec *op; /* that goes on, of this worker */
	struct dx_rec *others[DX_LOG_WORKERS];
} run;

static inline struct dx_trace_rec *add_record(enum dx_trace_kind kind, uint64_t addr, uint32_t len,
					      uint32_t count)
{
	struct dx_trace_rec *r = &run.rec[run.n++];

	cr_assert_lt(run.n, MAX_RECORDS);
	*r = (struct dx_trace_rec){ .kind = kind,
				    .length = len,
				    .seq = run.seq,
				    .addr = addr,
				    .ip = 0x1000 + run.n,
				    .count = count };
	run.seq += count;
	return r;
}

/* ---- the CPU ---- */

static inline void store(uint64_t addr, const void *bytes, uint32_t len)
{
	struct dx_trace_rec *r = add_record(DX_TRACE_STORE, addr, len, (len + 7) / 8);

	r->detail = 3;
	memcpy(run.data[run.n - 1], bytes, len);
}

static inline void store_nt(uint64_t addr, const void *bytes, uint32_t len)
{
	store(addr, bytes, len);
	run.rec[run.n - 1].flags = DX_TRACE_NT;
}

static inline void write_back(uint64_t addr, uint32_t lines, enum dx_trace_write_back how)
{
	add_record(DX_TRACE_WRITE_BACK, addr, lines * 64, lines)->detail = (uint8_t)how;
}

static inline void fence(enum dx_trace_fence how)
{
	add_record(DX_TRACE_FENCE, 0, 0, 1)->detail = (uint8_t)how;
}

/* ---- the log ---- */

static inline struct dx_rec *next_record(void)
{
	struct dx_log_area *a = area(run.worker);
	struct dx_rec *r = record(run.worker, a->used);

	cr_assert_lt(a->used, a->room);
	memset(r, 0, sizeof(*r));
	r->worker = (uint16_t)run.worker;
	a->used++;
	return r;
}

/* What follows is done by @worker, in what it was doing. */
static inline void by(uint32_t worker)
{
	run.others[run.worker] = run.op;
	run.worker = worker;
	run.op = run.others[worker];
}

static inline void mark(enum dx_log_mark what)
{
	uint64_t number = (uint64_t)(run.op - record(run.worker, 0));

	add_record(DX_TRACE_MARK, number, run.worker, 1)->detail = (uint8_t)what;
}

static inline void begin(enum dx_log_op op, uint32_t handle, uint64_t a0, uint64_t a1, uint64_t a2,
			 uint64_t a3)
{
	run.op = next_record();
	*run.op = (struct dx_rec){ .op = (uint16_t)op,
				   .worker = (uint16_t)run.worker,
				   .handle = handle,
				   .begin = ++run.tick,
				   .arg = { a0, a1, a2, a3 } };
	mark(DX_MARK_BEGIN);
}

static inline void end(int64_t result)
{
	run.op->result = result;
	run.op->end = ++run.tick;
	for (struct dx_rec *r = run.op + 1; r < record(run.worker, area(run.worker)->used); r++)
		r->end = run.op->end;
	mark(DX_MARK_END);
}

static inline void text(const char *name)
{
	/* With its zero, which says that it ends here. */
	for (size_t at = 0, len = strlen(name) + 1; at < len;) {
		struct dx_rec *r = next_record();
		size_t part = len - at < sizeof(r->text) ? len - at : sizeof(r->text);

		r->op = DX_OP_TEXT;
		r->begin = r->end = run.op->begin;
		memcpy(r->text, name + at, part);
		at += part;
	}
}

/* After end(): file bytes from @offset on lie at @device of the device. */
static inline void extent(uint32_t handle, int index, uint64_t offset, uint64_t device,
			  uint64_t len, uint64_t flags)
{
	struct dx_rec *r = next_record();

	*r = (struct dx_rec){ .op = DX_OP_EXTENT,
			      .worker = (uint16_t)run.worker,
			      .handle = handle,
			      .begin = run.op->begin,
			      .end = run.op->end,
			      .result = index,
			      .arg = { offset, device, len, flags } };
}

static inline void simple(enum dx_log_op op, uint32_t handle, uint64_t a0, uint64_t a1, uint64_t a2,
			  int64_t result)
{
	begin(op, handle, a0, a1, a2, 0);
	end(result);
}

static inline void open_file(uint32_t handle, const char *name, uint64_t flags)
{
	begin(DX_OP_OPEN, handle, flags, 0644, 0, 0);
	text(name);
	end(0);
}

/* A call on names: two where @second is not NULL. */
static inline void names(enum dx_log_op op, const char *first, const char *second, uint64_t flags)
{
	begin(op, 0, flags, 0, 0, 0);
	text(first);
	if (second)
		text(second);
	end(0);
}

/* ---- the usual run: a file of one page, mapped, its block at the device's page 3 ---- */

#define BLOCK	   (3 * DX_PAGE)
#define AT(offset) (DEVICE + BLOCK + (offset))

static inline void start_run(void)
{
	set_up();
	memset(&run, 0, sizeof(run));
	simple(DX_OP_DEVICE, 0, 0, 0, DEVICE, 0);
	run.op->arg[3] = RANGE_SIZE - DX_PMD;
	open_file(FILE_HANDLE, "file", O_RDWR | O_CREAT);
	simple(DX_OP_TRUNCATE, FILE_HANDLE, DX_PAGE, 0, 0, 0);
	begin(DX_OP_MAP, MAP_HANDLE, FILE_HANDLE, 0, DX_PAGE,
	      DX_MAP_READ | DX_MAP_WRITE | DX_MAP_SYNC);
	end(0x7000);
}

static inline uint64_t next_generation(void)
{
	return ++run.generation << 4 | run.worker;
}

/* A store of 8 bytes through the mapping, by operation and CPU alike. */
static inline void map_store(uint64_t offset)
{
	uint64_t generation = next_generation();
	uint64_t value = dx_pattern64(SEED, FILE_HANDLE, offset, generation);

	begin(DX_OP_STORE, MAP_HANDLE, offset, 8, 0, generation);
	store(AT(offset), &value, 8);
	end(0);
}

static inline void sync_begin(enum dx_log_op op)
{
	if (op == DX_OP_MSYNC)
		begin(op, MAP_HANDLE, 0, DX_PAGE, MS_SYNC, 0);
	else
		begin(op, op == DX_OP_SYNC ? 0 : FILE_HANDLE, 0, 0, 0, 0);
}

static inline void sync_end(void)
{
	end(0);
	extent(FILE_HANDLE, 0, 0, BLOCK, DX_PAGE, 0);
}

/* fsync as it should be: the page written back, line by line, and drained. */
static inline void good_sync(enum dx_log_op op)
{
	sync_begin(op);
	write_back(AT(0), 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	sync_end();
}

static struct linecheck *lc;
static struct oplog *script_log;

static inline size_t judge_by(enum persist_mode mode, uint64_t leave_out,
			      const struct linecheck_violation **ret)
{
	static struct dx_trace_header h = { .vcpus = 1,
					    .ranges = 1,
					    .range = { { BASE, RANGE_SIZE } } };
	const struct linecheck_options o = { .mode = mode, .leave_out = leave_out };
	struct err e = { 0 };
	char line[1200];

	linecheck_close(lc);
	lc = NULL;
	if (!script_log)
		script_log = read_log();
	cr_assert_eq(linecheck_open(&lc, &h, script_log, &o, &e), 0, "%s",
		     err_format(&e, line, sizeof(line)));
	for (size_t i = 0; i < run.n; i++) {
		const struct trace_record r = { &run.rec[i], run.data[i] };

		cr_assert_eq(linecheck_record(lc, &r, &e), 0, "%s",
			     err_format(&e, line, sizeof(line)));
	}
	return linecheck_violations(lc, ret);
}

static inline size_t judge(const struct linecheck_violation **ret)
{
	return judge_by(PERSIST_STRICT, CONTENT_NEVER, ret);
}

/* ---- what was found ---- */

/* The run goes on after it was judged: the log is read anew. */
static inline void go_on(void)
{
	oplog_close(script_log);
	script_log = NULL;
}

static inline const struct linecheck_violation *expect_caught(enum linecheck_fault fault)
{
	const struct linecheck_violation *first;

	cr_assert_gt(judge(&first), 0, "nothing found");
	cr_expect_eq(first->fault, fault, "fault %d, expected %d", first->fault, fault);
	return first;
}

static inline void expect_caught_at(uint64_t offset, enum linecheck_fault fault)
{
	const struct linecheck_violation *first = expect_caught(fault);

	cr_expect_eq(first->offset, offset, "at %lu, expected %lu", (unsigned long)first->offset,
		     (unsigned long)offset);
}

/* And not because nothing was looked at. */
static inline void expect_clean(void)
{
	const struct linecheck_violation *first;
	size_t n = judge(&first);

	cr_expect_eq(n, 0, "%zu found, fault %d at %#lx", n, n ? first->fault : 0,
		     n ? (unsigned long)first->offset : 0);
	cr_expect_eq(linecheck_counts(lc)->unplaced_bytes, 0);
}

static inline void end_run(void)
{
	linecheck_close(lc);
	oplog_close(script_log);
	lc = NULL;
	script_log = NULL;
	tear_down();
}

#endif
