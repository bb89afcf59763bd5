// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/lines/judge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct verdict {
	struct trace *trace;
	struct oplog *log;
	enum persist_mode rules;
	struct linecheck *by[PERSIST_MODES]; /* NULL: not looked at */
	bool *stands[PERSIST_MODES];	     /* for each violation by the rules; NULL: none does */
};

static int judge_by(struct verdict *v, enum persist_mode mode, struct err *e)
{
	const struct linecheck_options o = { .mode = mode,
					     .leave_out = CONTENT_NEVER,
					     .note_lines = true };
	int r = linecheck_open(&v->by[mode], trace_header(v->trace), v->log, &o, e);

	return r ? r : linecheck_run(v->by[mode], v->trace, e);
}

/* A disk that was full has cut off both; and a log of another run says nothing of this. */
static int open_log(struct verdict *v, const char *trace, const char *log, struct err *e)
{
	const struct dx_trace_header *h = trace_header(v->trace);
	uint64_t run;
	int r = oplog_open(&v->log, log, e);

	if (r && h->error)
		return err_set(e, r, trace, "recording ended early, without an operation log: %s",
			       strerror((int)h->error));
	if (r)
		return r;
	run = oplog_header(v->log)->run;
	if (run == h->run)
		return 0;
	return err_set(e, -EBADMSG, log,
		       "is of run %016" PRIx64 ", and the trace of run %016" PRIx64
		       ": they do not belong together",
		       run, h->run);
}

/* ---- by the other rules ---- */

static int compare_names(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int sorted_names(const struct linecheck *lc, uint64_t **ret, size_t *ret_n)
{
	const struct linecheck_line *lines;
	size_t n = linecheck_lines(lc, &lines);
	uint64_t *names = malloc(n ? n * sizeof(*names) : 1);

	if (!names)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		names[i] = lines[i].name;
	if (n)
		qsort(names, n, sizeof(*names), compare_names);
	*ret = names;
	*ret_n = n;
	return 0;
}

/*
 * Which violations by the rules are there under @mode, too: one of their lines is wrong
 * after the same call. Under other rules the same loss can have another fault, or be that
 * of an older store; and lines that are one violation here can be several there.
 */
static int compare_with(struct verdict *v, enum persist_mode mode)
{
	const struct linecheck_violation *list;
	const struct linecheck_line *lines;
	size_t n_lines = linecheck_lines(v->by[v->rules], &lines), n;
	uint64_t *names;
	int r = sorted_names(v->by[mode], &names, &n);

	if (r)
		return r;
	v->stands[mode] = calloc(linecheck_violations(v->by[v->rules], &list) + 1, sizeof(bool));
	if (!v->stands[mode])
		r = -ENOMEM;
	for (size_t i = 0; !r && n && i < n_lines; i++)
		if (bsearch(&lines[i].name, names, n, sizeof(*names), compare_names))
			v->stands[mode][lines[i].violation] = true;
	free(names);
	return r;
}

static int judge_by_others(struct verdict *v, struct err *e)
{
	for (unsigned int mode = 0; mode < PERSIST_MODES; mode++) {
		int r = mode == v->rules ? 0 : judge_by(v, (enum persist_mode)mode, e);

		if (!r && mode != v->rules && compare_with(v, (enum persist_mode)mode))
			r = err_sys(e, -ENOMEM, persist_mode_names[mode], "compare what it finds");
		if (r)
			return r;
	}
	return 0;
}

int judge_run(struct verdict **ret, const char *trace, const char *log, enum persist_mode rules,
	      struct err *e)
{
	const struct linecheck_violation *none;
	struct verdict *v = calloc(1, sizeof(*v));
	int r;

	if (!v)
		return err_sys(e, -ENOMEM, trace, "judge");
	r = trace_open(&v->trace, trace, e);
	if (!r)
		r = open_log(v, trace, log, e);
	v->rules = rules;
	if (!r)
		r = judge_by(v, rules, e);
	if (!r && linecheck_violations(v->by[rules], &none))
		r = judge_by_others(v, e);
	if (r) {
		judge_release(v);
		return r;
	}
	*ret = v;
	return 0;
}

void judge_release(struct verdict *v)
{
	if (!v)
		return;
	for (int i = 0; i < PERSIST_MODES; i++) {
		linecheck_close(v->by[i]);
		free(v->stands[i]);
	}
	oplog_close(v->log);
	trace_close(v->trace);
	free(v);
}

const struct linecheck *judge_result(const struct verdict *v)
{
	return v->by[v->rules];
}

const struct oplog *judge_log(const struct verdict *v)
{
	return v->log;
}

const struct dx_trace_header *judge_header(const struct verdict *v)
{
	return trace_header(v->trace);
}

bool judge_stands(const struct verdict *v, size_t i, enum persist_mode mode)
{
	return mode == v->rules || (v->stands[mode] && v->stands[mode][i]);
}

bool judge_is_cut(const struct verdict *v, char *why, size_t len)
{
	return trace_is_cut(v->trace, why, len) || oplog_is_cut(v->log, why, len);
}
