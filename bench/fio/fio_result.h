/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What fio printed with --output-format=json, of one job: foreign input. */
#ifndef BENCH_FIO_FIO_RESULT_H
#define BENCH_FIO_FIO_RESULT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

/* Times of single operations as fio's own clock saw them, in ns; no samples: not taken. */
struct fio_latency {
	uint64_t samples;
	double min, mean, max;
	double p50, p99, p999; /* 0 where fio gives none */
};

struct fio_result {
	char version[32];
	int error; /* of the job, an errno; 0: none */
	uint64_t ios;
	double iops;
	uint64_t runtime_ms;
	uint64_t minor_faults;
	struct fio_latency latency; /* of reads or writes, of which there are more */
	struct fio_latency sync;    /* of what syncs them */
};

/*
 * Lines before the document, which are fio's notes, are passed over. -EBADMSG says what
 * is missing or not what it should be, and where what is there is no JSON, or cut off.
 */
int fio_result_parse(const char *text, size_t len, struct fio_result *ret, struct err *e);

/* For results: "version", "ios", "iops", "runtime_ms", "latency", "sync_latency" (or null). */
json_t *fio_result_to_json(const struct fio_result *result);

#endif
