// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's part of a check: each cell through the check lens, its operation
 * log into the third NVDIMM. QEMU's plugin makes the trace and keeps the log; the
 * host is told which cell was which run.
 */
#include "bench/cmd/cmd_check.h"
#include "bench/target/device_map.h"
#include "bench/env.h"
#include "bench/check/kallsyms.h"
#include "bench/runner.h"
#include "bench/cmd/say.h"
#include "emulate/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#define MAX_LEFT (8U << 20) /* exec_run() writes less */

struct recorder {
	struct check *check;
	struct results *results;
	struct log_device log;
	uint64_t cells; /* so far, those of other shards included */
};

static void describe(struct cell_result *cell, const struct selection *s, const struct target *t,
		     const char *fs)
{
	cell->workload = s->workload;
	cell->selection = *s;
	cell->lens = LENS_CHECK;
	cell->unit = "insn";
	cell->cpu = -1;
	snprintf(cell->fs, sizeof(cell->fs), "%s", fs ? fs : "");
	snprintf(cell->mode, sizeof(cell->mode), "%s", target_mode(t));
	if (!t)
		return;
	if (target_which(t) == TARGET_RAW) /* whether it is DAX was not known before */
		snprintf(cell->fs, sizeof(cell->fs), "%s", target_fs(t));
	snprintf(cell->driver, sizeof(cell->driver), "%s", target_driver(t));
	cell->target = target_describe(t);
}

/* What is judged is memory: who moves the bytes of a device about cannot be followed. */
static int check_places(const struct target *t, struct err *e)
{
	struct device_segment segment[DEVICE_MAP_MAX];
	size_t n;

	return t ? device_map(target_device(t), segment, &n, e) : 0;
}

/* ---- what a program leaves beside its trace ---- */

static const struct {
	const char *suffix;
	size_t fd; /* offset in struct exec_job */
} left[] = {
	{ "stdout", offsetof(struct exec_job, out) },
	{ "stderr", offsetof(struct exec_job, err) },
	{ "maps", offsetof(struct exec_job, maps) },
};

#define LEFT (sizeof(left) / sizeof(left[0]))

static int *fd_of(struct exec_job *job, size_t i)
{
	return (int *)((char *)job + left[i].fd);
}

static void close_left(struct exec_job *job)
{
	for (size_t i = 0; i < LEFT; i++)
		if (*fd_of(job, i) >= 0)
			close(*fd_of(job, i));
}

static int open_left(struct exec_job *job, struct err *e)
{
	for (size_t i = 0; i < LEFT; i++)
		*fd_of(job, i) = -1;
	for (size_t i = 0; i < LEFT; i++) {
		*fd_of(job, i) = memfd_create(left[i].suffix, MFD_CLOEXEC);
		if (*fd_of(job, i) < 0) {
			err_sys(e, -errno, left[i].suffix, "memfd_create");
			close_left(job);
			return e->code;
		}
	}
	return 0;
}

/* What it wrote, if anything. */
static int send_one(struct recorder *rec, uint64_t run, int fd, const char *suffix, struct err *e)
{
	char name[32], path[64];
	char *text = NULL;
	size_t len = 0;
	int r;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = file_read(AT_FDCWD, path, MAX_LEFT, &text, &len);
	if (r)
		return err_sys(e, r, suffix, "read");
	snprintf(name, sizeof(name), "%016" PRIx64 ".%s", run, suffix);
	r = len ? results_put(rec->results, name, text, len, e) : 0;
	free(text);
	return r;
}

static int send_left(struct recorder *rec, uint64_t run, struct exec_job *job, struct err *e)
{
	int r = 0;

	for (size_t i = 0; !r && run && i < LEFT; i++)
		r = send_one(rec, run, *fd_of(job, i), left[i].suffix, e);
	close_left(job);
	return r;
}

/* ---- runs ---- */

static void run_here(struct recorder *rec, const struct selection *s, struct target *t,
		     uint64_t seed, uint64_t *ret_run, struct err *failed)
{
	struct selection with = *s;
	struct exec_job job;
	struct err lost;

	if (!s->exec) {
		runner_record(s, t, seed, &rec->log, ret_run, failed);
		return;
	}
	job = *s->exec;
	if (open_left(&job, failed))
		return;
	with.exec = &job;
	runner_record(&with, t, seed, &rec->log, ret_run, failed);
	if (send_left(rec, *ret_run, &job, &lost))
		say_error(&lost);
}

/* One run, of one seed. @no_target: why there is none for it, or NULL. */
static int record_run(struct recorder *rec, const struct selection *s, struct target *t,
		      const char *fs, const struct err *no_target, uint64_t seed, struct err *e)
{
	struct cell_result cell = { 0 };
	struct err failed = { 0 };
	int r;

	describe(&cell, s, t, fs);
	if (no_target)
		failed = *no_target;
	else if (!check_places(t, &failed))
		run_here(rec, s, t, seed, &cell.run, &failed);
	if (failed.code) {
		cell.status = failed.code == -EOPNOTSUPP ? STATUS_SKIP : STATUS_ERROR;
		err_format(&failed, cell.reason, sizeof(cell.reason));
	}
	r = results_add(rec->results, &cell, e);
	cell_result_release(&cell);
	return r;
}

static int record_cell(void *data, const struct selection *s, struct target *t, const char *fs,
		       const struct err *no_target, struct err *e)
{
	struct recorder *rec = data;
	uint64_t rounds = s->workload->list == DX_LIST_SOUP ? rec->check->rounds : 1;
	int r = 0;

	for (uint64_t i = 0; !r && i < rounds; i++)
		if (shard_has(&rec->check->shard, rec->cells++))
			r = record_run(rec, s, t, fs, no_target, rec->check->session.seed + i, e);
	return r;
}

/* For the host to name what it finds, even if we die. Without, it has numbers only. */
static int send_symbols(const struct recorder *rec, struct err *e)
{
	size_t len;
	char *text;
	int r;

	if (kallsyms_text(&text, &len, e))
		return 0;
	r = results_put(rec->results, RECORDED_SYMBOLS, text, len, e);
	free(text);
	return r;
}

static int record_cells(struct recorder *rec, struct err *e)
{
	struct check *check = rec->check;
	int r = log_device_open_nvdimm(&rec->log, e);

	if (r)
		return r;
	r = send_symbols(rec, e);
	if (!r)
		r = plan_walk(&check->plan, &check->session, record_cell, rec, e);
	log_device_close(&rec->log);
	return r;
}

int check_record(struct check *check)
{
	struct recorder rec = { .check = check };
	AUTO_CLOSE int frame_fd = open(GUEST_RESULTS, O_WRONLY | O_CLOEXEC);
	json_t *environment = env_describe(true),
	       *command = plan_command_line("check", check->argv);
	struct utsname name;
	struct err e;
	int r;

	uname(&name);
	if (environment)
		json_object_set_new(environment, "warnings", json_array());
	r = results_open(&rec.results, NULL, frame_fd, name.release, command, environment,
			 check->session.seed, check->plan.cells, &e);
	if (!r)
		r = record_cells(&rec, &e);
	if (r)
		say_error(&e);
	json_decref(command);
	json_decref(environment);
	results_close(rec.results);
	return r ? EXIT_NO_RUN : EXIT_OK;
}
