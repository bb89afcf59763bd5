// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model against its own prose, coded the slow way: nothing is ever forgotten,
 * merged or moved to what is durable; each store to a word is kept with a flag, and
 * a state is any choice of stores that the rules let stand. On traces made by
 * chance, one line at a time. What is caught is a mistake in the bookkeeping:
 * pieces folded too early, too late or into the wrong word.
 */
#include "tests/unit/persist-fixture.h"

#include <stdio.h>

TestSuite(persist_commit, .init = open_strict, .fini = close_model);

#define MAX_ATOMS  20
#define MAX_STORES 6
#define WORDS	   3 /* of the line that stores go to */
#define VCPUS	   3

/* What one store did to one word. */
struct atom {
	unsigned int word, step; /* step 0: non-temporal */
	unsigned char bytes;	 /* bit i: byte i of the word is stored to */
	unsigned char value;	 /* of each of them */
	unsigned int pending;
	bool durable;
};

static struct naive {
	struct atom atom[MAX_ATOMS];
	unsigned int n, steps;
	enum persist_mode mode;
} naive;

/* ---- the slow model ---- */

/* @len bytes at @at of the line, which are one store of their own; @step 0: non-temporal. */
static void naive_store(unsigned int vcpu, unsigned int step, unsigned int at, unsigned int len,
			unsigned char value)
{
	for (unsigned int w = 0; w < 8; w++) {
		struct atom atom = { .word = w, .step = step, .value = value };

		for (unsigned int i = 8 * w; i < 8 * w + 8; i++)
			if (i >= at && i < at + len)
				atom.bytes |= (unsigned char)(1U << i % 8);
		if (!atom.bytes)
			continue;
		atom.pending = step ? 0 : 1U << vcpu;
		atom.durable = step && naive.mode == PERSIST_EADR;
		cr_assert(naive.n < MAX_ATOMS);
		naive.atom[naive.n++] = atom;
	}
}

static void naive_write_back(unsigned int vcpu, bool clflush)
{
	for (unsigned int i = 0; i < naive.n; i++) {
		if (!naive.atom[i].step)
			continue;
		naive.atom[i].pending |= 1U << vcpu;
		naive.atom[i].durable |= clflush;
	}
}

static void naive_drain(unsigned int vcpu)
{
	for (unsigned int i = 0; i < naive.n; i++)
		naive.atom[i].durable |= naive.atom[i].pending >> vcpu & 1;
}

/* Is something of this word durable that is newer, so that it is of no account? */
static bool is_over(unsigned int i)
{
	for (unsigned int j = i; j < naive.n; j++)
		if (naive.atom[j].durable && naive.atom[j].word == naive.atom[i].word)
			return true;
	return false;
}

/* May exactly the atoms of @set be there, besides what is durable? */
static bool may_be(unsigned int set)
{
	for (unsigned int later = 0; later < naive.n; later++)
		for (unsigned int i = 0; (set >> later & 1) && i < later; i++) {
			const struct atom *a = &naive.atom[i];

			if (a->step && a->step < naive.atom[later].step && !(set >> i & 1) &&
			    !is_over(i))
				return false;
		}
	return true;
}

/* A word is as its last atom that is there left it: with all atoms before. */
static void naive_state(unsigned int set, unsigned char state[LINE])
{
	memset(state, 0, LINE);
	for (unsigned int w = 0; w < 8; w++) {
		unsigned int end = 0;

		for (unsigned int i = 0; i < naive.n; i++)
			if (naive.atom[i].word == w && (naive.atom[i].durable || set >> i & 1))
				end = i + 1;
		for (unsigned int i = 0; i < end; i++)
			for (unsigned int b = 0; b < 8; b++)
				if (naive.atom[i].word == w && naive.atom[i].bytes >> b & 1)
					state[8 * w + b] = naive.atom[i].value;
	}
}

static int compare_lines(const void *a, const void *b)
{
	return memcmp(a, b, LINE);
}

