// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The matrix in guests, one for each kernel. The cells come back one by one as
 * they end; the table is printed here, where the terminal is.
 */
#include "bench/cmd/cmd_emulate.h"
#include "bench/cmd/cmd_run.h"
#include "bench/fio/fio_own.h"
#include "bench/interrupt.h"
#include "bench/cmd/say.h"

#include <errno.h>
#include <string.h>

#define SILENCE_SPARE_MS 60000 /* to end a cell that hangs, and say so */

struct remote {
	struct run *run;
	struct results *results;
	size_t done;
};

static int take_cell(struct remote *remote, const char *text, size_t len, struct err *e)
{
	char what[128];
	json_t *j;
	int r = results_parse(text, len, &j, e);

	if (r)
		return r;
	r = results_add_json(remote->results, j, e);
	if (!r) {
		snprintf(what, sizeof(what), "%s %s", json_string_value(json_object_get(j, "fs")),
			 json_string_value(json_object_get(j, "workload")));
		say_progress(++remote->done, remote->run->plan.cells, what);
	}
	json_decref(j);
	return r;
}

static int take_environment(struct remote *remote, const char *text, size_t len, struct err *e)
{
	json_t *j;
	int r = results_parse(text, len, &j, e);

	if (r)
		return r;
	results_set_environment(remote->results, j);
	json_decref(j);
	return 0;
}

static int on_file(void *data, const char *name, bool append, const void *content, size_t len,
		   struct err *e)
{
	struct remote *remote = data;

	if (append && !strcmp(name, "journal.ndjson"))
		return take_cell(remote, content, len, e);
	if (!strcmp(name, "environment.json"))
		return take_environment(remote, content, len, e);
	return results_put(remote->results, name, content, len, e);
}

int run_boot(struct run *run, const char *kernel, struct results **ret_results,
	     struct emulate_outcome *outcome, struct err *e)
{
	struct fio_luggage luggage = { 0 };
	struct remote remote = { .run = run };
	json_t *command = plan_command_line(run->command, run->argv);
	struct emulate_job job;
	int r;

	*ret_results = NULL;
	r = session_job(&run->session, kernel, run->guest_argv ? run->guest_argv : run->argv, &job,
			e);
	if (!r)
		r = fio_luggage_pack(run->plan.selections, run->plan.n_selections, &luggage, e);
	if (!r)
		r = results_open(&remote.results, run->output.dir, -1, job.kernel, command, NULL,
				 run->session.seed, run->plan.cells, e);
	json_decref(command);
	if (!r) {
		*ret_results = remote.results;
		job.files = (const char *const *)luggage.files;
		job.counts = run->counts;
		job.functions = run->functions;
		job.padded = run->padded;
		/* Nothing is said while a cell runs: what hangs is for the guest itself to end. */
		job.silence_ms = run->runner.timeout_ms + SILENCE_SPARE_MS;
		job.on_output = emulate_print;
		job.on_file = on_file;
		job.data = &remote;
		say_progress(0, run->plan.cells, "booting the guest");
		r = emulate_run(&job, outcome, e);
		say_progress_done();
		if (outcome->verdict != EMULATE_ENDED)
			results_note(remote.results, "guest_end",
				     json_string(emulate_verdict_name(outcome->verdict)));
	}
	fio_luggage_release(&luggage);
	return r;
}

static int run_in_guest(struct run *run, const char *kernel)
{
	struct emulate_outcome outcome = { 0 };
	struct results *results;
	struct err e;
	int r = run_boot(run, kernel, &results, &outcome, &e), code;

	if (r && r != -EINTR)
		say_error(&e);
	if (!results)
		return EXIT_NO_RUN;
	code = run_conclude(run, results, r != 0);
	if (outcome.kernel[0])
		say_note(0, "guest: %s on QEMU %s, up in %.1f s, %.1f s in all", outcome.kernel,
			 outcome.qemu, (double)outcome.boot_ms / 1e3,
			 (double)outcome.total_ms / 1e3);
	if (outcome.accel[0])
		say_note(0, "guest: %s: %s", outcome.accel, outcome.accel_why);
	results_close(results);
	/* What the guest's command says of itself stands, if it is worse. */
	if (!r && code == EXIT_OK && outcome.exit_status)
		code = outcome.exit_status;
	return code;
}

int run_guests(struct run *run)
{
	int code;

	if (!run->session.kernels[0])
		return run_in_guest(run, NULL);
	code = run_in_guest(run, run->session.kernels[0]);
	for (size_t k = 1; run->session.kernels[k] && !interrupted; k++)
		code = say_worse_exit(code, run_in_guest(run, run->session.kernels[k]));
	return code;
}
