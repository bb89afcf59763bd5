// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/recorded.h"
#include "bench/results/cell_status.h"
#include "bench/results/json_get.h"
#include "bench/check/exec.h"
#include "bench/check/known.h"
#include "bench/check/unflushed_report.h"
#include "bench/results/result.h"
#include "bench/target/target_kind.h"
#include "bench/check/verdict.h"
#include "lib/build_id.h"
#include "lib/tame.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the log says ---- */

int recorded_about(const char *path, struct dx_log_header *ret, struct err *e)
{
	struct oplog *log;
	int r = oplog_open(&log, path, e);

	if (r)
		return r;
	*ret = *oplog_header(log);
	oplog_close(log);
	return 0;
}

bool recorded_by_this_program(const struct dx_log_header *about)
{
	return !strcmp(about->program, build_id());
}

/* A text of the header in results and on terminals. */
static void copy_text(char *to, size_t len, const char *from)
{
	snprintf(to, len, "%s", from);
	tame_ascii(to);
}

/* Workload and parameters, or its name alone where they are not known here. */
static int find_selection(const struct dx_log_header *about, struct dx_workload *nameless,
			  struct selection *ret, struct err *e)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	char word[sizeof(about->workload) + sizeof(about->params) + 1];
	char *const words[] = { word };
	struct selection *found;
	struct err unknown;
	size_t n;

	if (!about->workload[0] || about->workload[strspn(about->workload, letters)])
		return err_set(e, -EBADMSG, "operation log", "has no name of a workload in it");
	*nameless = (struct dx_workload){ .name = about->workload, .op = "" };
	*ret = (struct selection){ .workload = nameless };
	snprintf(word, sizeof(word), "%s%s%s", about->workload, about->params[0] ? ":" : "",
		 about->params);
	if (!select_find(LENS_CHECK, about->workload) ||
	    select_words(LENS_CHECK, words, 1, &found, &n, &unknown))
		return 0;
	if (n == 1) /* no run has several values of a parameter */
		*ret = found[0];
	free(found);
	return 0;
}

/* Stores are recorded in guests of ours only, where all files are DAX. */
static const char *mode_of(const char *fs)
{
	switch (target_kind_named(fs)) {
	case TARGET_FS:
		return fs[0] ? "dax" : "none";
	case TARGET_RAW:
		return fs;
	default:
		return "devdax";
	}
}

int recorded_cell(const struct dx_log_header *about, json_t **ret, struct err *e)
{
	struct cell_result c = { .lens = LENS_CHECK, .unit = "insn", .cpu = -1 };
	char kernel[sizeof(about->kernel)];
	struct dx_workload nameless;
	int r = find_selection(about, &nameless, &c.selection, e);

	if (r)
		return r;
	c.workload = c.selection.workload;
	c.run = about->run;
	copy_text(c.fs, sizeof(c.fs), about->fs);
	snprintf(c.mode, sizeof(c.mode), "%s", mode_of(c.fs));
	*ret = cell_result_to_json(&c);
	if (!*ret)
		return err_sys(e, -ENOMEM, c.workload->name, "describe what was recorded");
	copy_text(kernel, sizeof(kernel), about->kernel);
	json_object_set_new(*ret, "kernel", json_string(kernel));
	return 0;
}

/* ---- judging ---- */

/* What a log of a soup has of pairs of operations. One that is no list counts for nothing. */
static void add_coverage(struct coverage *coverage, const struct oplog *log)
{
	struct oplist list = { 0 };

	if (strcmp(oplog_header(log)->workload, "soup") != 0 ||
	    oplist_from_log(&list, log, false, NULL))
		return;
	coverage_add(coverage, &list);
	oplist_release(&list);
}

