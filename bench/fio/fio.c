// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How a job of fio is measured.
 *
 * fio is handed the job with lines of ours at its end: how many operations, from which
 * seed, in a thread of one process. The first run lays out the job's file, which the
 * others find in the cell's directory, and is thrown away.
 *
 * Deterministic: what the machine executed from fio's start to its end, its idle time
 * taken off, for n operations and for 2n. The difference of the two is of n operations:
 * fio's start and end are in both. Kernel threads count, as they do in our own cells.
 *
 * Else: what fio says itself, from its IOPS. It knows its run time in milliseconds, so n
 * is raised until a run is long against one.
 */
#include "bench/fio/fio.h"
#include "bench/fio/fio_jobs.h"
#include "bench/fio/fio_result.h"
#include "lib/cleanup.h"
#include "lib/file.h"
#include "lib/monotonic.h"
#include "lib/proc.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_OUTPUT     (1 << 20)
#define EXACT_SAMPLES  3
#define MAX_SAMPLES    1000
#define MIN_SAMPLES    3
#define MIN_RUNTIME_MS 200
#define MAX_OPS	       (1ULL << 30)

/* ---- one run ---- */

/* fio's standard streams, in memory. */
struct streams {
	int in, out, err;
};

static void close_streams(struct streams *s)
{
	cleanup_close(&s->in);
	cleanup_close(&s->out);
	cleanup_close(&s->err);
}

static int open_streams(struct streams *s)
{
	*s = (struct streams){ .in = memfd_create("fio-in", MFD_CLOEXEC),
			       .out = memfd_create("fio-out", MFD_CLOEXEC),
			       .err = memfd_create("fio-err", MFD_CLOEXEC) };
	return s->in < 0 || s->out < 0 || s->err < 0 ? -errno : 0;
}

/*
 * The job file: what is set last holds. A run goes on from the file's end at its
 * beginning, until so many operations are done.
 */
static int write_job(int fd, const struct fio_job *job, uint64_t n, uint64_t seed)
{
	char ours[200];
	int r = file_write_all(fd, job->text, strlen(job->text));

	snprintf(ours, sizeof(ours),
		 "\nthread=1\nnumber_ios=%" PRIu64 "\nio_size=1t\nrandrepeat=1\nrandseed=%" PRIu64
		 "\n",
		 n, seed);
	if (!r)
		r = file_write_all(fd, ours, strlen(ours));
	return r || !lseek(fd, 0, SEEK_SET) ? r : -errno;
}

/* All that was written to @fd, terminated. */
static int read_stream(int fd, char **ret, size_t *ret_len)
{
	AUTO_FREE char *text = NULL;
	struct stat st;
	ssize_t got;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_size > MAX_OUTPUT)
		return -EFBIG;
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	got = pread(fd, text, (size_t)st.st_size, 0);
	if (got < 0)
		return -errno;
	text[got] = '\0';
	*ret_len = (size_t)got;
	*ret = steal_ptr(text);
	return 0;
}

