// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The document has "jobs": [ { "error", "read": {...}, "write": {...}, "sync": {...} } ].
 * Fields that older versions of fio lack or call otherwise are not asked for.
 */
#include "bench/fio/fio_result.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

static int bad(struct err *e, const char *member)
{
	return err_set(e, -EBADMSG, "fio", "\"%s\" is missing or not what it should be in its JSON",
		       member);
}

/* ---- members of foreign objects ---- */

static int get_count(const json_t *object, const char *name, uint64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(object, name);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return bad(e, name);
	*ret = (uint64_t)json_integer_value(v);
	return 0;
}

/* Not negative, and a number that can be reckoned with. */
static int get_number(const json_t *object, const char *name, double *ret, struct err *e)
{
	const json_t *v = json_object_get(object, name);

	if (!json_is_number(v) || !isfinite(json_number_value(v)) || json_number_value(v) < 0)
		return bad(e, name);
	*ret = json_number_value(v);
	return 0;
}

/* ---- latencies ---- */

/* "99.000000": none is given where fio kept none. */
static int get_percentile(const json_t *all, const char *name, double *ret, struct err *e)
{
	*ret = 0;
	return json_object_get(all, name) ? get_number(all, name, ret, e) : 0;
}

/* @j: { "min", "max", "mean", "N", "percentile": {...} }; @percentiles may lie elsewhere. */
static int get_latency(const json_t *j, const json_t *percentiles, struct fio_latency *ret,
		       struct err *e)
{
	int r = get_count(j, "N", &ret->samples, e);

	if (r || !ret->samples)
		return r;
	r = get_number(j, "min", &ret->min, e);
	if (!r)
		r = get_number(j, "mean", &ret->mean, e);
	if (!r)
		r = get_number(j, "max", &ret->max, e);
	if (!r)
		r = get_percentile(percentiles, "50.000000", &ret->p50, e);
	if (!r)
		r = get_percentile(percentiles, "99.000000", &ret->p99, e);
	if (!r)
		r = get_percentile(percentiles, "99.900000", &ret->p999, e);
	return r;
}

/* Percentiles are of the completion alone ("clat_ns"), which is all there is to a sync engine. */
static const json_t *percentiles_of(const json_t *j)
{
	const json_t *own = json_object_get(json_object_get(j, "lat_ns"), "percentile");

	return own ? own : json_object_get(json_object_get(j, "clat_ns"), "percentile");
}

/* ---- the job ---- */

/* Adds what was done in one direction. The times are those of the direction with more. */
static int add_direction(const json_t *job, const char *name, struct fio_result *ret, struct err *e)
{
	const json_t *j = json_object_get(job, name);
	uint64_t ios = 0, runtime = 0;
	double iops = 0;
	int r = get_count(j, "total_ios", &ios, e);

	if (!r)
		r = get_number(j, "iops", &iops, e);
	if (!r)
		r = get_count(j, "runtime", &runtime, e);
	if (r || !ios)
		return r;
	if (ios > ret->ios)
		r = get_latency(json_object_get(j, "lat_ns"), percentiles_of(j), &ret->latency, e);
	ret->ios += ios;
	ret->iops += iops;
	ret->runtime_ms = runtime > ret->runtime_ms ? runtime : ret->runtime_ms;
	return r || isfinite(ret->iops) ? r : bad(e, "iops");
}

static int get_job(const json_t *job, struct fio_result *ret, struct err *e)
{
	const json_t *sync = json_object_get(job, "sync");
	uint64_t error = 0;
	int r = get_count(job, "error", &error, e);

	ret->error = error > 4095 ? EIO : (int)error;
	if (r || ret->error)
		return r; /* the rest of a job that failed may be anything */
	r = get_count(job, "minf", &ret->minor_faults, e);
	if (!r)
		r = add_direction(job, "read", ret, e);
	if (!r)
		r = add_direction(job, "write", ret, e);
	if (!r && sync)
		r = get_latency(json_object_get(sync, "lat_ns"), percentiles_of(sync), &ret->sync,
				e);
	return r;
}

static int get_document(const json_t *j, struct fio_result *ret, struct err *e)
{
	const char *version = json_string_value(json_object_get(j, "fio version"));
	const json_t *jobs = json_object_get(j, "jobs");

	if (!version || strlen(version) >= sizeof(ret->version))
		return bad(e, "fio version");
	memcpy(ret->version, version, strlen(version) + 1);
	if (json_array_size(jobs) != 1)
		return bad(e, "jobs");
	return get_job(json_array_get(jobs, 0), ret, e);
}

/* The first line that begins with a brace; what is before it is not JSON. */
static const char *find_document(const char *text, size_t len)
{
	for (const char *p = text, *end = text + len; p < end; p++) {
		if (*p == '{')
			return p;
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			break;
	}
	return NULL;
}

int fio_result_parse(const char *text, size_t len, struct fio_result *ret, struct err *e)
{
	const char *start = find_document(text, len);
	json_error_t why;
	json_t *j;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (!start)
		return err_set(e, -EBADMSG, "fio", "printed no JSON");
	j = json_loadb(start, len - (size_t)(start - text), JSON_DISABLE_EOF_CHECK, &why);
	if (!j)
		return err_set(e, -EBADMSG, "fio", "its JSON is broken: line %d: %.100s", why.line,
			       why.text);
	r = get_document(j, ret, e);
	json_decref(j);
	return r;
}

/* ---- for results ---- */

static json_t *latency_to_json(const struct fio_latency *l)
{
	if (!l->samples)
		return json_null();
	return json_pack("{s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "samples", (json_int_t)l->samples,
			 "min", l->min, "mean", l->mean, "max", l->max, "p50", l->p50, "p99",
			 l->p99, "p99.9", l->p999);
}

json_t *fio_result_to_json(const struct fio_result *result)
{
	return json_pack("{s:s, s:I, s:f, s:I, s:o, s:o}", "version", result->version, "ios",
			 (json_int_t)result->ios, "iops", result->iops, "runtime_ms",
			 (json_int_t)result->runtime_ms, "latency",
			 latency_to_json(&result->latency), "sync_latency",
			 latency_to_json(&result->sync));
}
