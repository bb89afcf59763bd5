// SPDX-License-Identifier: GPL-2.0-or-later
/* A cell as JSON and back; sets of cells are in results.c. */
#include "bench/results/result.h"
#include "bench/fio/fio_jobs.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static const char *const lens_names[] = { [LENS_BENCH] = "bench", [LENS_CHECK] = "check" };
static const char *const status_names[STATUSES] = { "pass",  "fail",  "skip",
						    "error", "xfail", "xpass" };

const char *status_name(enum status s)
{
	return status_names[s];
}

void cell_result_release(struct cell_result *c)
{
	free(c->samples);
	json_decref(c->functions);
	json_decref(c->latency);
	json_decref(c->check);
	json_decref(c->fio);
	json_decref(c->violations);
	json_decref(c->target);
	memset(c, 0, sizeof(*c));
}

/* ---- to JSON ---- */

/* Whole numbers print as such: an instruction count is no 1234.0. */
static json_t *number(double value)
{
	if (value == floor(value) && fabs(value) < 9e15)
		return json_integer((json_int_t)value);
	return json_real(value);
}

/* DX_SOME as a document has it. */
#define SOME "some"

static json_t *count(int64_t n)
{
	return n == DX_ANY ? json_null() : n == DX_SOME ? json_string(SOME) : json_integer(n);
}

static const struct {
	const char *name;
	size_t offset;
} count_fields[] = {
	{ "pte_faults", offsetof(struct dx_counts, pte_faults) },
	{ "pmd_faults", offsetof(struct dx_counts, pmd_faults) },
	{ "pmd_fallbacks", offsetof(struct dx_counts, pmd_fallbacks) },
	{ "sync_faults", offsetof(struct dx_counts, sync_faults) },
	{ "entries_written_back", offsetof(struct dx_counts, entries_written_back) },
	{ "lines_written_back", offsetof(struct dx_counts, lines_written_back) },
};

#define COUNT_FIELDS (sizeof(count_fields) / sizeof(count_fields[0]))

const char *cell_count_name(size_t i)
{
	return i < COUNT_FIELDS ? count_fields[i].name : NULL;
}

int64_t cell_count(const struct dx_counts *c, size_t i)
{
	return *(const int64_t *)((const char *)c + count_fields[i].offset);
}

static json_t *counts_to_json(const struct dx_counts *c)
{
	json_t *j = json_object();

	for (size_t i = 0; i < COUNT_FIELDS; i++)
		json_object_set_new(j, count_fields[i].name, count(cell_count(c, i)));
	return j;
}

/* Those that are counts. A path stands in the command line. */
static json_t *params_to_json(const struct selection *s)
{
	json_t *j = json_object();

	for (size_t i = 0; i < select_param_count(s->workload); i++)
		if (!select_is_path(&s->workload->params[i]))
			json_object_set_new(j, s->workload->params[i].name,
					    json_integer((json_int_t)s->values[i]));
	return j;
}

static void add_figures(json_t *j, const struct cell_result *c)
{
	json_t *samples = json_array();

	for (size_t i = 0; i < c->n_samples; i++)
		json_array_append_new(samples, number(c->samples[i]));
	if (c->n_samples) {
		json_object_set_new(j, "median", number(c->summary.median));
		json_object_set_new(
			j, "ci95",
			json_pack("[o, o]", number(c->summary.ci_low), number(c->summary.ci_high)));
		json_object_set_new(j, "mad", number(c->summary.mad));
		json_object_set_new(j, "min", number(c->summary.min));
		json_object_set_new(j, "max", number(c->summary.max));
	} else {
		static const char *const none[] = { "median", "ci95", "mad", "min", "max" };

		for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
			json_object_set_new(j, none[i], json_null());
	}
	json_object_set_new(j, "samples", samples);
}

static void add_counts(json_t *j, const struct cell_result *c)
{
	json_t *counts = c->have_counts ? counts_to_json(&c->seen) : json_null();

	if (c->have_counts)
		json_object_set_new(counts, "of_ops", json_integer((json_int_t)c->proof_ops));
	json_object_set_new(j, "counts", counts);
	json_object_set_new(j, "expected",
			    c->have_counts ? counts_to_json(&c->wanted) : json_null());
}

static const struct {
	const char *name;
	size_t offset;
} machine_fields[] = {
	{ "instructions", offsetof(struct dx_trace_counts, instructions) },
	{ "stores", offsetof(struct dx_trace_counts, stores) },
	{ "lines_written_back", offsetof(struct dx_trace_counts, lines_written_back) },
	{ "lines_stored_nt", offsetof(struct dx_trace_counts, lines_stored_nt) },
	{ "fences", offsetof(struct dx_trace_counts, fences) },
};

#define MACHINE_FIELDS (sizeof(machine_fields) / sizeof(machine_fields[0]))

