// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is in flight, cut into what is lost or kept as a whole. Units that are too small or
 * too large make states that cannot be, or leave out those that can: whatever a set of
 * units makes of the smallest must be among what the persistence model says can be there.
 */
#include "tests/unit/persist-fixture.h"

#include "checker/states/state_units.h"
#include "lib/random.h"

static struct units units;
static struct state_line *lines;
static size_t n_lines;

static void end_units(void)
{
	free(lines);
	lines = NULL;
	units_release(&units);
	close_model();
}

TestSuite(state_units, .init = open_strict, .fini = end_units);

static void gather(uint32_t atomic)
{
	cr_assert_eq(units_gather(&units, model, atomic), 0);
}

/* The lines of the state that has the units of @set, a bit each, of the first 64. */
static void make_state(uint64_t set)
{
	const struct state_medium durable = {
		.range = { { BASE, SIZE } },
		.content = { persist_durable(model, BASE) },
		.ranges = 1,
	};

	free(lines);
	lines = NULL;
	cr_assert_eq(units_lines(&units, &durable, &set, &lines, &n_lines), 0);
}

static uint64_t word(const struct state_line *line, unsigned int i)
{
	uint64_t value;

	memcpy(&value, line->data + 8UL * i, sizeof(value));
	return value;
}

static void expect_unit(size_t i, uint64_t at, uint32_t size, uint64_t seq)
{
	cr_assert_lt(i, units.n);
	cr_expect_eq(units.unit[i].addr, BASE + at, "unit %zu at %#lx", i,
		     (unsigned long)(units.unit[i].addr - BASE));
	cr_expect_eq(units.unit[i].size, size, "unit %zu of %u", i, units.unit[i].size);
	cr_expect_eq(units.unit[i].seq, seq, "unit %zu by %lu", i,
		     (unsigned long)units.unit[i].seq);
}

Test(state_units, nothing_in_flight_is_no_unit_and_no_line)
{
	gather(4096);
	cr_expect_eq(units.n, 0);
	make_state(0);
	cr_expect_eq(n_lines, 0);
	store(0, X, 1);
	clwb(0, X);
	sfence(0);
	gather(8);
	cr_expect_eq(units.n, 0);
}

Test(state_units, lines_of_a_page_are_one)
{
	store(0, X, 1);
	store(0, Z, 2);
	store(0, 4096, 3);
	gather(4096);
	cr_assert_eq(units.n, 2);
	expect_unit(0, 0, 4096, 0);
	expect_unit(1, 4096, 4096, 2);
	cr_expect_eq(units.unit[0].n_parts, 2);
	cr_expect_eq(units.unit[1].n_parts, 1);
}

Test(state_units, whatever_else_was_stored_to_in_between)
{
	for (unsigned int line = 0; line < 3; line++)
		for (unsigned int page = 0; page < 100; page++)
			store(0, 4096UL * (page * 37 % 100) + LINE * line, 1);
	gather(4096);
	cr_assert_eq(units.n, 100);
	for (size_t i = 0; i < units.n; i++)
		cr_expect_eq(units.unit[i].n_parts, 3);
	gather(512);
	cr_expect_eq(units.n, 100);
}

Test(state_units, or_of_a_sector)
{
	store(0, 512, 1);
	store(0, 448, 2);
	store(0, 0, 3);
	gather(512);
	cr_assert_eq(units.n, 2);
	expect_unit(0, 512, 512, 0);
	expect_unit(1, 0, 512, 1);
}

static int tear(uint64_t set)
{
	const struct state_medium durable = {
		.range = { { BASE, SIZE } },
		.content = { persist_durable(model, BASE) },
		.ranges = 1,
	};

	return units_tear(&units, &durable, &set);
}

Test(state_units, a_block_of_which_a_part_is_kept_is_torn)
{
	store(0, 0, 1);
	store(0, 512, 2);
	store(0, 4096, 3);
	gather(512);
	cr_assert_eq(units.n, 3);
	cr_expect_eq(tear(0), 0);
	cr_expect_eq(tear(7), 0);
	cr_expect_eq(tear(1), 1);
	cr_expect_eq(tear(2), 1);
	cr_expect_eq(tear(3), 0, "two blocks, each whole");
	cr_expect_eq(tear(4), 0);
	cr_expect_eq(tear(6), 1);
	gather(4096);
	for (uint64_t set = 0; set < 4; set++)
		cr_expect_eq(tear(set), 0);
}

