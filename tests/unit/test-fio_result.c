// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The JSON that fio 3.33 printed in the guest (tests/fuzz/corpus/fio), whole, cut off,
 * and with one member changed. Catches a figure of another direction, an error of the
 * job that is passed over, and a number that is none.
 */
#include "bench/fio/fio_result.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fio_result result;
static struct err e;

static char *sample(const char *name, size_t *len)
{
	char path[128], *text;

	snprintf(path, sizeof(path), "tests/fuzz/corpus/fio/%s", name);
	cr_assert_eq(file_read(AT_FDCWD, path, 1 << 20, &text, len), 0, "%s", path);
	return text;
}

static int parse(const char *text)
{
	return fio_result_parse(text, strlen(text), &result, &e);
}

static int parse_sample(const char *name)
{
	size_t len;
	AUTO_FREE char *text = sample(name, &len);

	return fio_result_parse(text, len, &result, &e);
}

/* The sample mmap-store, with member @path ("jobs.0.write.iops") replaced, or gone (NULL). */
static int parse_with(const char *path, json_t *value)
{
	size_t len;
	AUTO_FREE char *text = sample("mmap-store", &len), *copy = strdup(path), *out = NULL;
	json_t *j = json_loads(text, 0, NULL), *at = j;
	char *rest = copy, *part;

	cr_assert_not_null(j);
	while ((part = strsep(&rest, ".")) && rest)
		at = json_is_array(at) ? json_array_get(at, (size_t)atoi(part))
				       : json_object_get(at, part);
	cr_assert_not_null(json_object_get(at, part), "%s", path);
	if (value)
		json_object_set_new(at, part, value);
	else
		json_object_del(at, part);
	out = json_dumps(j, 0);
	json_decref(j);
	return parse(out);
}

Test(fio_result, stores_through_a_mapping)
{
	cr_assert_eq(parse_sample("mmap-store"), 0, "%s", e.what);
	cr_expect_str_eq(result.version, "fio-3.33");
	cr_expect_eq(result.error, 0);
	cr_expect_eq(result.ios, 1000);
	cr_expect(result.iops > 0);
	cr_expect(result.runtime_ms > 0);
	cr_expect(result.minor_faults > 0);
	cr_expect_eq(result.latency.samples, 1000);
	cr_expect(result.latency.min > 0 && result.latency.min <= result.latency.mean);
	cr_expect(result.latency.mean <= result.latency.max);
	cr_expect(result.latency.p50 > 0 && result.latency.p50 <= result.latency.p99);
	cr_expect(result.latency.p99 <= result.latency.p999);
	cr_expect_eq(result.sync.samples, 0, "nothing was synced");
}

Test(fio_result, writes_that_are_synced)
{
	cr_assert_eq(parse_sample("write-fsync"), 0, "%s", e.what);
	cr_expect_eq(result.ios, 100);
	cr_expect(result.sync.samples > 0 && result.sync.samples <= 100);
	cr_expect(result.sync.mean > 0 && result.sync.p50 > 0);
}

/* gtod_reduce: no clock in the loop, so no latency; it is no 0 ns. */
Test(fio_result, no_latency_was_taken)
{
	json_t *j;

	cr_assert_eq(parse_sample("mmap-store-lean"), 0, "%s", e.what);
	cr_expect_eq(result.ios, 100);
	cr_expect_eq(result.latency.samples, 0);
	j = fio_result_to_json(&result);
	cr_expect(json_is_null(json_object_get(j, "latency")));
	cr_expect(json_is_null(json_object_get(j, "sync_latency")));
	cr_expect_eq(json_integer_value(json_object_get(j, "ios")), 100);
	json_decref(j);
}

/* What fio printed of a device that it would not write: no error, and nothing was done. */
Test(fio_result, a_job_that_did_nothing)
{
	cr_assert_eq(parse_sample("mounted"), 0, "%s", e.what);
	cr_expect_eq(result.error, 0);
	cr_expect_eq(result.ios, 0);
}