static json_t *machine_to_json(const struct cell_result *c)
{
	json_t *j;

	if (!c->have_machine)
		return json_null();
	j = json_pack("{s:I}", "of_ops", (json_int_t)c->proof_ops);
	for (size_t i = 0; i < MACHINE_FIELDS; i++) {
		uint64_t n =
			*(const uint64_t *)((const char *)&c->machine + machine_fields[i].offset);

		json_object_set_new(j, machine_fields[i].name, json_integer((json_int_t)n));
	}
	return j;
}

json_t *cell_result_to_json(const struct cell_result *c)
{
	struct utsname name;
	json_t *j;

	uname(&name);
	j = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:I}", "workload",
		      c->workload->name, "lens", lens_names[c->lens], "fs", c->fs, "mode", c->mode,
		      "driver", c->driver, "kernel", name.release, "params",
		      params_to_json(&c->selection), "status", status_name(c->status), "reason",
		      c->reason, "op", c->workload->op, "unit", c->unit, "ops", (json_int_t)c->ops);
	if (!j)
		return NULL;
	add_figures(j, c);
	json_object_set_new(j, "cpu", c->cpu < 0 ? json_null() : json_integer(c->cpu));
	json_object_set_new(j, "exact", json_boolean(c->exact));
	json_object_set_new(j, "ticks", json_integer((json_int_t)c->ticks));
	json_object_set_new(j, "minor_faults", number(c->minor_faults));
	add_counts(j, c);
	json_object_set_new(j, "machine", machine_to_json(c));
	if (c->functions)
		json_object_set(j, "functions", c->functions);
	json_object_set_new(j, "states", json_null());
	json_object_set_new(j, "violations",
			    c->violations ? json_incref(c->violations) : json_array());
	json_object_set_new(j, "check", c->check ? json_incref(c->check) : json_null());
	if (c->fio)
		json_object_set(j, "fio", c->fio);
	if (c->run)
		json_object_set_new(j, "run", json_sprintf("%016" PRIx64, c->run));
	json_object_set_new(j, "latency", c->latency ? json_incref(c->latency) : json_null());
	json_object_set_new(j, "target", c->target ? json_incref(c->target) : json_null());
	return j;
}

/* ---- from JSON ---- */

static int bad(struct err *e, const char *member)
{
	return err_set(e, -EBADMSG, "result", "member \"%s\" is missing or not what it should be",
		       member);
}

static int get_text(const json_t *j, const char *name, char *buf, size_t len, struct err *e)
{
	const char *text = json_string_value(json_object_get(j, name));

	if (!text || strlen(text) >= len)
		return bad(e, name);
	memcpy(buf, text, strlen(text) + 1);
	return 0;
}

/* count(), turned back. */
static bool get_count(const json_t *v, int64_t *ret)
{
	const char *word = json_string_value(v);

	if (json_is_null(v))
		*ret = DX_ANY;
	else if (word)
		*ret = DX_SOME;
	else
		*ret = json_integer_value(v);
	return json_is_null(v) || (word ? !strcmp(word, SOME) : json_is_integer(v) && *ret >= 0);
}

static int get_counts(const json_t *j, const char *name, struct dx_counts *ret, struct err *e)
{
	const json_t *object = json_object_get(j, name);

	for (size_t i = 0; i < COUNT_FIELDS; i++) {
		const json_t *v = json_object_get(object, count_fields[i].name);
		int64_t n = DX_ANY;

		/* Lines are counted since later than the rest. */
		if (v ? !get_count(v, &n)
		      : count_fields[i].offset != offsetof(struct dx_counts, lines_written_back))
			return bad(e, name);
		*(int64_t *)((char *)ret + count_fields[i].offset) = n;
	}
	return 0;
}

static int get_machine(const json_t *j, struct cell_result *c, struct err *e)
{
	const json_t *machine = json_object_get(j, "machine");

	if (!json_is_object(machine))
		return 0;
	for (size_t i = 0; i < MACHINE_FIELDS; i++) {
		const json_t *v = json_object_get(machine, machine_fields[i].name);

		if (!json_is_integer(v) || json_integer_value(v) < 0)
			return bad(e, "machine");
		*(uint64_t *)((char *)&c->machine + machine_fields[i].offset) =
			(uint64_t)json_integer_value(v);
	}
	c->proof_ops = (uint64_t)json_integer_value(json_object_get(machine, "of_ops"));
	c->have_machine = true;
	return 0;
}

static int get_samples(const json_t *j, struct cell_result *c, struct err *e)
{
	const json_t *samples = json_object_get(j, "samples"), *ci = json_object_get(j, "ci95");

	if (!json_is_array(samples))
		return bad(e, "samples");
	c->samples = calloc(json_array_size(samples) + 1, sizeof(*c->samples));
	if (!c->samples)
		return err_sys(e, -ENOMEM, "result", "read the samples");
	for (; c->n_samples < json_array_size(samples); c->n_samples++) {
		const json_t *v = json_array_get(samples, c->n_samples);

		if (!json_is_number(v))
			return bad(e, "samples");
		c->samples[c->n_samples] = json_number_value(v);
	}
	if (!c->n_samples)
		return 0;
	if (!json_is_number(json_object_get(j, "median")) || json_array_size(ci) != 2)
		return bad(e, "median");
	c->summary.median = json_number_value(json_object_get(j, "median"));
	c->summary.ci_low = json_number_value(json_array_get(ci, 0));
	c->summary.ci_high = json_number_value(json_array_get(ci, 1));
	c->summary.mad = json_number_value(json_object_get(j, "mad"));
	c->summary.min = json_number_value(json_object_get(j, "min"));
	c->summary.max = json_number_value(json_object_get(j, "max"));
	return 0;
}

