/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A persistence model fed by hand, and what memory can be after a crash as a text:
 * "00 10 11" are three states of two words, a digit for the value of each.
 */
#ifndef TESTS_PERSIST_FIXTURE_H
#define TESTS_PERSIST_FIXTURE_H

#include "checker/persist/persist.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BASE 0x100000000ULL
#define SIZE (1ULL << 20)
#define LINE DX_TRACE_LINE

/* Words: X to X3 and X7 in one line, Y in the next, Z in the one after that. */
enum { X = 0, X1 = 8, X2 = 16, X3 = 24, X7 = 56, Y = 64, Y1 = 72, Z = 128 };

#define MAX_STATES 4096
#define MAX_WORDS  8

static struct persist *model;
static uint64_t next_seq;

static inline void open_model(enum persist_mode mode, uint32_t atomic)
{
	struct persist_options o = {
		.mode = mode, .atomic = atomic, .ranges = 1, .range = { { BASE, SIZE } }
	};
	struct err e = { 0 };

	persist_close(model);
	cr_assert_eq(persist_open(&model, &o, &e), 0, "%s", e.what);
	next_seq = 0;
}

static inline void open_strict(void)
{
	open_model(PERSIST_STRICT, 8);
}

static inline void close_model(void)
{
	persist_close(model);
	model = NULL;
}

static inline int apply(struct dx_trace_rec rec, const void *data, struct err *e)
{
	rec.seq = next_seq;
	next_seq += rec.count;
	return persist_apply(model, &rec, data, e);
}

/* A run of stores of @size bytes each, all of them @len. */
static inline void run(unsigned int vcpu, unsigned int flags, unsigned int size, uint64_t at,
		       const void *data, uint32_t len)
{
	struct dx_trace_rec rec = { .kind = DX_TRACE_STORE,
				    .vcpu = (uint8_t)vcpu,
				    .flags = (uint8_t)flags,
				    .detail = (uint8_t)__builtin_ctz(size),
				    .addr = BASE + at,
				    .length = len,
				    .count = len / size };
	struct err e = { 0 };

	cr_assert_eq(apply(rec, data, &e), 0, "%s", e.what);
}

static inline void store(unsigned int vcpu, uint64_t at, uint64_t value)
{
	run(vcpu, 0, 8, at, &value, 8);
}

static inline void store_nt(unsigned int vcpu, uint64_t at, uint64_t value)
{
	run(vcpu, DX_TRACE_NT, 8, at, &value, 8);
}

/* @n words from @at on, each @value, by a run of 8-byte stores. */
static inline void fill(unsigned int vcpu, unsigned int flags, uint64_t at, uint64_t value,
			uint32_t n)
{
	uint64_t words[DX_TRACE_RUN_MAX / 8];

	for (uint32_t i = 0; i < n; i++)
		words[i] = value;
	run(vcpu, flags, 8, at, words, n * 8);
}

static inline void flush(unsigned int vcpu, enum dx_trace_write_back how, uint64_t at,
			 uint32_t lines)
{
	struct dx_trace_rec rec = { .kind = DX_TRACE_WRITE_BACK,
				    .vcpu = (uint8_t)vcpu,
				    .detail = (uint8_t)how,
				    .addr = BASE + at / LINE * LINE,
				    .length = (uint32_t)(lines * LINE),
				    .count = lines };
	struct err e = { 0 };

	cr_assert_eq(apply(rec, NULL, &e), 0, "%s", e.what);
}

static inline void clwb(unsigned int vcpu, uint64_t at)
{
	flush(vcpu, DX_TRACE_CLWB, at, 1);
}

static inline void fence(unsigned int vcpu, enum dx_trace_fence how)
{
	struct dx_trace_rec rec = {
		.kind = DX_TRACE_FENCE, .vcpu = (uint8_t)vcpu, .detail = (uint8_t)how, .count = 1
	};
	struct err e = { 0 };

	cr_assert_eq(apply(rec, NULL, &e), 0, "%s", e.what);
}

static inline void sfence(unsigned int vcpu)
{
	fence(vcpu, DX_TRACE_SFENCE);
}

/* The distinct lines of @n words, and of each word where it is among them. */
static inline size_t lines_of(const uint64_t *word, size_t n, uint64_t *line, size_t *at)
{
	size_t lines = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t addr = BASE + word[i] / LINE * LINE;
		size_t j = 0;

		while (j < lines && line[j] != addr)
			j++;
		line[j] = addr;
		if (j == lines)
			lines++;
		at[i] = j * LINE + word[i] % LINE;
	}
	return lines;
}

static inline int compare_texts(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The states of @n words, sorted, each once; the text is valid until the next call. */
static inline const char *states_of(const uint64_t *word, size_t n)
{
	static char text[MAX_STATES][MAX_WORDS + 1], joined[MAX_STATES * (MAX_WORDS + 1)];
	uint64_t line[MAX_WORDS];
	size_t at[MAX_WORDS], lines = lines_of(word, n, line, at), count, used = 0;
	unsigned char *state;

	cr_assert_eq(persist_line_states(model, line, lines, MAX_STATES, &state, &count), 0);
	memset(text, 0, sizeof(text));
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < n; j++) {
			unsigned char value = state[i * lines * LINE + at[j]];

			text[i][j] = (char)(value < 10 ? '0' + value : '?');
		}
	free(state);
	qsort(text, count, sizeof(text[0]), compare_texts);
	for (size_t i = 0; i < count; i++)
		if (!i || strcmp(text[i - 1], text[i]) != 0)
			used += (size_t)snprintf(joined + used, sizeof(joined) - used, "%s%s",
						 used ? " " : "", text[i]);
	return joined;
}

#define EXPECT_STATES(want, ...)                                                                   \
	do {                                                                                       \
		const uint64_t words_[] = { __VA_ARGS__ };                                         \
		const char *got_ = states_of(words_, sizeof(words_) / sizeof(words_[0]));          \
                                                                                                   \
		cr_expect_str_eq(got_, want, "%s: \"%s\", want \"%s\"", #__VA_ARGS__, got_, want); \
	} while (0)

#endif
