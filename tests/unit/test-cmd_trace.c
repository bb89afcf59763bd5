// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What daxbench trace shows of a store trace. Catches a line's life that leaves
 * out a store, takes another vCPU's fence for its own, or ends durable where it
 * is not; and records in JSON that a program cannot read back.
 */
#include "bench/cmd/cmd_trace.h"
#include "lib/file.h"
#include "tests/unit/trace-fixture.h"

#include <jansson.h>

static void set_up_view(void)
{
	set_up();
	begin_trace();
}

TestSuite(cmd_trace, .init = set_up_view, .fini = tear_down);

enum view { STAT, RECORDS, JSON, LINE };

static int show(enum view view, const struct trace_view *v, uint64_t addr, struct err *e)
{
	switch (view) {
	case STAT:
		return trace_show_stat(v, e);
	case RECORDS:
		return trace_show_records(v, e);
	case JSON:
		return trace_show_json(v, e);
	default:
		return trace_print_line(stdout, v->trace, v->marks, addr, v->path, e);
	}
}

/* Ends the trace and returns what the view printed, which the caller frees. */
static char *shown(enum view view, uint64_t addr, bool verbose)
{
	struct trace_view v = { .path = f.path, .verbose = verbose };
	char path[64], *text;
	int was, fd, r;
	struct err e;
	size_t len;

	end_trace();
	snprintf(path, sizeof(path), "%s.out", f.path);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	cr_assert(fd >= 0);
	v.trace = open_trace();
	fflush(stdout);
	was = dup(STDOUT_FILENO);
	dup2(fd, STDOUT_FILENO);
	r = show(view, &v, addr, &e);
	fflush(stdout);
	dup2(was, STDOUT_FILENO);
	close(was);
	close(fd);
	trace_close(v.trace);
	cr_assert_eq(r, 0, "%s", e.what);
	cr_assert_eq(file_read(AT_FDCWD, path, 1 << 20, &text, &len), 0);
	unlink(path);
	return text;
}

static void expect_shown(const char *text, const char *const *parts)
{
	const char *at = text;

	for (; *parts; parts++) {
		at = strstr(at, *parts);
		cr_assert(at, "\"%s\" is not in its place in\n%s", *parts, text);
	}
}

#define EXPECT(text, ...) expect_shown(text, (const char *const[]){ __VA_ARGS__, NULL })

/* ---- a line ---- */

Test(cmd_trace, life_of_a_line)
{
	char *text;

	image(BASE, 0xee);
	store(BASE + 192, 8); /* another line */
	for (uint64_t at = 0; at < 512; at += 8)
		store(BASE + 4096 - 512 + at, 8);
	write_back(BASE + 4096 - 64, DX_TRACE_CLWB);
	fence(DX_TRACE_LOCK);
	fence(DX_TRACE_SERIAL); /* drains nothing more */
	fence(DX_TRACE_SFENCE);
	fence(DX_TRACE_SFENCE); /* nothing waits */
	text = shown(LINE, BASE + 4096 - 1, false);
	EXPECT(text, "line 0x100000fc0\n", "image", "ee ee", "        57   0 store",
	       "bytes 0 to 63 by 8", "c0 c1 c2", "f0 f1", "        65   0 clwb", "what was stored",
	       "        66   0 lock", "on hardware only", "        68   0 sfence     durable",
	       "8 stores, 1 write-backs; in the end durable\n");
	cr_expect(!strstr(text, "serial") && !strstr(text, " 69 "));
	free(text);
}

Test(cmd_trace, line_that_is_not_durable)
{
	static const char *const ends[] = { "as it was", "stored and not written back",
					    "written back and not fenced" };

	for (int stage = 0; stage < 3; stage++) {
		struct dx_trace_rec other = { .kind = DX_TRACE_FENCE, .vcpu = 1 };
		char *text;

		if (stage)
			begin_trace();
		if (stage >= 1)
			store(BASE, 8);
		if (stage >= 2)
			write_back(BASE, DX_TRACE_CLFLUSHOPT);
		trace_writer_event(f.w, &other, NULL);
		text = shown(LINE, BASE, false);
		EXPECT(text, ends[stage]);
		free(text);
	}
}

