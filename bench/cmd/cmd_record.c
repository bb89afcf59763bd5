// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench record: one workload through the check lens, its operation log kept.
 *
 * In a guest the log lies in an NVDIMM of its own, whose backing file on the
 * host is the log even if the guest dies. On this machine it lies in memory of
 * ours, which outlives the workload's process, and is copied when that is over:
 * a file would be written back meanwhile, and each record after that fault
 * anew. It is a record and no verdict: nothing is checked here.
 */
#include "bench/cmd/cmd_emulate.h"
#include "bench/cmd/command.h"
#include "bench/interrupt.h"
#include "bench/check/oplist_source.h"
#include "bench/runner.h"
#include "bench/cmd/say.h"
#include "bench/session.h"
#include "checker/log/oplog.h"
#include "emulate/guest.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#define RESULTS "results"

struct recorder {
	struct session session;
	char **words;
	size_t n_words;
	const char *out; /* -o; NULL: results/NAME-FS.oplog */
	char default_out[256];
	char partial[PATH_MAX]; /* what it is called until it is known to be a log */
	int verbosity;
	struct selection *selection; /* one */
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "What you get:", 20 },
	{ "output", 'o', "FILE", 0, "the log (results/WORKLOAD-FS.oplog)", 20 },
	{ "verbose", 'v', NULL, 0, "say more", 20 },
	{ "quiet", 'q', NULL, 0, "say only errors", 20 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct recorder *rec = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &rec->session;
		return 0;
	case 'o':
		if (!*arg)
			argp_error(state, "--output \"%s\": want the name of a file", arg);
		rec->out = arg;
		return 0;
	case 'v':
		rec->verbosity = 1;
		return 0;
	case 'q':
		rec->verbosity = -1;
		return 0;
	case ARGP_KEY_ARGS:
		rec->words = state->argv + state->next;
		rec->n_words = (size_t)(state->argc - state->next);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which workload? \"daxbench list\" shows them");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "WORKLOAD[:param=value,...]",
	.doc = "Runs a workload's check lens once and keeps its operation log. "
	       "It records; it gives no verdict.\v"
	       "\"daxbench trace --ops FILE\" shows the log.",
	.children = children,
};

static enum target_kind kind_of(const struct recorder *rec)
{
	return target_kind_of(rec->selection->workload->needs);
}

/* With a directory: whatever file system that has. */
static const char *fs_of(const struct recorder *rec)
{
	if (kind_of(rec) != TARGET_FS)
		return target_kind_name(kind_of(rec));
	if (rec->session.fs[0])
		return rec->session.fs[0];
	return rec->session.target ? NULL : "ext4";
}

static int make_plan(struct recorder *rec, struct err *e)
{
	size_t n = 0;
	int r = session_check(&rec->session, e);

	if (!r)
		r = select_words(LENS_CHECK, rec->words, rec->n_words, &rec->selection, &n, e);
	if (r)
		return r;
	if (n != 1)
		return err_set(e, -EINVAL, rec->words[0], "is %zu workloads: record takes one", n);
	if (rec->session.fs[0] && rec->session.fs[1])
		return err_set(e, -EINVAL, "--fs", "record takes one file system");
	if (rec->session.kernels[0] && rec->session.kernels[1])
		return err_set(e, -EINVAL, "--kernel", "record takes one kernel");
	if (!rec->out) {
		bool with_fs = kind_of(rec) != TARGET_NONE;

		rec->out = rec->default_out;
		snprintf(rec->default_out, sizeof(rec->default_out), RESULTS "/%s%s%s.oplog",
			 rec->selection->workload->name, with_fs ? "-" : "",
			 !with_fs     ? ""
			 : fs_of(rec) ? fs_of(rec)
				      : "dir");
	}
	if (snprintf(rec->partial, sizeof(rec->partial), "%s.partial", rec->out) >=
	    (int)sizeof(rec->partial))
		return err_sys(e, -ENAMETOOLONG, rec->out, "keep the log");
	return 0;
}

/* ---- recording on this machine ---- */

static int record_into(struct recorder *rec, const struct log_device *log, struct err *e)
{
	struct target_claims claims;
	struct target *t = NULL;
	int r;

	if (kind_of(rec) == TARGET_NONE)
		return runner_record(rec->selection, NULL, rec->session.seed, log, NULL, e);
	r = session_open_target(&rec->session, kind_of(rec), fs_of(rec), 0, &claims, &t, e);
	if (r)
		return r;
	r = runner_record(rec->selection, t, rec->session.seed, log, NULL, e);
	target_close(t);
	session_release_claims(&claims);
	return r;
}

static int record_in_guest(struct recorder *rec, struct err *e)
{
	struct log_device log;
	int r = log_device_open_nvdimm(&log, e);

	if (r)
		return r;
	r = record_into(rec, &log, e);
	log_device_close(&log);
	return r;
}

static int keep_log(int fd, const char *path, struct err *e)
{
	char self[64];
	int r;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	r = file_copy_sparse(self, path);
	return r ? err_sys(e, r, path, "keep the operation log") : 0;
}