/* What fio complained about, its beginning, as one line that can be printed. */
static void first_complaints(int fd, char *buf, size_t len)
{
	AUTO_FREE char *text = NULL;
	size_t n = 0;

	buf[0] = '\0';
	if (read_stream(fd, &text, &n))
		return;
	while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = '\0';
	snprintf(buf, len, "%s", text);
	for (char *p = buf; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = *p == '\n' ? '|' : ' ';
}

/* fio ended badly, or says so in its JSON. */
static int complain(const struct fio_job *job, const char *how, const struct streams *s,
		    struct err *e)
{
	char line[256];

	first_complaints(s->err, line, sizeof(line));
	if (strstr(line, "not loadable"))
		return err_set(e, -EOPNOTSUPP, job->name, "this fio has no engine \"%s\"",
			       job->engine);
	return err_set(e, -EIO, job->name, "fio: %s%s%s", how, line[0] ? ": " : "", line);
}

/* What fio's exit @status and its output are worth. */
static int take_output(const struct fio_job *job, const struct streams *s, int status, uint64_t n,
		       struct fio_result *ret, struct err *e)
{
	AUTO_FREE char *text = NULL;
	char how[128];
	size_t len;
	int r;

	if (status) {
		snprintf(how, sizeof(how), status > 128 ? "died of signal %d" : "exit status %d",
			 status > 128 ? status - 128 : status);
		return complain(job, how, s, e);
	}
	r = read_stream(s->out, &text, &len);
	if (r)
		return err_sys(e, r, job->name, "read what fio printed");
	r = fio_result_parse(text, len, ret, e);
	if (r)
		return r;
	if (ret->error) {
		snprintf(how, sizeof(how), "exit status 0, but error %d: %s", ret->error,
			 strerror(ret->error));
		return complain(job, how, s, e);
	}
	if (ret->ios != n || !(ret->iops > 0)) {
		snprintf(how, sizeof(how), "did %" PRIu64 " of %" PRIu64 " operations", ret->ios,
			 n);
		return complain(job, how, s, e);
	}
	return 0;
}

/* fio from its start to its end, in our directory. */
static int run_streams(const struct fio_job *job, uint64_t n, uint64_t seed,
		       const struct streams *s, struct fio_result *ret, struct err *e)
{
	char *argv[] = { (char *)"fio", (char *)"--output-format=json", (char *)"-", NULL };
	pid_t pid;
	int r = write_job(s->in, job, n, seed), status;

	if (r)
		return err_sys(e, r, job->name, "write the job");
	r = proc_start(argv, s->in, s->out, s->err, &pid, e);
	if (r == -ENOENT)
		return err_set(e, -EOPNOTSUPP, job->name,
			       "there is no fio: install the package \"fio\"");
	if (r)
		return r;
	status = proc_wait(pid);
	return status < 0 ? err_sys(e, status, job->name, "wait for fio")
			  : take_output(job, s, status, n, ret, e);
}

static int run_once(const struct dx *dx, uint64_t n, struct fio_result *ret, struct err *e)
{
	struct streams s;
	int r = open_streams(&s);

	if (r)
		err_sys(e, r, dx->workload->name, "memfd_create");
	else
		r = run_streams(dx->workload->job, n, dx->seed, &s, ret, e);
	close_streams(&s);
	return r;
}

/* ---- samples ---- */

/* What was executed, in instructions: the clock's, less what the machine idled. */
static int run_counted(const struct dx *dx, uint64_t n, double *ret, struct fio_result *result,
		       struct err *e)
{
	int64_t idle = clock_idle_ns(), idle_end;
	uint64_t start = clock_now(CLOCK_INSN), end;
	int r = run_once(dx, n, result, e);

	end = clock_now(CLOCK_INSN);
	idle_end = clock_idle_ns();
	if (r)
		return r;
	if (idle < 0 || idle_end < 0)
		return err_set(e, -EOPNOTSUPP, dx->workload->name,
			       "the kernel does not say how long it idled (/proc/timer_list)");
	*ret = (double)(end - start) - (double)(idle_end - idle);
	return 0;
}

/* (T(2n) - T(n)) / n. */
static int count_once(const struct dx *dx, uint64_t n, double *ret, struct fio_result *result,
		      struct err *e)
{
	double once, twice;
	int r = run_counted(dx, n, &once, result, e);

	if (!r)
		r = run_counted(dx, 2 * n, &twice, result, e);
	if (!r)
		*ret = (twice - once) / (double)n;
	return r;
}

static int time_once(const struct dx *dx, uint64_t n, double *ret, struct fio_result *result,
		     struct err *e)
{
	int r = run_once(dx, n, result, e);

	if (!r)
		*ret = 1e9 / result->iops;
	return r;
}

/* Raises @c->ops until fio's milliseconds are fine enough. Lays out the file, too. */
static int calibrate(const struct dx *dx, const struct runner_options *o, struct cell_result *c,
		     struct fio_result *result, struct err *e)
{
	int r;

	c->ops = dx->workload->max_ops;
	r = run_once(dx, c->ops, result, e);
	while (!r && !o->deterministic && result->runtime_ms < MIN_RUNTIME_MS && c->ops < MAX_OPS) {
		c->ops *= 4;
		r = run_once(dx, c->ops, result, e);
	}
	return r;
}

static bool is_enough(const struct cell_result *c, const struct runner_options *o,
		      uint64_t deadline)
{
	if (o->deterministic)
		return c->n_samples >= EXACT_SAMPLES;
	if (c->n_samples < MIN_SAMPLES)
		return false;
	return c->n_samples >= o->min_samples || c->n_samples >= MAX_SAMPLES ||
	       monotonic_ms() >= deadline;
}

static int take_samples(const struct dx *dx, const struct runner_options *o, struct cell_result *c,
			struct fio_result *result, struct err *e)
{
	uint64_t deadline = monotonic_ms() + o->cell_ms;

	c->samples = calloc(MAX_SAMPLES, sizeof(*c->samples));
	if (!c->samples)
		return err_sys(e, -ENOMEM, dx->workload->name, "keep samples");
	while (!is_enough(c, o, deadline)) {
		double *sample = &c->samples[c->n_samples];
		int r = o->deterministic ? count_once(dx, c->ops, sample, result, e)
					 : time_once(dx, c->ops, sample, result, e);

		if (r)
			return r;
		c->n_samples++;
	}
	return 0;
}

/* ---- the cell ---- */

static json_t *describe(const struct fio_job *job)
{
	return json_pack("{s:s, s:s, s:s}", "engine", job->engine, "sync", job->sync, "job",
			 job->text);
}

static int conclude(const struct runner_options *o, struct cell_result *c,
		    const struct fio_result *result, struct err *e)
{
	json_t *figures = fio_result_to_json(result);
	int r = stats_summarise(c->samples, c->n_samples, o->seed, &c->summary);

	if (r || !figures || json_object_update_new(c->fio, figures))
		return err_sys(e, r ? r : -ENOMEM, c->workload->name, "summarise what fio said");
	c->minor_faults = (double)result->minor_faults / (double)result->ios;
	c->exact = o->deterministic && c->summary.min == c->summary.max;
	return 0;
}

int fio_cell(struct dx *dx, const struct runner_options *o, struct cell_result *ret, struct err *e)
{
	const struct fio_job *job = dx->workload->job;
	struct fio_result result = { 0 };
	int r;

	ret->fio = describe(job);
	if (!ret->fio)
		return err_sys(e, -ENOMEM, job->name, "describe the job");
	if (job->path && !guard_in_our_guest())
		return err_set(
			e, -EPERM, job->name,
			"a job of your own may write to any device: it is run in a guest only");
	if (dx->root >= 0 && fchdir(dx->root))
		return err_sys(e, -errno, job->name, "change to the cell's directory");
	r = calibrate(dx, o, ret, &result, e);
	if (!r)
		r = take_samples(dx, o, ret, &result, e);
	return r ? r : conclude(o, ret, &result, e);
}