/* Sorts @n states and drops what is there twice. */
static size_t sort_states(unsigned char *state, size_t n)
{
	size_t out = 0;

	qsort(state, n, LINE, compare_lines);
	for (size_t i = 0; i < n; i++) {
		if (i && !memcmp(state + (out - 1) * LINE, state + i * LINE, LINE))
			continue;
		memmove(state + out++ * LINE, state + i * LINE, LINE);
	}
	return out;
}

static size_t naive_states(unsigned char *state)
{
	size_t n = 0, room = MAX_STATES;
	unsigned int open = 0, set = 0;

	for (unsigned int i = 0; i < naive.n; i++)
		open |= (unsigned int)!is_over(i) << i;
	do {
		if (may_be(set)) {
			if (n == room)
				n = sort_states(state, n);
			cr_assert(n < room);
			naive_state(set, state + n++ * LINE);
		}
		set = (set - open) & open;
	} while (set);
	return sort_states(state, n);
}

/* ---- traces made by chance ---- */

static uint64_t seed;

static unsigned int chance(unsigned int n)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)((seed >> 33) % n);
}

/* Stores of @size bytes, @n of them, all with the value @value. */
static void both_store(unsigned int vcpu, unsigned int flags, unsigned int size, unsigned int at,
		       unsigned int n, unsigned char value)
{
	unsigned char data[LINE];
	bool together = flags & (DX_TRACE_STRING | DX_TRACE_WIDE | DX_TRACE_NT);

	memset(data, value, sizeof(data));
	run(vcpu, flags, size, at, data, size * n);
	if (together)
		naive_store(vcpu, flags & DX_TRACE_NT ? 0 : ++naive.steps, at, size * n, value);
	else
		for (unsigned int i = 0; i < n; i++)
			naive_store(vcpu, ++naive.steps, at + i * size, size, value);
}

static void store_by_chance(unsigned char value)
{
	static const unsigned int flags[] = {
		0, 0, 0, DX_TRACE_NT, DX_TRACE_NT, DX_TRACE_STRING, DX_TRACE_WIDE
	};
	unsigned int size = 1U << chance(4), at = chance(8 * WORDS - size + 1);
	unsigned int room = (8 * WORDS - at) / size;

	if (chance(2))
		at -= at % size;
	both_store(chance(VCPUS), flags[chance(7)], size, at, 1 + chance(room < 3 ? room : 3),
		   value);
}

static void step_by_chance(unsigned char *value)
{
	unsigned int vcpu = chance(VCPUS);

	switch (chance(6)) {
	case 0:
		clwb(vcpu, 0);
		naive_write_back(vcpu, false);
		break;
	case 1:
		sfence(vcpu);
		naive_drain(vcpu);
		break;
	case 2:
		if (chance(2))
			break;
		flush(vcpu, DX_TRACE_CLFLUSH, 0, 1);
		naive_write_back(vcpu, true);
		break;
	default:
		if (*value < MAX_STORES)
			store_by_chance(++*value);
	}
}

static void compare(unsigned int trace)
{
	static unsigned char want[MAX_STATES * LINE];
	size_t n_want = naive_states(want), n;
	unsigned char *got;

	cr_assert_eq(persist_line_states(model, &(uint64_t){ BASE }, 1, MAX_STATES, &got, &n), 0);
	qsort(got, n, LINE, compare_lines);
	cr_assert_eq(n, n_want, "trace %u: %zu states, want %zu", trace, n, n_want);
	cr_assert_eq(memcmp(got, want, n * LINE), 0, "trace %u: other states", trace);
	free(got);
}

Test(persist_commit, the_model_is_its_prose, .timeout = 120)
{
	for (unsigned int trace = 0; trace < 3000; trace++) {
		unsigned char value = 0;

		seed = trace;
		naive = (struct naive){ .mode = trace % 4 ? PERSIST_STRICT : PERSIST_EADR };
		open_model(naive.mode, 8);
		for (unsigned int i = 0; i < 14; i++) {
			if (naive.n + 6 > MAX_ATOMS)
				break;
			step_by_chance(&value);
			compare(trace);
		}
	}
}