/* It was zeros before, too. */
Test(state_units, what_changes_nothing_tears_nothing)
{
	store(0, 0, 0);
	store(0, 512, 2);
	gather(512);
	cr_assert_eq(units.n, 2);
	for (uint64_t set = 0; set < 4; set++)
		cr_expect_eq(tear(set), 0);
}

Test(state_units, words_past_the_caches_are_each_their_own)
{
	fill(0, DX_TRACE_NT, X, 7, 8);
	gather(8);
	cr_assert_eq(units.n, 8);
	for (unsigned int i = 0; i < 8; i++)
		expect_unit(i, X + 8 * i, 8, i);
}

Test(state_units, a_line_in_the_cache_is_whole)
{
	store(0, X, 1);
	store(0, X7, 2);
	store_nt(0, Y, 3);
	store(0, Y1, 4); /* with one store of the cache, all of it is */
	gather(8);
	cr_assert_eq(units.n, 2);
	expect_unit(0, X, 64, 0);
	expect_unit(1, Y, 64, 2);
	make_state(3);
	cr_assert_eq(n_lines, 2);
	cr_expect_eq(word(&lines[0], 0), 1);
	cr_expect_eq(word(&lines[0], 7), 2);
	cr_expect_eq(word(&lines[1], 0), 3);
	cr_expect_eq(word(&lines[1], 1), 4);
}

Test(state_units, they_are_in_the_order_of_time)
{
	store(0, Z, 1);
	store_nt(0, X2, 2);
	store_nt(0, X, 3);
	store(0, 4096, 4);
	store(0, Z, 5); /* the first store counts */
	gather(8);
	cr_assert_eq(units.n, 4);
	expect_unit(0, Z, 64, 0);
	expect_unit(1, X2, 8, 1);
	expect_unit(2, X, 8, 2);
	expect_unit(3, 4096, 64, 3);
	gather(4096);
	cr_assert_eq(units.n, 2);
	expect_unit(0, 0, 4096, 0);
	expect_unit(1, 4096, 4096, 3);
}

Test(state_units, the_first_store_to_a_word_counts_for_it)
{
	fill(0, DX_TRACE_NT, X, 1, 4);
	store_nt(0, X, 2);
	store_nt(0, X7, 3);
	gather(8);
	cr_assert_eq(units.n, 5);
	expect_unit(0, X, 8, 0);
	expect_unit(3, X3, 8, 3);
	expect_unit(4, X7, 8, 5);
	make_state(1);
	cr_expect_eq(word(&lines[0], 0), 2); /* and the last one is what is there */
}

Test(state_units, what_is_kept_lies_over_what_is_durable)
{
	fill(0, 0, X, 9, 24);
	flush(0, DX_TRACE_CLWB, X, 3);
	sfence(0);
	store(0, Z, 1);
	store_nt(0, X1, 2);
	store_nt(0, X3, 3);
	gather(8);
	cr_assert_eq(units.n, 3);

	make_state(0);
	cr_expect_eq(n_lines, 0);

	make_state(1 << 2);
	cr_assert_eq(n_lines, 1);
	cr_expect_eq(lines[0].addr, BASE + X);
	cr_expect_eq(word(&lines[0], 0), 9);
	cr_expect_eq(word(&lines[0], 1), 9);
	cr_expect_eq(word(&lines[0], 3), 3);

	make_state(7); /* two units of one line are one line, and lines ascend */
	cr_assert_eq(n_lines, 2);
	cr_expect_eq(lines[0].addr, BASE + X);
	cr_expect_eq(word(&lines[0], 1), 2);
	cr_expect_eq(word(&lines[0], 3), 3);
	cr_expect_eq(word(&lines[0], 7), 9);
	cr_expect_eq(lines[1].addr, BASE + Z);
	cr_expect_eq(word(&lines[1], 0), 1);
	cr_expect_eq(word(&lines[1], 1), 9);
}

Test(state_units, they_are_gathered_anew)
{
	for (unsigned int i = 0; i < 100; i++)
		store(0, 4096UL * i, i + 1);
	gather(4096);
	cr_expect_eq(units.n, 100);
	flush(0, DX_TRACE_CLWB, 0, 1);
	sfence(0);
	gather(4096);
	cr_assert_eq(units.n, 99);
	expect_unit(0, 4096, 4096, 1);
	expect_unit(98, 99 * 4096, 4096, 99);
}

