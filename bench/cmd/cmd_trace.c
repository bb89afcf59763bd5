// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daxbench trace: what is in an operation log, or in a store trace. Options, and
 * which view (cmd_trace_*.c) they ask for.
 */
#include "bench/cmd/cmd_trace.h"
#include "bench/cmd/command.h"
#include "bench/cmd/say.h"
#include "checker/blocks/logwrites_export.h"
#include "lib/units.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>

/* Where /dev/pmem0 begins on an NVDIMM of the guest: behind the namespace's info block. */
#define DEFAULT_OFFSET (2ULL << 20)

enum view { VIEW_DEFAULT, VIEW_STAT, VIEW_DUMP, VIEW_LINE, VIEW_EXPORT };

struct options {
	const char *trace, *ops, *export;
	enum view view;
	bool json, list, verbose, place_given;
	uint64_t line;
	struct logwrites_job job;
};

enum {
	OPT_OPS = 0x100,
	OPT_JSON,
	OPT_LIST,
	OPT_STAT,
	OPT_DUMP,
	OPT_LINE,
	OPT_EXPORT,
	OPT_RANGE,
	OPT_OFFSET
};

static const struct argp_option options[] = {
	{ NULL, 0, NULL, 0, "Of a store trace:", 10 },
	{ "stat", OPT_STAT, NULL, 0, "how many of what (the default)", 10 },
	{ "dump", OPT_DUMP, NULL, 0, "its records, one a line", 10 },
	{ "line", OPT_LINE, "ADDR", 0, "the life of the cache line at this physical address", 10 },
	{ "export-log-writes", OPT_EXPORT, "FILE", 0,
	  "make a log of it as dm-log-writes would have", 10 },
	{ "range", OPT_RANGE, "N", 0, "export the Nth range (0)", 10 },
	{ "offset", OPT_OFFSET, "BYTES", 0, "the device begins there in the range (2M)", 10 },
	{ NULL, 0, NULL, 0, "Of both:", 20 },
	{ "ops", OPT_OPS, "FILE", 0, "the operation log; with a trace: to name its marks", 20 },
	{ "json", OPT_JSON, NULL, 0, "a JSON object per line", 20 },
	{ "list", OPT_LIST, NULL, 0,
	  "of --ops: an operation list, for \"daxbench check ops:list=FILE\"", 20 },
	{ "verbose", 'v', NULL, 0, "all bytes of stores, and stacks", 20 },
	{ 0 },
};

static void choose(struct options *o, enum view view, struct argp_state *state)
{
	if (o->view != VIEW_DEFAULT && o->view != view)
		argp_error(state, "--stat, --dump, --line and --export-log-writes: want one");
	o->view = view;
}

static void parse_place(struct options *o, int key, const char *arg, struct argp_state *state)
{
	uint64_t n;

	o->place_given = true;
	if (key == OPT_OFFSET) {
		if (units_parse_size(arg, &o->job.offset))
			argp_error(state, "--offset %s: want a size, as 2M", arg);
		return;
	}
	if (units_parse_count(arg, &n) || n >= DX_TRACE_RANGES)
		argp_error(state, "--range %s: want 0 to %d", arg, DX_TRACE_RANGES - 1);
	o->job.range = (uint32_t)n;
}

