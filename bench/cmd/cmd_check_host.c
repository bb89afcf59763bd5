// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The host's part of a check: boots guests for each kernel, with the plugin, and has
 * the traces and logs judged that came of them. A guest that dies leaves what it
 * recorded until then: that is judged, and said.
 */
#include "bench/cmd/cmd_check.h"
#include "bench/cmd/cmd_emulate.h"
#include "bench/interrupt.h"
#include "bench/results/json_get.h"
#include "bench/check/oplist_source.h"
#include "bench/cmd/say.h"
#include "lib/monotonic.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * A program says nothing on any channel while it runs, and a second of the guest's clock, 10^9
 * instructions, can take so many of ours.
 */
#define PACE	   40
#define SILENCE_MS 120000

struct host {
	struct check *check;
	const char *kernel;
	struct results *results;
	struct oplist_luggage luggage;
	struct recording recording; /* of the guest that runs */
	struct check_judge judge;
	struct emulate_outcome outcome;	  /* of the last guest */
	size_t planned;			  /* cells of all guests so far */
	size_t judged;			  /* of those before this one */
	uint64_t first;			  /* cell among those of all kernels */
	struct shard shard;		  /* of those of this kernel */
	uint64_t cells;			  /* of a guest */
	char seed[32], share[32], **argv; /* of the guest */
	struct emulate_job recovery;	  /* guests that recover crash states are like it */
};

static void on_cell(void *data, const json_t *cell)
{
	const struct host *host = data;
	char what[128];

	snprintf(what, sizeof(what), "%s %s", text_of(cell, "fs"), text_of(cell, "workload"));
	say_progress(host->judged + json_array_size(host->recording.cells), host->planned, what);
}

/* ---- a guest ---- */

/*
 * Each guest has fresh seeds, and counts its own cells only: of an option that is given twice the
 * last counts.
 */
static int make_arguments(struct host *host, uint64_t seed)
{
	char *const *typed = host->check->argv;
	size_t n = 0, options = 0, more = 0;

	while (typed[n])
		n++;
	while (typed[options] && strcmp(typed[options], "--") != 0)
		options++;
	free(host->argv);
	host->argv = calloc(n + 3, sizeof(*host->argv));
	if (!host->argv)
		return -ENOMEM;
	memcpy(host->argv, typed, options * sizeof(*typed));
	if (seed != host->check->session.seed) {
		snprintf(host->seed, sizeof(host->seed), "--seed=%" PRIu64, seed);
		host->argv[options + more++] = host->seed;
	}
	if (host->shard.of) {
		snprintf(host->share, sizeof(host->share), "--shard=%u/%u", host->shard.number,
			 host->shard.of);
		host->argv[options + more++] = host->share;
	}
	memcpy(host->argv + options + more, typed + options, (n - options) * sizeof(*typed));
	return 0;
}

static int open_job(struct host *host, uint64_t seed, struct emulate_job *job, struct err *e)
{
	int r = make_arguments(host, seed);

	if (r)
		return err_sys(e, r, "guest", "make its command line");
	r = session_job(&host->check->session, host->kernel, host->argv, job, e);
	if (r)
		return r;
	job->files = (const char *const *)host->luggage.files;
	if (host->check->is_exec)
		job->silence_ms = SILENCE_MS + PACE * host->check->exec.timeout_ms;
	job->on_output = emulate_print;
	host->recording = (struct recording){ .dir = results_path(host->results),
					      .on_cell = on_cell,
					      .data = host };
	return 0;
}

/* What was recorded until a guest died is judged like the rest. */
static int judge_guest(struct host *host, bool died, struct err *e)
{
	struct recording *rec = &host->recording;
	struct err lost;

	if (rec->environment)
		results_set_environment(host->results, rec->environment);
	if (died && recording_add_unfinished(rec, &lost))
		say_error(&lost);
	host->judged += json_array_size(rec->cells);
	return check_judge_cells(&host->judge, rec, e);
}

/* One guest, and the verdict on what it recorded, however far it came. */
static int run_guest(struct host *host, uint64_t seed, struct err *e)
{
	struct emulate_job job;
	struct err later;
	int r = open_job(host, seed, &job, e), s;

	if (r)
		return r;
	host->planned += host->cells;
	results_plan(host->results, host->planned);
	say_progress(host->judged, host->planned, "booting the guest");
	r = recording_run(&host->recording, &job, &host->outcome, e);
	say_progress_done();
	if (host->outcome.verdict != EMULATE_ENDED)
		results_note(host->results, "guest_end",
			     json_string(emulate_verdict_name(host->outcome.verdict)));
	s = judge_guest(host, r, r ? &later : e);
	recording_release(&host->recording);
	return r ? r : s;
}

