// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is in an operation log, for people or as NDJSON.
 *
 * The JSON form is a line for the log and a line for each operation:
 *
 *	{"schema":"daxbench-oplog-1","workload":"write-4k","n":8,...}
 *	{"worker":0,"record":3,"op":"write","ticks":1200,"took":340,"result":0,
 *	 "handle":1,"args":{"offset":0,"length":4096,"flags":0,"generation":16},...}
 *
 * "ticks" counts from the first operation of the log. An operation that had
 * begun and did not return has "took" and "result" null. Names may hold any
 * byte: what is not printable ASCII is shown as \xNN in both forms, so that a
 * log cannot write to a terminal what its owner did not ask for.
 */
#include "bench/cmd/cmd_trace.h"
#include "checker/list/oplist.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ops {
	const struct oplog *log;
	uint64_t start; /* ticks of the first operation */
};

/* Printable ASCII of @text, the rest, and a backslash, as \xNN. The caller frees. */
static char *escape(const char *text)
{
	char *out = malloc(strlen(text) * 4 + 1), *p = out;

	for (const unsigned char *c = (const unsigned char *)text; out && *c; c++) {
		if (*c >= 0x20 && *c < 0x7f && *c != '\\')
			*p++ = (char)*c;
		else
			p += snprintf(p, 5, "\\x%02x", *c);
	}
	if (out)
		*p = '\0';
	return out;
}

/* Since the log's first operation; another worker's counter may be a little behind. */
static int64_t ticks_of(const struct ops *t, const struct oplog_op *op)
{
	return (int64_t)(op->rec->begin - t->start);
}

static int64_t took(const struct oplog_op *op)
{
	return (int64_t)(op->rec->end - op->rec->begin);
}

static bool has_handle(const struct oplog_op *op)
{
	return op->kind->object != OPLOG_NO_OBJECT;
}

/* ---- for programs ---- */

static json_t *escaped(const char *text)
{
	char *clean = escape(text);
	json_t *j = clean ? json_string(clean) : NULL;

	free(clean);
	return j;
}

static json_t *hex(uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%#" PRIx64, value);
	return json_string(text);
}

/* Numbers that fit are numbers; words of flags can use bit 63. */
static json_t *number(uint64_t value)
{
	return value <= INT64_MAX ? json_integer((json_int_t)value) : hex(value);
}

static json_t *header_to_json(const struct ops *t)
{
	const struct dx_log_header *h = oplog_header(t->log);
	char why[128];
	bool cut = oplog_is_cut(t->log, why, sizeof(why));

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:s?}", "schema",
			 "daxbench-oplog-1", "workload", escaped(h->workload), "params",
			 escaped(h->params), "fs", escaped(h->fs), "kernel", escaped(h->kernel),
			 "seed", number(h->seed), "n", number(h->n), "ticks_per_second",
			 number(h->ticks_per_second), "workers", (int)oplog_workers(t->log),
			 "operations", (int)oplog_count(t->log), "cut_off", cut ? why : NULL);
}

static json_t *args_to_json(const struct oplog_op *op)
{
	json_t *args = json_object();

	for (size_t i = 0; i < 4; i++)
		if (op->kind->arg[i].name)
			json_object_set_new(args, op->kind->arg[i].name, number(op->rec->arg[i]));
	return args;
}

static json_t *extents_to_json(const struct oplog_op *op)
{
	json_t *list = json_array();

	for (size_t i = 0; i < op->n_extents; i++) {
		const struct dx_rec *x = &op->extents[i];

		json_array_append_new(
			list, json_pack("{s:i, s:I, s:o, s:o, s:o, s:o}", "handle", (int)x->handle,
					"result", (json_int_t)x->result, "offset",
					number(x->arg[0]), "physical", hex(x->arg[1]), "length",
					number(x->arg[2]), "flags", hex(x->arg[3])));
	}
	return list;
}

static json_t *op_to_json(const struct ops *t, const struct oplog_op *op)
{
	json_t *j = json_pack("{s:i, s:I, s:s, s:I, s:o, s:o}", "worker", (int)op->worker, "record",
			      (json_int_t)op->number, "op", op->kind->name, "ticks",
			      (json_int_t)ticks_of(t, op), "took",
			      op->returned ? json_integer(took(op)) : json_null(), "result",
			      op->returned ? json_integer(op->rec->result) : json_null());
	json_t *names;

	if (has_handle(op))
		json_object_set_new(j, "handle", json_integer(op->rec->handle));
	json_object_set_new(j, "args", args_to_json(op));
	if (op->kind->texts) {
		names = json_array();
		for (size_t i = 0; i < op->kind->texts && op->text[i]; i++)
			json_array_append_new(names, escaped(op->text[i]));
		json_object_set_new(j, "names", names);
	}
	if (op->kind->extents)
		json_object_set_new(j, "extents", extents_to_json(op));
	return j;
}

static int print_line(json_t *j)
{
	int r = j ? json_dumpf(j, stdout, JSON_COMPACT) : -1;

	json_decref(j);
	putchar('\n');
	return r ? -ENOMEM : 0;
}

