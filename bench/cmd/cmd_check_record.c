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

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/utsname.h>

struct recorder {
	struct check *check;
	struct results *results;
	struct log_device log;
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
		runner_record(s, t, seed, &rec->log, &cell.run, &failed);
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
