// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * x86-TSO with persistency, as Px86 has it (POPL 2020).
 *
 * Each thread has a store buffer, through which stores, flushes and SFENCE go. An
 * entry leaves the buffer, and with that takes effect, before an older one if Px86
 * does not order the two: CLFLUSHOPT and CLWB (which Px86 does not tell apart)
 * are ordered only with older stores and CLFLUSHes of their line and with fences.
 * Non-temporal stores, which are not in Px86, are ordered with fences and with
 * accesses to their line. A load reads the newest entry for its variable in its
 * own buffer, or else memory. MFENCE and atomic operations wait for an empty
 * buffer.
 *
 * Every order in which entries can leave the buffers is one run; each point in it
 * is where a crash may be. To enter the buffer at once is no restriction: it is
 * leaving it that others see.
 */
#include "tests/unit/litmus.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE	   DX_TRACE_LINE
#define BASE	   0x200000ULL
#define VARS	   6
#define VALUES	   4
#define OUTCOMES   4096 /* VALUES to the power of VARS */
#define MAX_INSN   8
#define MAX_EVENTS (LITMUS_THREADS * MAX_INSN)

enum op { STORE, NT, LOCK, IF, CLWB, CLFLUSHOPT, CLFLUSH, SFENCE, MFENCE };

struct insn {
	enum op op;
	unsigned int var, value;
};

struct event {
	struct insn insn;
	unsigned int thread;
};

struct thread {
	struct insn insn[MAX_INSN];
	unsigned int n, pc;
	struct insn buffer[MAX_INSN];
	unsigned int buffered;
};

struct machine {
	struct thread thread[LITMUS_THREADS];
	unsigned int memory[VARS];
	struct event event[MAX_EVENTS]; /* in the order in which they took effect */
	unsigned int n;
};

/* What is asked of each point of each run. */
struct question {
	void (*answer)(const struct machine *m, struct question *q);
	const struct litmus *test;
	struct litmus_run run;
	bool seen[OUTCOMES];
};

/* ---- variables and outcomes ---- */

static const char var_names[VARS + 1] = "xyzuvw";

static unsigned int var_of(char name)
{
	const char *at = strchr(var_names, name);

	cr_assert(name && at, "no variable: '%c'", name);
	return (unsigned int)(at - var_names);
}

static unsigned int line_of(unsigned int var)
{
	return var % 3;
}

static uint64_t address_of(unsigned int var)
{
	return BASE + line_of(var) * LINE + (var < 3 ? 0 : 8);
}

/* Notes the outcome in which variable i is @value[i]. */
static void note_outcome(struct question *q, const unsigned int value[VARS])
{
	unsigned int outcome = 0;

	for (const char *var = q->test->vars; *var; var++)
		outcome = outcome * VALUES + value[var_of(*var)];
	q->seen[outcome] = true;
}

/* A number with a digit for each variable: in order they are sorted texts. */
static const char *outcomes_text(const struct question *q, char text[LITMUS_TEXT])
{
	size_t digits = strlen(q->test->vars), used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < OUTCOMES; i++) {
		if (!q->seen[i])
			continue;
		cr_assert(used + digits + 2 < LITMUS_TEXT);
		if (used)
			text[used++] = ' ';
		for (size_t d = 0; d < digits; d++)
			text[used++] = (char)('0' + (i >> (2 * (digits - 1 - d))) % VALUES);
		text[used] = '\0';
	}
	return text;
}

/* ---- programs ---- */

static struct insn parse_insn(const char *text)
{
	static const char *const names[] = {
		[NT] = "nt ",	  [LOCK] = "lock ",	  [IF] = "if ",
		[CLWB] = "clwb ", [CLFLUSH] = "clflush ", [CLFLUSHOPT] = "clflushopt "
	};
	struct insn insn = { .op = STORE };
	char var, end;
	unsigned int value = 0;

	if (!strcmp(text, "sfence") || !strcmp(text, "mfence"))
		return (struct insn){ .op = *text == 's' ? SFENCE : MFENCE };
	for (unsigned int op = NT; op <= CLFLUSH; op++)
		if (!strncmp(text, names[op], strlen(names[op]))) {
			insn.op = op;
			text += strlen(names[op]);
			break;
		}
	if (insn.op >= CLWB)
		cr_assert_eq(sscanf(text, "%c%c", &var, &end), 1, "%s", text);
	else
		cr_assert_eq(sscanf(text, "%c=%u%c", &var, &value, &end), 2, "%s", text);
	cr_assert(value < VALUES);
	insn.var = var_of(var);
	insn.value = value;
	return insn;
}

static void parse_thread(struct thread *t, const char *program)
{
	char text[256], *next = text;

	snprintf(text, sizeof(text), "%s", program);
	while (next) {
		char *insn = next;

		next = strstr(insn, "; ");
		if (next) {
			*next = '\0';
			next += 2;
		}
		cr_assert(t->n < MAX_INSN, "too long: %s", program);
		t->insn[t->n++] = parse_insn(insn);
	}
}

/* ---- the machine ---- */