static int get_status(const json_t *j, enum status *ret, struct err *e)
{
	const char *text = json_string_value(json_object_get(j, "status"));

	for (size_t i = 0; text && i < STATUSES; i++)
		if (!strcmp(text, status_names[i])) {
			*ret = (enum status)i;
			return 0;
		}
	return bad(e, "status");
}

static bool is_name(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

/* Which cell it is: names that can be printed, parameters that are counts. */
static int check_cell(const json_t *j, struct err *e)
{
	const char *name = json_string_value(json_object_get(j, "workload")), *key;
	json_t *params = json_object_get(j, "params"), *value;

	if (!name || !is_name(fio_jobs_are_meant(name) ? name + strlen(FIO_PREFIX) : name))
		return bad(e, "workload");
	if (!json_is_object(params))
		return bad(e, "params");
	json_object_foreach(params, key, value)
		if (!is_name(key) || !json_is_integer(value) || json_integer_value(value) < 0)
			return bad(e, "params");
	return 0;
}

/* The run's name is 16 hex digits: it becomes a file's name. */
static int get_run(const json_t *j, struct cell_result *c, struct err *e)
{
	const char *lens = json_string_value(json_object_get(j, "lens"));
	const json_t *run = json_object_get(j, "run");
	const char *text = json_string_value(run);

	if (!lens || (strcmp(lens, "bench") != 0 && strcmp(lens, "check") != 0))
		return bad(e, "lens");
	c->lens = strcmp(lens, "check") ? LENS_BENCH : LENS_CHECK;
	if (!run)
		return 0;
	if (!text || strlen(text) != 16 || text[strspn(text, "0123456789abcdef")])
		return bad(e, "run");
	c->run = strtoull(text, NULL, 16);
	return 0;
}

static int fill(const json_t *j, struct cell_result *c, struct err *e)
{
	const char *unit = json_string_value(json_object_get(j, "unit"));
	const json_t *ops = json_object_get(j, "ops"), *counts = json_object_get(j, "counts");
	json_t *latency = json_object_get(j, "latency"), *target = json_object_get(j, "target");
	json_t *fio = json_object_get(j, "fio"), *functions = json_object_get(j, "functions");
	int r = check_cell(j, e);

	if (!r)
		r = get_status(j, &c->status, e);
	if (r)
		return r;
	if (!unit || (strcmp(unit, "ns") != 0 && strcmp(unit, "insn") != 0))
		return bad(e, "unit");
	c->unit = strcmp(unit, "ns") ? "insn" : "ns";
	if (!json_is_integer(ops) || json_integer_value(ops) < 0)
		return bad(e, "ops");
	c->ops = (uint64_t)json_integer_value(ops);
	c->cpu = json_is_integer(json_object_get(j, "cpu"))
			 ? (int)json_integer_value(json_object_get(j, "cpu"))
			 : -1;
	r = get_run(j, c, e);
	if (!r)
		r = get_text(j, "reason", c->reason, sizeof(c->reason), e);
	if (!r)
		r = get_text(j, "fs", c->fs, sizeof(c->fs), e);
	if (!r)
		r = get_text(j, "driver", c->driver, sizeof(c->driver), e);
	if (!r)
		r = get_text(j, "mode", c->mode, sizeof(c->mode), e);
	if (!r)
		r = get_samples(j, c, e);
	if (!r)
		r = get_machine(j, c, e);
	if (!r && json_is_object(counts)) {
		c->have_counts = true;
		c->proof_ops = (uint64_t)json_integer_value(json_object_get(counts, "of_ops"));
		r = get_counts(j, "counts", &c->seen, e);
		if (!r)
			r = get_counts(j, "expected", &c->wanted, e);
	}
	c->exact = json_is_true(json_object_get(j, "exact"));
	c->ticks = (uint64_t)json_integer_value(json_object_get(j, "ticks"));
	c->minor_faults = json_number_value(json_object_get(j, "minor_faults"));
	c->functions = json_is_object(functions) ? json_incref(functions) : NULL;
	c->latency = json_is_object(latency) ? json_incref(latency) : NULL;
	c->fio = json_is_object(fio) ? json_incref(fio) : NULL;
	c->target = json_is_object(target) ? json_incref(target) : NULL;
	return r;
}

int cell_result_from_json(const json_t *j, struct cell_result *c, struct err *e)
{
	int r;

	memset(c, 0, sizeof(*c));
	if (!json_is_object(j))
		return err_set(e, -EBADMSG, "result", "is not a JSON object");
	r = fill(j, c, e);
	if (r)
		cell_result_release(c);
	return r;
}