static int record_here(struct recorder *rec, struct err *e)
{
	struct log_device log;
	struct err kept;
	int r = file_mkdirs(RESULTS, 0777), s;

	if (r)
		return err_sys(e, r, RESULTS, "mkdir");
	r = log_device_open_memory(&log, e);
	if (r)
		return r;
	r = record_into(rec, &log, e);
	s = keep_log(log.fd, rec->partial, &kept);
	log_device_close(&log);
	if (r || !s)
		return r;
	*e = kept;
	return s;
}

/* ---- recording in a guest ---- */

/* 0: it ran and ended with *@ret_status. */
static int record_job(struct recorder *rec, struct emulate_job *job, int *ret_status, struct err *e)
{
	struct emulate_outcome outcome = { 0 };
	int r;

	job->keep_oplog = rec->partial;
	job->on_output = emulate_print;
	say_note(1, "booting the guest");
	r = emulate_run(job, &outcome, e);
	if (!r)
		*ret_status = outcome.exit_status;
	say_note(1, "guest: %s, %s, QEMU %s, boot %.1f s, %.1f s in all", outcome.kernel,
		 outcome.accel, outcome.qemu, (double)outcome.boot_ms / 1e3,
		 (double)outcome.total_ms / 1e3);
	return r;
}

static int record_emulated(struct recorder *rec, char *const argv[], int *ret_status, struct err *e)
{
	struct oplist_luggage luggage = { 0 };
	struct emulate_job job;
	uint64_t n;
	int r = file_mkdirs(RESULTS, 0777);

	if (r)
		return err_sys(e, r, RESULTS, "mkdir");
	r = oplist_source_count(rec->selection, &n, e); /* what is wrong with it is told at once */
	if (!r)
		r = session_job(&rec->session, rec->session.kernels[0], argv, &job, e);
	if (!r)
		r = oplist_source_pack(rec->selection, 1, &luggage, e);
	job.files = (const char *const *)luggage.files;
	if (!r)
		r = record_job(rec, &job, ret_status, e);
	oplist_luggage_release(&luggage);
	return r;
}

/* ---- what is kept, and said of it ---- */

static void describe_log(const char *name, const struct oplog *log)
{
	uint32_t workers = oplog_workers(log);
	char why[128];

	printf("%s: %zu operations by %u worker%s, recorded and not checked: no verdict\n", name,
	       oplog_count(log), workers, workers == 1 ? "" : "s");
	if (oplog_is_cut(log, why, sizeof(why)))
		say_note(-1, "daxbench: %s: the log is cut off: %s", name, why);
}

/*
 * Gives the log its name if it is one, and removes it if not. That of a run
 * that failed is kept beside it, as FILE.failed: the log of an earlier run
 * stands until there is a better one. @ret_cut: not all is in it.
 */
static int take_log(const struct recorder *rec, bool failed, bool *ret_cut, struct err *e)
{
	char name[PATH_MAX];
	struct oplog *log;
	int r = oplog_open(&log, rec->partial, e);

	if (r) {
		unlink(rec->partial);
		return r;
	}
	/* No longer than with ".partial". */
	snprintf(name, sizeof(name), "%s%s", rec->out, failed ? ".failed" : "");
	if (rename(rec->partial, name)) {
		r = err_sys(e, -errno, name, "keep the log");
		unlink(rec->partial);
	} else {
		describe_log(name, log);
		*ret_cut = oplog_is_cut(log, NULL, 0);
	}
	oplog_close(log);
	return r;
}

static int exit_code(const struct err *e)
{
	if (interrupted)
		return 128 + interrupted;
	return e->code == -EOPNOTSUPP ? EXIT_SKIPPED : say_exit_code(e);
}

static int run_in_guest(struct recorder *rec)
{
	struct err e = { 0 };

	if (!record_in_guest(rec, &e))
		return EXIT_OK;
	say_error(&e);
	return exit_code(&e);
}

static int run(struct recorder *rec, char *const argv[])
{
	struct err e = { 0 }, no_log = { 0 };
	bool cut = false;
	int r, s, status = 0;

	unlink(rec->partial); /* of a run that was killed */
	if (session_is_emulated(&rec->session))
		r = record_emulated(rec, argv, &status, &e);
	else
		r = record_here(rec, &e);
	if (r)
		say_error(&e);
	s = take_log(rec, r || status, &cut, &no_log);
	if (r)
		return exit_code(&e);
	if (status)
		return status;
	if (s)
		say_error(&no_log);
	return s || cut ? EXIT_NO_RUN : EXIT_OK;
}

int cmd_record(int argc, char **argv)
{
	struct recorder rec = { 0 };
	struct err e;
	int code;

	argp_parse(&argp, argc, argv, 0, NULL, &rec);
	say_init(rec.verbosity, NULL);
	if (make_plan(&rec, &e)) {
		say_error(&e);
		code = say_exit_code(&e);
	} else {
		code = guest_is_collected() ? run_in_guest(&rec) : run(&rec, argv);
	}
	free(rec.selection);
	session_release(&rec.session);
	return code;
}
