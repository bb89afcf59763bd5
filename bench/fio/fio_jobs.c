// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/fio/fio_jobs.h"
#include "bench/embedded.h"
#include "lib/cleanup.h"
#include "lib/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_OPS 4096

bool fio_jobs_are_meant(const char *word)
{
	return !strncmp(word, FIO_PREFIX, strlen(FIO_PREFIX));
}

/* ---- one job file ---- */

/* What is behind "@key" and blanks in @line; NULL: it begins with something else. */
static const char *value_of(const char *line, const char *key)
{
	size_t len = strlen(key);

	return strncmp(line, key, len) ? NULL : line + len + strspn(line + len, " \t");
}

static int bad(const struct fio_job *job, const char *what, const char *value, struct err *e)
{
	return err_set(e, -EINVAL, job->name, "%s: \"%s\"", what, value);
}

static int set_needs(struct fio_job *job, const char *value, struct err *e)
{
	static const struct {
		const char *name;
		unsigned int need;
	} needs[] = { { "fs", DX_NEED_FS },
		      { "dax", DX_NEED_DAX },
		      { "map_sync", DX_NEED_DAX | DX_NEED_MAP_SYNC },
		      { "devdax", DX_NEED_DEVDAX } };

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (!strcmp(value, needs[i].name)) {
			job->workload.needs = needs[i].need;
			return 0;
		}
	return bad(job, "needs what is not known", value, e);
}

static int set_ops(struct fio_job *job, const char *value, struct err *e)
{
	if (units_parse_count(value, &job->workload.max_ops) || !job->workload.max_ops ||
	    job->workload.max_ops > UINT32_MAX)
		return bad(job, "ops are no number of operations", value, e);
	return 0;
}

static int set_text(const struct fio_job *job, char *buf, size_t len, const char *value,
		    struct err *e)
{
	if (snprintf(buf, len, "%s", value) >= (int)len)
		return bad(job, "is too long", value, e);
	return 0;
}

/* One line, without its end. @jobs counts sections that are a job. */
static int take_line(struct fio_job *job, const char *line, unsigned int *jobs, struct err *e)
{
	const char *value;

	if ((value = value_of(line, "# title:")))
		return set_text(job, job->title, sizeof(job->title), value, e);
	if ((value = value_of(line, "# sync:")))
		return set_text(job, job->sync, sizeof(job->sync), value, e);
	if ((value = value_of(line, "# op:")))
		return set_text(job, job->op, sizeof(job->op), value, e);
	if ((value = value_of(line, "# needs:")))
		return set_needs(job, value, e);
	if ((value = value_of(line, "# ops:")))
		return set_ops(job, value, e);
	if ((value = value_of(line, "ioengine=")))
		return set_text(job, job->engine, sizeof(job->engine), value, e);
	*jobs += line[0] == '[' && strcmp(line, "[global]") != 0;
	return 0;
}

static void set_defaults(struct fio_job *job, const char *name, const char *text)
{
	*job = (struct fio_job){
		.text = text,
		.workload = { .groups = "fio", .needs = DX_NEED_FS, .max_ops = DEFAULT_OPS }
	};
	snprintf(job->name, sizeof(job->name), FIO_PREFIX "%s", name);
	snprintf(job->title, sizeof(job->title), "%s, a job of fio", job->name);
	snprintf(job->sync, sizeof(job->sync), "not stated");
	snprintf(job->op, sizeof(job->op), "I/O");
	snprintf(job->engine, sizeof(job->engine), "psync"); /* fio's own default */
}

int fio_job_parse(const char *name, const char *text, struct fio_job *ret, struct err *e)
{
	AUTO_FREE char *copy = strdup(text);
	char *rest = copy, *line;
	unsigned int jobs = 0;
	int r = 0;

	set_defaults(ret, name, text);
	ret->workload.name = ret->name;
	ret->workload.title = ret->title;
	ret->workload.op = ret->op;
	ret->workload.job = ret;
	if (!copy)
		return err_sys(e, -ENOMEM, ret->name, "read the job");
	while (!r && (line = strsep(&rest, "\n")))
		r = take_line(ret, line, &jobs, e);
	if (!r && jobs != 1)
		r = err_set(e, -EINVAL, ret->name, "has %u jobs; want one", jobs);
	return r;
}

/* ---- those that are built in ---- */

static int by_name(const void *a, const void *b)
{
	const struct dx_workload *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* Made once and kept. The tests see to it that each can be read. */
static const struct dx_workload **make_all(size_t *ret_n)
{
	const struct dx_workload **all;
	struct fio_job *jobs;
	size_t n = 0;

	while (fio_job_texts[n].name)
		n++;
	all = calloc(n + 1, sizeof(*all));
	jobs = calloc(n + 1, sizeof(*jobs));
	*ret_n = 0;
	for (size_t i = 0; all && jobs && i < n; i++)
		if (!fio_job_parse(fio_job_texts[i].name, fio_job_texts[i].text, &jobs[i], NULL))
			all[(*ret_n)++] = &jobs[i].workload;
	if (!*ret_n)
		free(jobs);
	else
		qsort(all, *ret_n, sizeof(*all), by_name);
	return all;
}

const struct dx_workload *const *fio_jobs_all(size_t *ret_n)
{
	static const struct dx_workload **all;
	static size_t n;

	if (!all)
		all = make_all(&n);
	*ret_n = n;
	return all;
}
