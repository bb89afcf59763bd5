// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/check/repro.h"
#include "bench/results/json_get.h"
#include "bench/report/trace_print.h"
#include "bench/check/verdict.h"
#include "lib/cleanup.h"
#include "lib/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

struct writer {
	const struct repro_run *run;
	const struct repro_case *c;
	int dir;
};

char *repro_dir(const struct repro_run *run, const struct repro_case *c, char *buf, size_t len)
{
	snprintf(buf, len, "%s/violations/%s", run->results, c->key);
	return buf;
}

/* ---- texts ---- */

typedef int (*print_fn)(const struct writer *w, FILE *out);

static int write_text(const struct writer *w, const char *name, print_fn print, struct err *e)
{
	AUTO_FREE char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int r = out ? print(w, out) : -ENOMEM;

	if (out && fclose(out) && !r)
		r = -ENOMEM;
	if (!r)
		r = file_write_atomic(w->dir, name, text, len);
	return r ? err_sys(e, r, name, "write") : 0;
}

static int print_list(const struct writer *w, FILE *out)
{
	return oplist_print(&w->c->list, out);
}

static int print_violation(const struct writer *w, FILE *out)
{
	verdict_print_violation(out, w->c->cell, w->c->violation, true);
	return 0;
}

static json_t *options_of(const struct writer *w)
{
	return repro_options(w->run, text_of(w->c->cell, "fs"),
			     (uint64_t)number_of(w->c->cell, "seed"));
}

static json_t *describe_list(const struct repro_case *c)
{
	if (!c->list.n)
		return json_null();
	return json_pack("{s:s, s:I, s:b, s:o, s:b, s:b}", "file", "ops.list", "operations",
			 (json_int_t)c->list.n, "shows_it", c->by_list, "cut_from",
			 c->list_was ? json_integer((json_int_t)c->list_was) : json_null(),
			 "minimal", c->minimal, "ran_alone", c->alone);
}

static int print_json(const struct writer *w, FILE *out)
{
	static const char *const members[] = {
		"workload", "params", "fs", "kernel", "run", "target"
	};
	json_t *j = json_pack("{s:s, s:I, s:o, s:I, s:O, s:o}", "key", w->c->key, "alike",
			      (json_int_t)w->c->alike, "list", describe_list(w->c), "seed",
			      (json_int_t)number_of(w->c->cell, "seed"), "command", w->run->command,
			      "options", options_of(w));
	int r;

	if (!j)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_set(j, members[i], json_object_get(w->c->cell, members[i]));
	json_object_set(j, "violation", w->c->violation);
	r = json_dumpf(j, out, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) ? -ENOMEM : 0;
	fputc('\n', out);
	json_decref(j);
	return r;
}

/* ---- the command ---- */

/* As one word for the shell, quoted only if it must be. */
static void print_word(const char *word, FILE *out)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./:=,+@%";

	if (word[0] && !word[strspn(word, plain)]) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", out);
		else
			fputc(*word, out);
	fputc('\'', out);
}

/* "user-flush:with=2,omit=1": as it was chosen. */
static void print_workload(const json_t *cell, FILE *out)
{
	const char *name;
	json_t *value;
	char sep = ':';

	fputs(text_of(cell, "workload"), out);
	json_object_foreach(json_object_get(cell, "params"), name, value) {
		fprintf(out, "%c%s=%" PRId64, sep, name, (int64_t)json_integer_value(value));
		sep = ',';
	}
}

static int print_command(const struct writer *w, FILE *out)
{
	json_t *options = options_of(w), *word;
	size_t i;

	fputs("#!/bin/sh\n"
	      "# Shows the violation again: run it where ./daxbench is. Exit status 1: it is "
	      "there.\n"
	      "exec ./daxbench check ",
	      out);
	if (w->c->by_list)
		fputs("\"ops:list=$(dirname \"$0\")/ops.list\"", out);
	else
		print_workload(w->c->cell, out);
	json_array_foreach(options, i, word) {
		fputc(' ', out);
		print_word(json_string_value(word), out);
	}
	fputs(" \"$@\"\n", out);
	json_decref(options);
	return 0;
}