static bool is_store(const struct insn *i)
{
	return i->op == STORE || i->op == NT || i->op == LOCK;
}

static bool is_flushopt(const struct insn *i)
{
	return i->op == CLWB || i->op == CLFLUSHOPT;
}

/* Must @older leave the buffer before @newer? */
static bool are_ordered(const struct insn *older, const struct insn *newer)
{
	if (older->op == SFENCE || newer->op == SFENCE)
		return true;
	if (older->op == NT || newer->op == NT)
		return line_of(older->var) == line_of(newer->var);
	if (is_flushopt(older))
		return newer->op == CLFLUSH && line_of(older->var) == line_of(newer->var);
	if (is_flushopt(newer))
		return line_of(older->var) == line_of(newer->var);
	return true;
}

static bool may_leave(const struct thread *t, unsigned int i)
{
	for (unsigned int older = 0; older < i; older++)
		if (are_ordered(&t->buffer[older], &t->buffer[i]))
			return false;
	return true;
}

static unsigned int read_var(const struct machine *m, const struct thread *t, unsigned int var)
{
	for (unsigned int i = t->buffered; i--;)
		if (is_store(&t->buffer[i]) && t->buffer[i].var == var)
			return t->buffer[i].value;
	return m->memory[var];
}

static void take_effect(struct machine *m, unsigned int thread, const struct insn *insn)
{
	m->event[m->n++] = (struct event){ .insn = *insn, .thread = thread };
	if (is_store(insn))
		m->memory[insn->var] = insn->value;
}

static void leave_buffer(struct machine *m, unsigned int thread, unsigned int i)
{
	struct thread *t = &m->thread[thread];
	struct insn insn = t->buffer[i];

	t->buffered--;
	memmove(&t->buffer[i], &t->buffer[i + 1], (t->buffered - i) * sizeof(insn));
	take_effect(m, thread, &insn);
}

static bool waits(const struct insn *insn)
{
	return insn->op == IF || insn->op == MFENCE || insn->op == LOCK;
}

static void fill_buffer(struct thread *t)
{
	while (t->pc < t->n && !waits(&t->insn[t->pc]))
		t->buffer[t->buffered++] = t->insn[t->pc++];
}

/* A load, MFENCE or an atomic operation. False: not now. */
static bool execute(struct machine *m, unsigned int thread)
{
	struct thread *t = &m->thread[thread];
	const struct insn *insn = &t->insn[t->pc];

	if (t->pc == t->n || (insn->op != IF && t->buffered))
		return false;
	t->pc++;
	if (insn->op != IF)
		take_effect(m, thread, insn);
	else if (read_var(m, t, insn->var) != insn->value)
		t->pc = t->n;
	return true;
}

static void explore(const struct machine *m, struct question *q)
{
	for (unsigned int i = 0; i < LITMUS_THREADS; i++) {
		struct machine next = *m;

		fill_buffer(&next.thread[i]);
		for (unsigned int j = 0; j < next.thread[i].buffered && !(j && q->run.in_order);
		     j++) {
			struct machine after = next;

			if (!may_leave(&next.thread[i], j))
				continue;
			leave_buffer(&after, i, j);
			q->answer(&after, q);
			explore(&after, q);
		}
		if (execute(&next, i)) {
			q->answer(&next, q);
			explore(&next, q);
		}
	}
}

static const char *ask(struct question *q, char text[LITMUS_TEXT])
{
	struct machine m = { 0 };

	for (unsigned int i = 0; i < LITMUS_THREADS; i++)
		if (q->test->thread[i])
			parse_thread(&m.thread[i], q->test->thread[i]);
	q->answer(&m, q);
	explore(&m, q);
	return outcomes_text(q, text);
}

/* ---- by the checker's model ---- */

static struct dx_trace_rec record_of(const struct event *event)
{
	static const struct {
		uint8_t kind, detail, flags;
	} how[] = {
		[STORE] = { DX_TRACE_STORE, 3, 0 },
		[NT] = { DX_TRACE_STORE, 3, DX_TRACE_NT },
		[LOCK] = { DX_TRACE_STORE, 3, DX_TRACE_LOCKED },
		[CLWB] = { DX_TRACE_WRITE_BACK, DX_TRACE_CLWB, 0 },
		[CLFLUSHOPT] = { DX_TRACE_WRITE_BACK, DX_TRACE_CLFLUSHOPT, 0 },
		[CLFLUSH] = { DX_TRACE_WRITE_BACK, DX_TRACE_CLFLUSH, 0 },
		[SFENCE] = { DX_TRACE_FENCE, DX_TRACE_SFENCE, 0 },
		[MFENCE] = { DX_TRACE_FENCE, DX_TRACE_MFENCE, 0 },
	};
	uint64_t addr = address_of(event->insn.var);
	uint8_t kind = how[event->insn.op].kind;

	return (struct dx_trace_rec){
		.kind = kind,
		.detail = how[event->insn.op].detail,
		.flags = how[event->insn.op].flags,
		.vcpu = (uint8_t)event->thread,
		.count = 1,
		.addr = kind == DX_TRACE_WRITE_BACK ? addr / LINE * LINE : addr,
		.length = kind == DX_TRACE_WRITE_BACK ? LINE
			  : kind == DX_TRACE_STORE    ? 8
						      : 0,
	};
}

