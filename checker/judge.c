// SPDX-License-Identifier: GPL-2.0-or-later
#include "checker/judge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct verdict {
	struct trace *trace;
	struct oplog *log;
	enum persist_mode rules;
	struct linecheck *by[PERSIST_MODES]; /* NULL: not looked at */
};

static int judge_by(struct verdict *v, enum persist_mode mode, struct err *e)
{
	const struct linecheck_options o = { .mode = mode, .leave_out = CONTENT_NEVER };
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
		for (unsigned int mode = 0; !r && mode < PERSIST_MODES; mode++)
			if (mode != rules)
				r = judge_by(v, (enum persist_mode)mode, e);
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
	for (int i = 0; i < PERSIST_MODES; i++)
		linecheck_close(v->by[i]);
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

/* The same promise, broken for the same file by the same code; lines are counted together. */
static bool is_same(const struct linecheck_violation *a, const struct linecheck_violation *b)
{
	return a->promise == b->promise && a->store.ip == b->store.ip && a->fault == b->fault;
}

bool judge_stands(const struct verdict *v, size_t i, enum persist_mode mode)
{
	const struct linecheck_violation *found, *other;
	size_t n;

	if (mode == v->rules)
		return true;
	if (!v->by[mode])
		return false;
	linecheck_violations(v->by[v->rules], &found);
	n = linecheck_violations(v->by[mode], &other);
	for (size_t k = 0; k < n; k++)
		if (is_same(&found[i], &other[k]))
			return true;
	return false;
}

bool judge_is_cut(const struct verdict *v, char *why, size_t len)
{
	return trace_is_cut(v->trace, why, len) || oplog_is_cut(v->log, why, len);
}