/* Guests of fresh seeds, until the time is over; without --for one. */
static int run_guests(struct host *host, struct err *e)
{
	const struct check *check = host->check;
	uint64_t end = monotonic_ms() + check->for_ms, seed = check->session.seed;
	int r;

	do {
		r = run_guest(host, seed, e);
		seed += check->rounds;
	} while (!r && !interrupted && monotonic_ms() < end);
	return r;
}

/* ---- all guests of a kernel ---- */

static int open_results(struct host *host, struct err *e)
{
	struct check *check = host->check;
	json_t *command = plan_command_line("check", check->argv);
	int r = results_open(&host->results, check->output.dir, -1, host->kernel, command, NULL,
			     check->session.seed, host->cells, e);

	json_decref(command);
	if (!r && check->shard.of)
		results_note(host->results, "shard",
			     shard_by_cells(&check->shard, host->first, check->plan.cells));
	if (!r)
		check_judge_begin(&host->judge, host->results, host->kernel);
	return r;
}

static int open_recovery(struct host *host, struct err *e)
{
	int r = session_job(&host->check->session, host->kernel, host->check->argv, &host->recovery,
			    e);

	return r ? r : check_judge_states(&host->judge, &host->recovery, e);
}

static int open_host(struct host *host, struct err *e)
{
	const struct plan *plan = &host->check->plan;
	int r = check_judge_open(&host->judge, host->check, e);

	if (!r)
		r = oplist_source_pack(plan->selections, plan->n_selections, &host->luggage, e);
	if (!r && host->check->is_exec)
		r = exec_pack(host->check->program, host->check->bring, &host->luggage, e);
	if (!r && !host->kernel)
		r = emulate_default_kernel(&host->kernel, e);
	if (!r)
		r = open_results(host, e);
	return r || !host->check->states.budget ? r : open_recovery(host, e);
}

static void close_host(struct host *host)
{
	oplist_luggage_release(&host->luggage);
	check_judge_close(&host->judge);
	results_close(host->results);
	free(host->argv);
}

static int conclude(struct host *host, bool cut_short)
{
	struct check *check = host->check;
	const json_t *document = results_document(host->results);
	int code = results_exit_code(document);
	struct err e;

	if (check_judge_end(&host->judge, &e))
		say_error(&e);
	check_print(check, document);
	if (results_finish(host->results, cut_short, &e)) {
		say_error(&e);
		code = code == EXIT_FOUND ? code : EXIT_NO_RUN;
	}
	if (results_path(host->results))
		say_note(0, "results: %s", results_path(host->results));
	if (host->judge.repro.n)
		say_note(0, "%zu kinds of violations, a directory each: %s/violations",
			 host->judge.repro.n, results_path(host->results));
	if (cut_short && code != EXIT_FOUND)
		code = EXIT_NO_RUN;
	return interrupted ? 128 + interrupted : code;
}

static void say_guest(const struct emulate_outcome *outcome)
{
	if (outcome->kernel[0])
		say_note(0, "guest: %s on QEMU %s, up in %.1f s, %.1f s in all", outcome->kernel,
			 outcome->qemu, (double)outcome->boot_ms / 1e3,
			 (double)outcome->total_ms / 1e3);
}

/* @first: the number of its first cell. */
static int check_kernel(struct check *check, const char *kernel, uint64_t first)
{
	struct host host = { .check = check,
			     .kernel = kernel,
			     .first = first,
			     .shard = shard_from(&check->shard, first) };
	struct err e;
	int code = EXIT_NO_RUN, r;

	host.cells = shard_count(&host.shard, check->plan.cells);
	if (!host.cells) {
		say_note(0, "%s: none of its %zu cells is in this shard",
			 kernel ? kernel : "the kernel", check->plan.cells);
		return EXIT_OK;
	}
	r = open_host(&host, &e);
	if (r) {
		say_error(&e);
	} else {
		r = run_guests(&host, &e);
		if (r && r != -EINTR)
			say_error(&e);
		code = conclude(&host, r);
	}
	say_guest(&host.outcome);
	if (check->reduce_ms && host.judge.repro.n && !interrupted) {
		check_reduce(check, &host.judge.repro);
		code = interrupted ? 128 + interrupted : code;
	}
	close_host(&host);
	return !r && code == EXIT_OK ? host.outcome.exit_status : code;
}

int check_guests(struct check *check)
{
	int code;

	if (!check->session.kernels[0])
		return check_kernel(check, NULL, 0);
	code = check_kernel(check, check->session.kernels[0], 0);
	for (size_t k = 1; check->session.kernels[k] && !interrupted; k++)
		code = say_worse_exit(code, check_kernel(check, check->session.kernels[k],
							 k * check->plan.cells));
	return code;
}