static void make_wrong(struct dx_trace_rec *rec, enum litmus_fault fault)
{
	bool store = rec->kind == DX_TRACE_STORE, flush = rec->kind == DX_TRACE_WRITE_BACK;

	if ((fault == LITMUS_NO_FENCE && rec->kind == DX_TRACE_FENCE) ||
	    (fault == LITMUS_NO_WRITE_BACK && flush))
		rec->kind = DX_TRACE_NONE;
	if (fault == LITMUS_ONE_VCPU)
		rec->vcpu = 0;
	if (fault == LITMUS_CLFLUSH_AS_CLWB && flush)
		rec->detail = DX_TRACE_CLWB;
	if (fault == LITMUS_CLWB_AS_CLFLUSH && flush)
		rec->detail = DX_TRACE_CLFLUSH;
	if (fault == LITMUS_NT_AS_WB && store)
		rec->flags &= (uint8_t)~DX_TRACE_NT;
	if (fault == LITMUS_WB_AS_NT && store)
		rec->flags |= DX_TRACE_NT;
}

static void apply(struct persist *p, struct dx_trace_rec rec, const struct question *q,
		  const uint64_t *value)
{
	struct err e = { 0 };

	make_wrong(&rec, q->run.fault);
	cr_assert_eq(persist_apply(p, &rec, (const unsigned char *)value, &e), 0, "%s", e.what);
}

static void feed(struct persist *p, const struct machine *m, const struct question *q)
{
	for (unsigned int i = 0; i < m->n; i++) {
		struct dx_trace_rec rec = record_of(&m->event[i]), drain = rec;
		uint64_t value = m->event[i].insn.value;

		if (m->event[i].insn.op == LOCK) {
			drain.kind = DX_TRACE_FENCE;
			drain.detail = DX_TRACE_LOCK;
			apply(p, drain, q, NULL);
		}
		apply(p, rec, q, &value);
	}
}

static void answer_by_model(const struct machine *m, struct question *q)
{
	struct persist_options o = { .mode = q->run.mode,
				     .ranges = 1,
				     .range = { { BASE, 3 * LINE } } };
	const uint64_t line[] = { BASE, BASE + LINE, BASE + 2 * LINE };
	unsigned char *state;
	struct persist *p;
	size_t n;

	cr_assert_eq(persist_open(&p, &o, NULL), 0);
	feed(p, m, q);
	cr_assert_eq(persist_line_states(p, line, 3, OUTCOMES, &state, &n), 0);
	for (size_t i = 0; i < n; i++) {
		unsigned int value[VARS];

		for (unsigned int var = 0; var < VARS; var++)
			value[var] = state[i * sizeof(line) / 8 * LINE + address_of(var) - BASE];
		note_outcome(q, value);
	}
	free(state);
	persist_close(p);
}

const char *litmus_model(const struct litmus *t, const struct litmus_run *run,
			 char text[LITMUS_TEXT])
{
	struct question q = { .answer = answer_by_model, .test = t, .run = *run };

	return ask(&q, text);
}

/* ---- by the axioms of Px86 ---- */

static bool flushes(const struct insn *i, unsigned int line)
{
	return (is_flushopt(i) || i->op == CLFLUSH) && line_of(i->var) == line;
}

/* Does store @a persist before the later store @b? */
static bool persists_before(const struct machine *m, unsigned int a, unsigned int b)
{
	unsigned int line = line_of(m->event[a].insn.var);

	if (line == line_of(m->event[b].insn.var))
		return true;
	for (unsigned int i = a + 1; i < b; i++)
		if (flushes(&m->event[i].insn, line))
			return true;
	return false;
}

/* Can exactly the events of @set, all of them stores, have persisted? */
static bool is_closed(const struct machine *m, unsigned int set)
{
	for (unsigned int b = 0; b < m->n; b++)
		for (unsigned int a = 0; (set >> b & 1) && a < b; a++)
			if (!(set >> a & 1) && is_store(&m->event[a].insn) &&
			    persists_before(m, a, b))
				return false;
	return true;
}

static void answer_by_px86(const struct machine *m, struct question *q)
{
	unsigned int stores = 0, set = 0;

	for (unsigned int i = 0; i < m->n; i++) {
		cr_assert_neq(m->event[i].insn.op, NT);
		stores |= (unsigned int)is_store(&m->event[i].insn) << i;
	}
	do {
		unsigned int value[VARS] = { 0 };

		for (unsigned int i = 0; i < m->n; i++)
			if (set >> i & 1)
				value[m->event[i].insn.var] = m->event[i].insn.value;
		if (is_closed(m, set))
			note_outcome(q, value);
		set = (set - stores) & stores;
	} while (set);
}

const char *litmus_px86(const struct litmus *t, char text[LITMUS_TEXT])
{
	struct question q = { .answer = answer_by_px86, .test = t };

	return ask(&q, text);
}