/* Stored again after the write-back: the fence made the old durable, not the new. */
Test(cmd_trace, line_dirtied_again)
{
	char *text;

	store(BASE, 8);
	write_back(BASE, DX_TRACE_CLWB);
	store(BASE + 8, 8);
	fence(DX_TRACE_MFENCE);
	write_back(BASE + 64, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	text = shown(LINE, BASE, false);
	EXPECT(text, "mfence     durable", "in the end stored and not written back");
	free(text);
}

Test(cmd_trace, line_outside)
{
	struct trace_view v = { .path = f.path };
	struct err e = { 0 };

	end_trace();
	v.trace = open_trace();
	cr_expect_eq(trace_print_line(stdout, v.trace, NULL, BASE - 1, f.path, &e), -EINVAL);
	cr_expect_eq(trace_print_line(stdout, v.trace, NULL, BASE + SIZE, f.path, &e), -EINVAL);
	cr_expect(strstr(e.what, "0x104000000"), "%s", e.what);
	trace_close(v.trace);
}

/* ---- records ---- */

static void write_one_of_each(void)
{
	const struct dx_trace_frame frame = { KERNEL, KERNEL + 64 };
	const struct dx_trace_rec stack = { .kind = DX_TRACE_STACK,
					    .length = sizeof(frame),
					    .addr = 1 };

	image(BASE + 4096, 1);
	trace_writer_extra(f.w, &stack, &frame);
	store(BASE, 32);
	store_from(BASE + 64, 8, DX_TRACE_USER | DX_TRACE_NT, 0x401000);
	write_back(BASE, DX_TRACE_CLFLUSH);
	fence(DX_TRACE_SFENCE);
	mark(3, 17, 2);
}

Test(cmd_trace, records_fit_a_terminal)
{
	char *text;

	write_one_of_each();
	text = shown(RECORDS, 0, true);
	EXPECT(text, "image      0x100001000", "stack      @1, 1 return", "called ffffffff81000040",
	       "store      0x100000000  1x32", "\n                          00 01 02",
	       "\n                          10 11 12", "1x8      un", "clflush", "sfence",
	       "w3 #17 end\n");
	for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
		cr_expect(end - line <= 80, "%.*s", (int)(end - line), line);
	free(text);
}

static const char *string(const json_t *j, const char *member)
{
	return json_string_value(json_object_get(j, member));
}

Test(cmd_trace, records_in_json)
{
	static const char *const kinds[] = { NULL,    "image",	    "stack", "store",
					     "store", "write-back", "fence", "mark" };
	json_t *line[8];
	char *text, *save;

	write_one_of_each();
	text = shown(JSON, 0, false);
	for (size_t i = 0; i < 8; i++) {
		char *one = strtok_r(i ? NULL : text, "\n", &save);

		cr_assert(one);
		line[i] = json_loads(one, 0, NULL);
		cr_assert(line[i], "%s", one);
		if (kinds[i])
			cr_expect_str_eq(string(line[i], "kind"), kinds[i]);
	}
	cr_expect_eq(strtok_r(NULL, "\n", &save), NULL);
	cr_expect_str_eq(string(line[0], "schema"), "daxbench-trace-1");
	cr_expect_str_eq(string(line[0], "run"), "0x1234");
	cr_expect_str_eq(string(line[3], "addr"), "0x100000000");
	cr_expect_str_eq(string(line[3], "bytes"), "000102030405060708090a0b0c0d0e0f");
	cr_expect_eq(json_array_size(json_object_get(line[4], "flags")), 2);
	cr_expect_str_eq(string(line[5], "insn"), "clflush");
	cr_expect_eq(json_integer_value(json_object_get(line[7], "record")), 17);
	for (size_t i = 0; i < 8; i++)
		json_decref(line[i]);
	free(text);
}

Test(cmd_trace, figures)
{
	char *text;

	write_one_of_each();
	text = shown(STAT, 0, false);
	EXPECT(text, "run       0000000000001234, recorded by test\n", "ended     by the mark",
	       "events    5 in 7 records", "by a program", "write-back clflush", "fence sfence",
	       "mark end", "RANGE", "0x100000000");
	cr_expect(!strstr(text, "mark begin"), "what did not happen has no row");
	free(text);
}
