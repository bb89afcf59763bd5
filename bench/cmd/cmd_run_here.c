// SPDX-License-Identifier: GPL-2.0-or-later
/* The matrix on this machine, cell by cell. */
#include "bench/cmd/cmd_run.h"
#include "bench/env.h"
#include "bench/cmd/say.h"
#include "emulate/guest.h"
#include "lib/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/utsname.h>

struct here {
	struct run *run;
	struct results *results;
	bool frames; /* in a guest: the host shows the progress */
	size_t done;
};

/* One cell, or the reason why its target could not be had. */
static int run_cell(void *data, const struct selection *s, struct target *t, const char *fs,
		    const struct err *no_target, struct err *e)
{
	struct here *h = data;
	struct cell_result cell = { .cpu = -1 };
	char what[128];
	int r = 0;

	snprintf(what, sizeof(what), "%s %s", fs ? fs : "", s->workload->name);
	if (!h->frames)
		say_progress(h->done, h->run->plan.cells, what);
	if (no_target) {
		cell.workload = s->workload;
		cell.selection = *s;
		cell.unit = clock_unit_name(h->run->runner.unit);
		cell.status = no_target->code == -EOPNOTSUPP ? STATUS_SKIP : STATUS_ERROR;
		snprintf(cell.fs, sizeof(cell.fs), "%s", fs ? fs : "");
		snprintf(cell.mode, sizeof(cell.mode), "none");
		err_format(no_target, cell.reason, sizeof(cell.reason));
	} else {
		r = runner_cell(s, t, &h->run->runner, &cell, e);
	}
	if (!r)
		r = results_add(h->results, &cell, e);
	cell_result_release(&cell);
	h->done++;
	return r;
}

static json_t *describe_environment(const struct run *run)
{
	json_t *environment = env_describe(run->session.deterministic);

	if (environment)
		json_object_set_new(environment, "warnings",
				    env_warnings(run->session.deterministic));
	return environment;
}

int run_here(struct run *run)
{
	struct here h = { .run = run, .frames = guest_is_collected() };
	AUTO_CLOSE int frame_fd = -1;
	json_t *environment = describe_environment(run),
	       *command = plan_command_line(run->command, run->argv);
	struct utsname name;
	struct err e;
	int r, code;

	uname(&name);
	if (h.frames)
		frame_fd = open(GUEST_RESULTS, O_WRONLY | O_CLOEXEC);
	r = results_open(&h.results, h.frames ? NULL : run->output.dir, frame_fd, name.release,
			 command, environment, run->session.seed, run->plan.cells, &e);
	json_decref(command);
	json_decref(environment);
	if (r) {
		say_error(&e);
		return EXIT_NO_RUN;
	}
	if (faults_open(&run->runner.faults, &e))
		say_note(h.frames ? -1 : 0, "note: faults are not counted: %s: %s%s%s", e.object,
			 e.what, e.hint[0] ? "; " : "", e.hint);
	r = run->counts ? machine_counts_open(&run->runner.counts, run->functions, &e) : 0;
	if (!r)
		r = plan_walk(&run->plan, &run->session, run_cell, &h, &e);
	machine_counts_close(run->runner.counts);
	faults_close(run->runner.faults);
	run->runner.faults = NULL;
	if (r)
		say_error(&e);
	if (h.frames)
		code = r ? EXIT_NO_RUN : results_exit_code(results_document(h.results));
	else
		code = run_conclude(run, h.results, r != 0);
	results_close(h.results);
	return code;
}