Test(state_units, sets_have_a_bit_each)
{
	uint64_t set[2] = { 0 };

	cr_expect_eq(units_words(0), 0);
	cr_expect_eq(units_words(64), 1);
	cr_expect_eq(units_words(65), 2);
	units_add(set, 0);
	units_add(set, 63);
	units_add(set, 64);
	cr_expect(units_has(set, 0) && units_has(set, 63) && units_has(set, 64));
	cr_expect(!units_has(set, 1) && !units_has(set, 65));
	units_drop(set, 63);
	cr_expect_eq(set[0], 1);
	cr_expect_eq(set[1], 1);
}

/* ---- whatever is made can be ---- */

#define SCRIPTS 400
#define WORDS	3U /* of a line that is stored to: 2^9 states of three lines past the caches */

static uint64_t below(uint64_t *seed, uint64_t n)
{
	return random_next(seed) % n;
}

static void store_by_chance(uint64_t *seed, unsigned int of_lines)
{
	const unsigned int flags[] = {
		0, 0, DX_TRACE_NT, DX_TRACE_NT, DX_TRACE_STRING, DX_TRACE_WIDE
	};
	unsigned int size = 1U << below(seed, 4), how = flags[below(seed, 6)];
	uint64_t at = LINE * below(seed, of_lines) + 8 * below(seed, WORDS - 1), data[2];
	uint32_t count = 1 + (uint32_t)below(seed, 16 / size);

	data[0] = random_next(seed);
	data[1] = random_next(seed);
	run((unsigned int)below(seed, 2), how, size, at, data, count * size);
}

static void step_by_chance(uint64_t *seed, unsigned int of_lines)
{
	unsigned int vcpu = (unsigned int)below(seed, 2);

	switch (below(seed, 8)) {
	case 0:
		sfence(vcpu);
		return;
	case 1:
		flush(vcpu, (enum dx_trace_write_back)below(seed, 3), LINE * below(seed, of_lines),
		      1);
		return;
	case 2:
		fence(vcpu, (enum dx_trace_fence)below(seed, DX_TRACE_FENCES));
		return;
	default:
		store_by_chance(seed, of_lines);
		return;
	}
}

static bool is_among(const unsigned char *state, const unsigned char *all, size_t n, size_t width)
{
	for (size_t i = 0; i < n; i++)
		if (!memcmp(all + i * width, state, width))
			return true;
	return false;
}

/* Is what the set makes of the lines one of the contents that they can have? */
static void expect_possible(uint64_t set, const unsigned char *all, size_t n, unsigned int of_lines)
{
	unsigned char state[3 * LINE];

	memcpy(state, persist_durable(model, BASE), of_lines * LINE);
	make_state(set);
	for (size_t i = 0; i < n_lines; i++) {
		cr_assert(!i || lines[i - 1].addr < lines[i].addr);
		cr_assert_lt(lines[i].addr - BASE, of_lines * LINE);
		memcpy(state + (lines[i].addr - BASE), lines[i].data, LINE);
	}
	cr_expect(is_among(state, all, n, of_lines * LINE), "set %#lx of %zu units",
		  (unsigned long)set, units.n);
}

/* How many sets were tried. */
static size_t expect_all_possible(uint64_t *seed, unsigned int of_lines)
{
	const uint64_t addr[] = { BASE, BASE + LINE, BASE + 2 * LINE };
	unsigned char *all;
	size_t n, tried = 0;

	if (persist_line_states(model, addr, of_lines, 4096, &all, &n))
		return 0;
	gather(8);
	cr_assert_leq(units.n, 3 * WORDS);
	for (; tried < 16; tried++)
		expect_possible(below(seed, 1ULL << units.n), all, n, of_lines);
	expect_possible((1ULL << units.n) - 1, all, n, of_lines);
	expect_possible(0, all, n, of_lines);
	free(all);
	return tried;
}

Test(state_units, each_state_is_one_that_the_model_allows)
{
	uint64_t seed = 2026;
	size_t tried = 0;

	for (unsigned int i = 0; i < SCRIPTS; i++) {
		unsigned int of_lines = 1 + i % 3, steps = 2 + (unsigned int)below(&seed, 12);

		open_model((enum persist_mode)(i / 3 % PERSIST_MODES), 8);
		for (unsigned int k = 0; k < steps; k++)
			step_by_chance(&seed, of_lines);
		tried += expect_all_possible(&seed, of_lines);
	}
	cr_expect_gt(tried, SCRIPTS * 8, "only %zu", tried);
}
