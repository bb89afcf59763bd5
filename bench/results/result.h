/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one cell gave, and its JSON: an object of "results" in a document of schema
 * "daxbench-result-1" (results/daxbench-result-1.schema.json).
 */
#ifndef BENCH_RESULTS_RESULT_H
#define BENCH_RESULTS_RESULT_H

#include <jansson.h>
#include <stdbool.h>

#include "bench/select.h"
#include "bench/stats.h"
#include "daxbench/trace.h"
#include "lib/err.h"

enum status {
	STATUS_PASS,
	STATUS_FAIL,
	STATUS_SKIP,
	STATUS_ERROR,
	STATUS_XFAIL, /* a known failure, and only that (known.h) */
	STATUS_XPASS, /* a known failure that did not show */
	STATUSES
};

const char *status_name(enum status s);

/* What one cell (workload, parameters, file system) gave. Zeroed: nothing yet. */
struct cell_result {
	const struct dx_workload *workload;
	struct selection selection;
	enum lens lens;
	uint64_t run;	 /* check lens: names trace and operation log; 0: nothing was recorded */
	char fs[16];	 /* "ext4", "xfs", "" where none is used */
	char driver[16]; /* module that serves it: "ext4" for an ext2 mount too */
	char mode[16];	 /* of target_mode() */
	enum status status;
	char reason[1024]; /* empty when passed */
	const char *unit;  /* "ns" or "insn" */
	int cpu;	   /* that it was pinned to; -1: several, or none */
	uint64_t ops;	   /* operations in each sample */
	double *samples;   /* per operation, in unit; malloc'ed */
	size_t n_samples;
	uint64_t ticks;	   /* timer ticks inside all samples; deterministic only */
	bool exact;	   /* deterministic: the samples agree and hold no tick */
	bool have_counts;  /* seen and wanted are filled, of proof_ops operations */
	bool have_machine; /* --counts: machine is filled, of proof_ops operations */
	struct stats_summary summary;
	uint64_t proof_ops;
	struct dx_counts seen, wanted;
	struct dx_trace_counts machine;
	double minor_faults; /* per operation, of the timed samples; getrusage */
	json_t *functions;   /* with --functions: what functions_describe() says; may be NULL */
	json_t *latency;     /* with --latency: quantiles and histogram; may be NULL */
	json_t *check;	     /* check lens: what was recorded and judged; may be NULL */
	json_t *fio;	     /* of a job of fio: what it is, and what fio said; may be NULL */
	json_t *violations;  /* an array; NULL: none */
	json_t *target;	     /* device, mkfs and mount options as used; may be NULL */
};

void cell_result_release(struct cell_result *c);

/* The counts by number, from 0 on: name in JSON, NULL where there are no more; and value. */
const char *cell_count_name(size_t i);
int64_t cell_count(const struct dx_counts *c, size_t i);

/* A new object for "results": [...]; what the schema says. NULL without memory. */
json_t *cell_result_to_json(const struct cell_result *c);

/* The reverse, for results that a child process sent. @c is zeroed first. */
int cell_result_from_json(const json_t *j, struct cell_result *c, struct err *e);

#endif
