// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's part of a check: boots a guest for each kernel, with the plugin, and
 * judges the traces and logs that came of it. A guest that dies leaves what it
 * recorded until then: that is judged, and said.
 */
#include "bench/cmd_check.h"
#include "bench/cmd_emulate.h"
#include "bench/interrupt.h"
#include "bench/say.h"

#include <errno.h>
#include <string.h>

struct host {
	struct check *check;
	struct results *results;
	json_t *cells; /* as the guest recorded them */
};

static int take_cell(struct host *host, const char *text, size_t len, struct err *e)
{
	char what[128];
	json_t *j;
	int r = results_parse(text, len, &j, e);

	if (r)
		return r;
	snprintf(what, sizeof(what), "%s %s", json_string_value(json_object_get(j, "fs")),
		 json_string_value(json_object_get(j, "workload")));
	json_array_append_new(host->cells, j);
	say_progress(json_array_size(host->cells), host->check->plan.cells, what);
	return 0;
}

static int on_file(void *data, const char *name, bool append, const void *content, size_t len,
		   struct err *e)
{
	struct host *host = data;
	json_t *j;
	int r;

	if (append && !strcmp(name, "journal.ndjson"))
		return take_cell(host, content, len, e);
	if (strcmp(name, "environment.json") != 0)
		return results_put(host->results, name, content, len, e);
	r = results_parse(content, len, &j, e);
	if (r)
		return r;
	results_set_environment(host->results, j);
	json_decref(j);
	return 0;
}

static int check_in_guest(struct check *check, const char *kernel)
{
	struct host host = { .check = check, .cells = json_array() };
	struct emulate_outcome outcome = { 0 };
	json_t *command = plan_command_line("check", check->argv);
	struct emulate_job job;
	struct err e;
	int r;

	r = session_job(&check->session, kernel, check->argv, &job, &e);
	if (!r)
		r = results_open(&host.results, check->out, -1, job.kernel, command, NULL,
				 check->session.seed, check->plan.cells, &e);
	json_decref(command);
	if (r) {
		say_error(&e);
		return EXIT_NO_RUN;
	}
	job.deterministic = true;
	job.trace_dir = results_path(host.results);
	job.on_output = emulate_print;
	job.on_file = on_file;
	job.data = &host;
	say_progress(0, check->plan.cells, "booting the guest");
	r = emulate_run(&job, &outcome, &e);
	say_progress_done();
	if (r && r != -EINTR)
		say_error(&e);
	printf("%s\n", json_dumps(host.cells, JSON_INDENT(1)));
	say_note(0, "guest: %s on QEMU %s, up in %.1f s, %.1f s in all", outcome.kernel,
		 outcome.qemu, (double)outcome.boot_ms / 1e3, (double)outcome.total_ms / 1e3);
	results_close(host.results);
	json_decref(host.cells);
	return EXIT_OK;
}

int check_guests(struct check *check)
{
	return check_in_guest(check, check->session.kernels[0]);
}