/* What does not go together. */
static void check(const struct options *o, struct argp_state *state)
{
	if (!o->trace && !o->ops)
		argp_error(state, "which trace? give its FILE, or a log with --ops FILE");
	if (!o->trace && (o->view != VIEW_DEFAULT || o->place_given))
		argp_error(state, "that is of a store trace: give its FILE");
	if (o->list && (o->json || o->trace || !o->ops))
		argp_error(state, "--list shows an operation log, and nothing else: --ops FILE");
	if (o->json && o->trace && o->view != VIEW_DEFAULT && o->view != VIEW_DUMP)
		argp_error(state, "--json shows records: leave out --stat, --line and --export");
	if (o->place_given && o->view != VIEW_EXPORT)
		argp_error(state, "--range and --offset are for --export-log-writes");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case OPT_OPS:
		o->ops = arg;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_LIST:
		o->list = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case OPT_STAT:
		choose(o, VIEW_STAT, state);
		return 0;
	case OPT_DUMP:
		choose(o, VIEW_DUMP, state);
		return 0;
	case OPT_LINE:
		choose(o, VIEW_LINE, state);
		if (units_parse_count(arg, &o->line))
			argp_error(state, "--line %s: want an address, as 0x140200000", arg);
		return 0;
	case OPT_EXPORT:
		choose(o, VIEW_EXPORT, state);
		o->export = arg;
		return 0;
	case OPT_RANGE:
	case OPT_OFFSET:
		parse_place(o, key, arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (o->trace)
			argp_error(state, "%s: one trace at a time", arg);
		o->trace = arg;
		return 0;
	case ARGP_KEY_END:
		check(o, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "FILE\n--ops FILE",
	.doc = "Shows a store trace that \"daxbench check\" made, or the operations of a log that "
	       "\"daxbench record\" kept, in the order in which they began.",
};

static int export(const struct options *o, const struct trace_view *v, struct err *e)
{
	struct logwrites_job job = o->job;
	struct logwrites_counts n;
	int r;

	job.marks = v->marks;
	r = logwrites_export(v->trace, o->export, &job, &n, e);
	if (r)
		return r;
	printf("%s: %" PRIu64 " writes of %" PRIu64 " sectors, %" PRIu64 " flushes, %" PRIu64
	       " marks\n",
	       o->export, n.writes, n.sectors, n.flushes, n.marks);
	if (n.lines_left)
		printf("%" PRIu64 " lines were stored to and never made durable: not in the log\n",
		       n.lines_left);
	return 0;
}

static int show(const struct options *o, const struct trace_view *v, struct err *e)
{
	switch (o->view) {
	case VIEW_EXPORT:
		return export(o, v, e);
	case VIEW_LINE:
		return trace_print_line(stdout, v->trace, v->marks, o->line, v->path, e);
	case VIEW_DUMP:
		return o->json ? trace_show_json(v, e) : trace_show_records(v, e);
	default:
		return o->json ? trace_show_json(v, e) : trace_show_stat(v, e);
	}
}

static int show_trace(const struct options *o, const struct oplog *log, struct err *e)
{
	struct trace_view v = { .path = o->trace, .verbose = o->verbose };
	struct oplog_marks *marks = NULL;
	char why[128];
	int r = trace_open(&v.trace, o->trace, e);

	if (r)
		return r;
	if (log && trace_header(v.trace)->run != oplog_header(log)->run)
		r = err_set(e, -EINVAL, o->ops, "is the log of another run than the trace");
	else if (log && oplog_marks_new(&marks, log))
		r = err_sys(e, -ENOMEM, o->ops, "index");
	v.marks = marks;
	if (!r)
		r = show(o, &v, e);
	fflush(stdout);
	if (!r && trace_is_cut(v.trace, why, sizeof(why)))
		say_note(0, "%s: %s; what came later is not in the trace", o->trace, why);
	oplog_marks_free(marks);
	trace_close(v.trace);
	return r;
}

static int show_log(const struct options *o, const struct oplog *log, struct err *e)
{
	return o->list ? trace_show_list(log, o->ops, e) : trace_show_ops(log, o->ops, o->json, e);
}

int cmd_trace(int argc, char **argv)
{
	struct options o = { .job.offset = DEFAULT_OFFSET };
	struct oplog *log = NULL;
	struct err e;
	int r = 0;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	if (o.ops)
		r = oplog_open(&log, o.ops, &e);
	if (!r)
		r = o.trace ? show_trace(&o, log, &e) : show_log(&o, log, &e);
	if (r)
		say_error(&e);
	oplog_close(log);
	return r ? say_exit_code(&e) : EXIT_OK;
}