static int print_json(const struct ops *t)
{
	int r = print_line(header_to_json(t));

	for (size_t i = 0; !r && i < oplog_count(t->log); i++)
		r = print_line(op_to_json(t, oplog_at(t->log, i)));
	return r;
}

/* ---- for people ---- */

static void print_text(const char *text)
{
	char *clean = escape(text);

	fputs(clean ? clean : "?", stdout);
	free(clean);
}

/* Microseconds where the rate of the ticks is known, else ticks. */
static void print_time(const struct ops *t, int64_t ticks)
{
	uint64_t rate = oplog_header(t->log)->ticks_per_second;

	if (rate)
		printf("%12.1f", (double)ticks * 1e6 / (double)rate);
	else
		printf("%12" PRId64, ticks);
}

static void print_header(const struct ops *t)
{
	const struct dx_log_header *h = oplog_header(t->log);
	uint32_t workers = oplog_workers(t->log);

	print_text(h->workload);
	if (h->params[0])
		putchar(':');
	print_text(h->params);
	printf(", n %" PRIu64 ", seed %" PRIu64 ", ", h->n, h->seed);
	print_text(h->fs[0] ? h->fs : "no file system");
	fputs(", kernel ", stdout);
	print_text(h->kernel);
	printf(": %zu operations by %u worker%s\n", oplog_count(t->log), workers,
	       workers == 1 ? "" : "s");
	printf("%12s %12s  %6s %6s  operation\n", h->ticks_per_second ? "at us" : "at tick", "took",
	       "worker", "record");
}

static void print_args(const struct oplog_op *op)
{
	char value[256];

	if (has_handle(op))
		printf(" %s%u", op->kind->object == OPLOG_MAP ? "m" : "h", op->rec->handle);
	for (size_t i = 0; i < op->kind->texts && op->text[i]; i++) {
		fputs(" \"", stdout);
		print_text(op->text[i]);
		putchar('"');
	}
	for (size_t i = 0; i < 4; i++) {
		const struct oplog_arg *arg = &op->kind->arg[i];

		if (!arg->name)
			continue;
		if (strcmp(arg->name, op->kind->name) != 0)
			printf(" %s", arg->name);
		printf(" %s", oplog_arg_format(arg->type, op->rec->arg[i], value, sizeof(value)));
	}
}

static void print_extents(const struct oplog_op *op)
{
	for (size_t i = 0; i < op->n_extents; i++) {
		const struct dx_rec *x = &op->extents[i];

		printf("%42s h%u ", "", x->handle);
		if (x->result < 0)
			printf("extents not known: %s\n", strerror((int)-x->result));
		else if (!x->arg[2])
			puts("no extents");
		else
			printf("extent %" PRId64 ": offset %" PRIu64 " at %#" PRIx64
			       " length %" PRIu64 " flags %#" PRIx64 "\n",
			       x->result, x->arg[0], x->arg[1], x->arg[2], x->arg[3]);
	}
}

static void print_op(const struct ops *t, const struct oplog_op *op)
{
	print_time(t, ticks_of(t, op));
	putchar(' ');
	if (op->returned)
		print_time(t, took(op));
	else
		printf("%12s", "-");
	printf("  %6u %6" PRIu64 "  %s", op->worker, op->number, op->kind->name);
	print_args(op);
	if (!op->returned)
		fputs(" (did not return)", stdout);
	else if (op->rec->result < 0)
		printf(" = %s", strerror((int)-op->rec->result));
	else if (op->kind->result == OPLOG_ADDRESS)
		printf(" = %#" PRIx64, (uint64_t)op->rec->result);
	else if (op->kind->result == OPLOG_COUNT &&
		 (uint64_t)op->rec->result < op->rec->arg[op->kind->length])
		printf(" = %" PRId64 " of them", op->rec->result);
	putchar('\n');
	print_extents(op);
}

static void print_people(const struct ops *t)
{
	char why[128];

	print_header(t);
	for (size_t i = 0; i < oplog_count(t->log); i++)
		print_op(t, oplog_at(t->log, i));
	if (oplog_is_cut(t->log, why, sizeof(why)))
		printf("cut off: %s; what came later is not in the log\n", why);
}

int trace_show_ops(const struct oplog *log, const char *name, bool json, struct err *e)
{
	struct ops t = { .log = log };

	if (oplog_count(log))
		t.start = oplog_at(log, 0)->rec->begin;
	if (!json)
		print_people(&t);
	else if (print_json(&t))
		return err_set(e, -ENOMEM, name, "describe as JSON");
	return 0;
}

/* ---- to be run again ---- */

int trace_show_list(const struct oplog *log, const char *name, struct err *e)
{
	struct oplist list = { 0 };
	int r = oplist_from_log(&list, log, true, e);

	if (r)
		return r;
	r = oplist_print(&list, stdout);
	oplist_release(&list);
	return r ? err_sys(e, r, name, "write as a list") : 0;
}