/* The job's error is what counts, whatever the exit status was. */
Test(fio_result, a_job_that_failed)
{
	cr_assert_eq(parse_sample("no-space"), 0, "%s", e.what);
	cr_expect_eq(result.error, ENOSPC);
	cr_assert_eq(parse_with("jobs.0.error", json_integer(5)), 0);
	cr_expect_eq(result.error, 5);
	cr_assert_eq(parse_with("jobs.0.error", json_integer(1LL << 40)), 0);
	cr_expect_neq(result.error, 0, "an error that is none of errno's is one");
	cr_expect_eq(parse_with("jobs.0.error", json_integer(-5)), -EBADMSG);
}

Test(fio_result, notes_before_the_document)
{
	size_t len;
	AUTO_FREE char *text = sample("mmap-store", &len), *noted = NULL;

	cr_assert(asprintf(&noted, "note: both iodepth {1}\nfio: this is {no JSON}\n%s", text) > 0);
	cr_assert_eq(parse(noted), 0, "%s", e.what);
	cr_expect_eq(result.ios, 1000);
}

Test(fio_result, what_is_no_document)
{
	static const char *const none[] = { "",
					    "\n",
					    "fio: failed to load engine\n",
					    " {}",
					    "[]",
					    "{",
					    "{}",
					    "{\"fio version\": 3}",
					    "{\"fio version\": \"fio-3.33\"}",
					    "{\"fio version\": \"fio-3.33\", \"jobs\": []}",
					    "{\"fio version\": \"fio-3.33\", \"jobs\": {}}",
					    "{\"fio version\": \"fio-3.33\", \"jobs\": [1]}",
					    "{\"fio version\": \"fio-3.33\", \"jobs\": [{},{}]}" };

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		cr_expect_eq(parse(none[i]), -EBADMSG, "%s", none[i]);
		cr_expect_str_eq(e.object, "fio");
	}
}

/* Each beginning of a document is none. */
Test(fio_result, cut_off)
{
	size_t len;
	AUTO_FREE char *text = sample("mmap-store", &len);
	const char *end = strrchr(text, '}');

	for (size_t n = 0; text + n <= end; n += 7)
		cr_assert_eq(fio_result_parse(text, n, &result, &e), -EBADMSG, "%zu", n);
	cr_assert_eq(fio_result_parse(text, (size_t)(end - text) + 1, &result, &e), 0);
}

Test(fio_result, wrong_types)
{
	static const char *const needed[] = { "jobs.0.error",
					      "jobs.0.minf",
					      "jobs.0.write",
					      "jobs.0.read",
					      "jobs.0.write.iops",
					      "jobs.0.write.total_ios",
					      "jobs.0.write.runtime",
					      "jobs.0.write.lat_ns",
					      "jobs.0.write.lat_ns.N",
					      "jobs.0.write.lat_ns.mean",
					      "jobs.0.write.lat_ns.min",
					      "fio version" };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		cr_expect_eq(parse_with(needed[i], NULL), -EBADMSG, "%s", needed[i]);
		cr_expect_eq(parse_with(needed[i], json_array()), -EBADMSG, "%s", needed[i]);
		cr_expect_eq(parse_with(needed[i], json_null()), -EBADMSG, "%s", needed[i]);
		cr_expect_eq(parse_with(needed[i], json_integer(-1)), -EBADMSG, "%s", needed[i]);
	}
}

Test(fio_result, sums_that_are_no_number)
{
	cr_expect_eq(parse_sample("sum-overflows"), -EBADMSG);
	cr_expect_eq(parse_with("jobs.0.write.iops", json_real(-0.5)), -EBADMSG);
	cr_expect_eq(parse_with("jobs.0.write.total_ios", json_real(1000)), -EBADMSG);
	cr_expect_eq(
		parse_with("fio version", json_string("a version longer than any that there is")),
		-EBADMSG);
}