/* The end of the last phase that ended; *@ret_ran: run() was one of them. NULL: none did. */
static const struct oplog_op *last_phase(const struct oplog *log, bool *ret_ran)
{
	const struct oplog_op *last = NULL;

	*ret_ran = false;
	for (size_t i = 0; i < oplog_count(log); i++) {
		const struct oplog_op *op = oplog_at(log, i);

		if (op->rec->op != DX_OP_PHASE)
			continue;
		*ret_ran |= op->rec->arg[0] == 1;
		if (op->rec->arg[0] == 2 && op->returned)
			last = op;
	}
	return last;
}

/* A run is worth a verdict if the workload got to its end: what the log says of it. */
static void note_outcome(const struct verdict *v, json_t *cell)
{
	bool ran;
	char why[160];
	const struct oplog_op *end = last_phase(judge_log(v), &ran);
	int code = end ? (int)end->rec->result : 0;

	if (strcmp("pass", text_of(cell, "status")) != 0)
		return; /* who ran it knows better */
	if (code)
		cell_set_status(cell, !ran && code == -EOPNOTSUPP ? "skip" : "error", "%s: %s",
				ran ? "run" : "prepare", strerror(-code));
	else if (!end && !judge_is_cut(v, why, sizeof(why)))
		cell_set_status(cell, "error", "run: did not end");
}

/* Whose code the addresses of programs are: ours, if this build it was, or what it ran. */
static int open_attribution(const struct recorded *r, const struct dx_log_header *about,
			    struct attribution **ret, struct err *e)
{
	if (exec_is_meant(about->workload))
		return attribution_open(ret, r->symbols, 0, r->maps, e);
	return attribution_open(ret, r->symbols, recorded_by_this_program(about) ? about->text : 0,
				NULL, e);
}

static int judge(const struct recorded *r, json_t *cell, struct err *e)
{
	struct attribution *a = NULL;
	const struct dx_log_header *about;
	struct verdict *v;
	int code = judge_run(&v, r->trace, r->log, r->rules, e);

	if (code)
		return code;
	if (r->coverage)
		add_coverage(r->coverage, judge_log(v));
	if (r->ace && ace_report_add(r->ace, judge_log(v)))
		code = err_sys(e, -ENOMEM, r->log, "count the cases");
	note_outcome(v, cell);
	about = oplog_header(judge_log(v));
	if (!code)
		code = open_attribution(r, about, &a, e);
	if (!code && verdict_to_json(v, a, cell))
		code = err_sys(e, -ENOMEM, r->trace, "describe the verdict");
	if (!code && exec_is_meant(about->workload))
		code = unflushed_report_add(r->trace, judge_log(v), r->rules, a, cell, e);
	attribution_close(a);
	judge_release(v);
	return code;
}

/* Where nothing is wrong, or only what is known: would it have been seen? */
static int try_removals(const struct recorded *r, json_t *cell, struct err *e)
{
	struct removal_counts counts[REMOVAL_KINDS];
	const char *status = text_of(cell, "status");
	int code;

	if (!r->removals || (strcmp(status, "pass") != 0 && strcmp(status, "xfail") != 0 &&
			     strcmp(status, "xpass") != 0))
		return 0;
	code = removal_try(r->trace, r->log, r->seed, r->n_removals, counts, e);
	if (!code && verdict_add_removals(counts, cell))
		code = err_sys(e, -ENOMEM, r->trace, "tell what was left out");
	return code;
}

static void set_error(json_t *cell, const struct err *e)
{
	char reason[1024];

	err_format(e, reason, sizeof(reason));
	cell_set_status(cell, "error", "%s", reason);
}

void recorded_judge(const struct recorded *r, const json_t *known, json_t *cell)
{
	const struct known_conditions how = { persist_mode_names[r->rules],
					      r->flush ? r->flush : "" };
	struct err e;
	int code = judge(r, cell, &e);

	if (code)
		set_error(cell, &e);
	known_apply(known, &how, cell);
	if (!code && try_removals(r, cell, &e))
		set_error(cell, &e);
}
