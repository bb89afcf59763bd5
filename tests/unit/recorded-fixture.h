/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run of the script (checker-fixture.h) in two files, as a check leaves them. */
#ifndef TESTS_RECORDED_FIXTURE_H
#define TESTS_RECORDED_FIXTURE_H

#include "tests/unit/checker-fixture.h"

#include "checker/trace/trace_write.h"
#include "lib/file.h"

#include <fcntl.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN 0x1234abcdULL

static struct recorded_fixture {
	char dir[40], trace[64], log[64], symbols[64];
	uint64_t run; /* in the trace's header */
	bool killed;  /* the writer never gets to its end */
	bool ended;   /* the end of run() is in the script */
} files;

static inline void start_files(void)
{
	start_run();
	snprintf(files.dir, sizeof(files.dir), "/tmp/test-recorded-XXXXXX");
	cr_assert(mkdtemp(files.dir));
	snprintf(files.trace, sizeof(files.trace), "%s/w.trace", files.dir);
	snprintf(files.log, sizeof(files.log), "%s/w.oplog", files.dir);
	snprintf(files.symbols, sizeof(files.symbols), "%s/kallsyms", files.dir);
	files.run = header()->run = RUN;
	files.killed = files.ended = false;
}

static inline void end_files(void)
{
	file_remove_tree(AT_FDCWD, files.dir);
	end_run();
}

/* One record of the script as the events that it stands for. */
static inline void put_events(struct trace_writer *w, size_t i)
{
	struct dx_trace_rec rec = run.rec[i];
	uint32_t step = rec.kind == DX_TRACE_STORE	  ? 1U << rec.detail
			: rec.kind == DX_TRACE_WRITE_BACK ? 64
							  : 0;

	if (!step) {
		trace_writer_event(w, &rec, NULL);
		return;
	}
	rec.length = step;
	for (uint32_t k = 0; k < run.rec[i].count; k++, rec.addr += step)
		trace_writer_event(w, &rec, run.data[i] + (uint64_t)k * step);
}

static inline void put_trace(void)
{
	const struct dx_trace_header h = {
		.vcpus = 1, .run = files.run, .ranges = 1, .range = { { BASE, RANGE_SIZE } }
	};
	struct trace_writer *w;
	char copy[80];

	cr_assert_eq(trace_writer_open(&w, files.trace, &h), 0);
	for (size_t i = 0; i < run.n; i++)
		put_events(w, i);
	snprintf(copy, sizeof(copy), "%s.copy", files.trace);
	if (files.killed) /* as it is while it is written */
		cr_assert_eq(file_copy_sparse(files.trace, copy), 0);
	cr_assert_eq(trace_writer_close(w, DX_TRACE_STOPPED, 0), 0);
	if (files.killed)
		cr_assert_eq(rename(copy, files.trace), 0);
}

/* run() (prepare(), if it did not come to that) has ended so. */
static inline void end_of_run(bool ran, int64_t result)
{
	if (ran)
		simple(DX_OP_PHASE, 0, 1, 0, 0, 0);
	simple(DX_OP_PHASE, 0, 2, 0, 0, result);
	files.ended = true;
}

static inline void put_files(void)
{
	if (!files.ended)
		end_of_run(true, 0);
	put_trace();
	cr_assert_eq(file_write_atomic(AT_FDCWD, files.log, f.log, LOG_SIZE), 0);
}

#endif
