// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The persistence model against the literature: litmus-table.h, and the axioms of
 * Px86 on programs made by chance. A model that allows too much, or too little, in
 * any of them is caught here; so that this is no empty claim, faults are made on
 * purpose, and each has to be found.
 */
#include "tests/unit/litmus-table.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define TESTS (sizeof(litmus_tests) / sizeof(litmus_tests[0]))

static bool has(const struct litmus *t, const char *instruction)
{
	for (unsigned int i = 0; i < LITMUS_THREADS; i++)
		if (t->thread[i] && strstr(t->thread[i], instruction))
			return true;
	return false;
}

static const struct litmus *named(const char *name)
{
	const struct litmus *t = litmus_tests;

	while (t < litmus_tests + TESTS && strcmp(t->name, name) != 0)
		t++;
	cr_assert(t < litmus_tests + TESTS, "no litmus test \"%s\"", name);
	return t;
}

static void expect_outcomes(const struct litmus *t, const char *by, const char *got,
			    const char *want)
{
	cr_expect_str_eq(got, want, "%s, %s: {%s}, want {%s} (%s)", t->name, by, got, want,
			 t->source);
}

/* In the order of the program, and in each that the machine may make of it. */
static void expect_model(const struct litmus *t, enum persist_mode mode, const char *want)
{
	static const char *const names[] = { "strict", "sdm", "eadr" };
	char text[LITMUS_TEXT];

	expect_outcomes(t, names[mode], litmus_model(t, &(struct litmus_run){ .mode = mode }, text),
			want);
	expect_outcomes(
		t, names[mode],
		litmus_model(t, &(struct litmus_run){ .mode = mode, .in_order = true }, text),
		want);
}

/* ---- the table ---- */

Test(litmus, sdm_allows_what_the_literature_does)
{
	for (const struct litmus *t = litmus_tests; t < litmus_tests + TESTS; t++)
		expect_model(t, PERSIST_SDM, t->allowed);
}

Test(litmus, strict_differs_where_lock_drains)
{
	for (const struct litmus *t = litmus_tests; t < litmus_tests + TESTS; t++) {
		cr_expect(!t->strict || has(t, "lock "), "%s: differs for another reason", t->name);
		expect_model(t, PERSIST_STRICT, t->strict ? t->strict : t->allowed);
	}
}

Test(litmus, eadr_differs_where_the_cache_did)
{
	for (const struct litmus *t = litmus_tests; t < litmus_tests + TESTS; t++)
		expect_model(t, PERSIST_EADR, t->eadr ? t->eadr : t->allowed);
}

/* The table itself: its outcomes were found by hand. */
Test(litmus, the_table_is_what_the_axioms_say)
{
	char text[LITMUS_TEXT];

	for (const struct litmus *t = litmus_tests; t < litmus_tests + TESTS; t++)
		if (!has(t, "nt "))
			expect_outcomes(t, "Px86", litmus_px86(t, text), t->allowed);
}

/* ---- faults ---- */

/* How many of the table a model with @fault is found by. */
static unsigned int found_by(enum litmus_fault fault)
{
	const struct litmus_run run = { PERSIST_SDM, fault, .in_order = true };
	char text[LITMUS_TEXT];
	unsigned int n = 0;

	for (const struct litmus *t = litmus_tests; t < litmus_tests + TESTS; t++)
		n += strcmp(litmus_model(t, &run, text), t->allowed) != 0;
	return n;
}

Test(litmus, every_fault_is_found)
{
	cr_expect_eq(found_by(LITMUS_NO_FAULT), 0);
	for (unsigned int fault = LITMUS_NO_FAULT + 1; fault < LITMUS_FAULTS; fault++)
		cr_expect_neq(found_by(fault), 0, "fault %u", fault);
}

static void expect_found(enum litmus_fault fault, const char *name, const char *allowed)
{
	const struct litmus_run run = { PERSIST_SDM, fault, .in_order = true };
	const struct litmus *t = named(name);
	char text[LITMUS_TEXT];

	cr_expect_str_neq(t->allowed, allowed);
	expect_outcomes(t, "with a fault", litmus_model(t, &run, text), allowed);
}

Test(litmus, faults_do_what_they_ought_to)
{
	expect_found(LITMUS_NO_FENCE, "clwb, sfence", ALL2);
	expect_found(LITMUS_NO_WRITE_BACK, "clwb, sfence", ALL2);
	expect_found(LITMUS_ONE_VCPU, "MP, sfence by the reader", "000 010 100 101 110 111");
	expect_found(LITMUS_CLFLUSH_AS_CLWB, "clflush", ALL2);
	expect_found(LITMUS_CLWB_AS_CLFLUSH, "sfence too early", "00 10 11");
	expect_found(LITMUS_NT_AS_WB, "nt, one line", "00 10 11");
	expect_found(LITMUS_WB_AS_NT, "one line", ALL2);
}

/* ---- programs made by chance ---- */

static unsigned int chance(uint64_t *seed, unsigned int n)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)((*seed >> 33) % n);
}

static void make_insn(uint64_t *seed, char *text, size_t len)
{
	static const char *const kinds[] = { "%c=%u",	 "%c=%u",      "%c=%u",	  "lock %c=%u",
					     "if %c=%u", "clflush %c", "clwb %c", "clflushopt %c",
					     "sfence",	 "mfence" };
	const char *kind = kinds[chance(seed, sizeof(kinds) / sizeof(kinds[0]))];
	char var = "xyu"[chance(seed, 3)];
	unsigned int value = 1 + chance(seed, 3);

	/* What a kind does not ask for is not used. */
	snprintf(text, len, kind, var, value);
}

static void make_thread(uint64_t *seed, unsigned int n, char *text, size_t len)
{
	size_t used = 0;

	while (n--) {
		make_insn(seed, text + used, len - used);
		used += strlen(text + used);
		if (n)
			used += (size_t)snprintf(text + used, len - used, "; ");
	}
}

Test(litmus, the_model_is_px86, .timeout = 120)
{
	char program[LITMUS_THREADS][256], model[LITMUS_TEXT], axioms[LITMUS_TEXT];
	struct litmus t = { .name = program[0],
			    .thread = { program[0], program[1] },
			    .vars = "xyu" };
	uint64_t seed = 1;

	for (unsigned int i = 0; i < 1000; i++) {
		struct litmus_run run = { PERSIST_SDM, .in_order = i % 2 };

		make_thread(&seed, 2 + chance(&seed, 4), program[0], sizeof(program[0]));
		make_thread(&seed, 1 + chance(&seed, 3), program[1], sizeof(program[1]));
		litmus_model(&t, &run, model);
		litmus_px86(&t, axioms);
		cr_assert_str_eq(model, axioms, "%s | %s: {%s}, by the axioms {%s}", program[0],
				 program[1], model, axioms);
	}
}
