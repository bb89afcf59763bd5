// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What fio printed, and what a file of workloads/jobs has in it: any bytes. What is
 * taken must be figures that can be reckoned with and printed; the rest says why not.
 */
#include "bench/fio/fio_jobs.h"
#include "bench/fio/fio_result.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void expect(int truth)
{
	if (!truth)
		abort();
}

static void check_latency(const struct fio_latency *l)
{
	const double all[] = { l->min, l->mean, l->max, l->p50, l->p99, l->p999 };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		expect(isfinite(all[i]) && all[i] >= 0);
}

static void read_result(const char *text, size_t size)
{
	struct fio_result result;
	struct err e = { 0 };
	json_t *j;
	int r = fio_result_parse(text, size, &result, &e);

	if (r) {
		expect(r == -EBADMSG && e.what[0]);
		return;
	}
	expect(isfinite(result.iops) && result.iops >= 0);
	check_latency(&result.latency);
	check_latency(&result.sync);
	j = fio_result_to_json(&result);
	expect(j != NULL);
	json_decref(j);
}

static void read_job(const char *text)
{
	struct fio_job job;
	struct err e = { 0 };
	int r = fio_job_parse("fuzz", text, &job, &e);

	if (r)
		expect(r == -EINVAL && e.what[0]);
	else
		expect(job.workload.max_ops > 0 && strlen(job.title) <= 72);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	expect(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	read_result(text, size);
	read_job(text);
	free(text);
	return 0;
}