static int write_command(const struct writer *w, struct err *e)
{
	int r = write_text(w, "command", print_command, e);

	if (!r && fchmodat(w->dir, "command", 0755, 0))
		r = err_sys(e, -errno, "command", "make executable");
	return r;
}

/* ---- what was recorded ---- */

/* The life of the line, or nothing where the lost bytes lie nowhere. */
static int write_line(const struct writer *w, const struct recording_files *f, struct err *e)
{
	uint64_t addr = strtoull(text_of(w->c->violation, "physical"), NULL, 16);
	AUTO_FREE char *text = NULL;
	struct oplog_marks *marks = NULL;
	struct trace *trace = NULL;
	struct oplog *log = NULL;
	size_t len = 0;
	FILE *out;
	int r;

	unlinkat(w->dir, "line.txt", 0);
	if (!addr)
		return 0;
	out = open_memstream(&text, &len);
	if (!out)
		return err_sys(e, -ENOMEM, "line.txt", "write");
	r = oplog_open(&log, f->log, e);
	if (!r && oplog_marks_new(&marks, log))
		r = err_sys(e, -ENOMEM, f->log, "index");
	if (!r)
		r = trace_open(&trace, f->trace, e);
	if (!r)
		r = trace_print_line(out, trace, marks, addr, f->trace, e);
	trace_close(trace);
	oplog_marks_free(marks);
	oplog_close(log);
	if (fclose(out) && !r)
		r = err_sys(e, -ENOMEM, "line.txt", "write");
	if (r)
		return r;
	r = file_write_atomic(w->dir, "line.txt", text, len);
	return r ? err_sys(e, r, "line.txt", "write") : 0;
}

/* The same file under a second name; a copy where the file system has no such thing. */
static int link_file(const struct writer *w, const char *from, const char *name, struct err *e)
{
	char dir[PATH_MAX], to[PATH_MAX];
	int r = 0;

	unlinkat(w->dir, name, 0);
	if (!linkat(AT_FDCWD, from, w->dir, name, 0))
		return 0;
	snprintf(to, sizeof(to), "%s/%s", repro_dir(w->run, w->c, dir, sizeof(dir)), name);
	r = file_copy_sparse(from, to);
	return r ? err_sys(e, r, from, "keep") : 0;
}

static int write_all(const struct writer *w, const struct recording_files *f, struct err *e)
{
	int r = write_text(w, "violation.json", print_json, e);

	if (!r)
		r = write_text(w, "violation.txt", print_violation, e);
	if (!r && w->c->list.n)
		r = write_text(w, "ops.list", print_list, e);
	if (!r)
		r = write_line(w, f, e);
	if (!r)
		r = link_file(w, f->trace, "trace", e);
	if (!r)
		r = link_file(w, f->log, "oplog", e);
	return r ? r : write_command(w, e);
}

static int open_dir(const struct repro_run *run, const struct repro_case *c, int *ret,
		    struct err *e)
{
	char path[PATH_MAX];
	int r = file_mkdirs(repro_dir(run, c, path, sizeof(path)), 0777);

	if (r)
		return err_sys(e, r, path, "make the directory");
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret < 0 ? err_sys(e, -errno, path, "open") : 0;
}

int repro_write(const struct repro_run *run, const struct repro_case *c,
		const struct recording_files *f, struct err *e)
{
	AUTO_CLOSE int dir = -1;
	struct writer w = { .run = run, .c = c };
	int r = open_dir(run, c, &dir, e);

	w.dir = dir;
	return r ? r : write_all(&w, f, e);
}

int repro_write_json(const struct repro_run *run, const struct repro_case *c, struct err *e)
{
	AUTO_CLOSE int dir = -1;
	struct writer w = { .run = run, .c = c };
	int r = open_dir(run, c, &dir, e);

	w.dir = dir;
	return r ? r : write_text(&w, "violation.json", print_json, e);
}
