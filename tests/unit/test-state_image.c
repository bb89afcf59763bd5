// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hash of a medium, kept up to date line by line, against the one that is made anew of
 * all its bytes: one that misses a line takes a new state for one that was recovered before.
 * And which pages were ever touched: one that is missing is not given to who recovers.
 */
#include "checker/states/state_image.h"
#include "checker/states/state_units.h"
#include "lib/random.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define LINE   DX_TRACE_LINE
#define BASE   0x100000000ULL
#define SECOND 0x200000000ULL
#define SIZE   (128 * STATE_PAGE)

static const struct dx_trace_range ranges[] = { { BASE, SIZE }, { SECOND, 2 * STATE_PAGE } };

/* A model and the image that follows it. */
struct side {
	struct persist *model;
	struct image *image;
	uint64_t seq;
};

static struct side one, other;

static void open_side(struct side *s, enum persist_mode mode)
{
	struct persist_options o = { .mode = mode, .ranges = 2 };
	const unsigned char *content[2];
	struct err e = { 0 };

	memcpy(o.range, ranges, sizeof(ranges));
	cr_assert_eq(persist_open(&s->model, &o, &e), 0, "%s", e.what);
	for (int i = 0; i < 2; i++)
		content[i] = persist_durable(s->model, ranges[i].base);
	s->image = image_open(ranges, content, 2);
	cr_assert(s->image);
	s->seq = 0;
}

static void close_side(struct side *s)
{
	image_close(s->image);
	persist_close(s->model);
	*s = (struct side){ 0 };
}

static void begin_sides(void)
{
	open_side(&one, PERSIST_STRICT);
	open_side(&other, PERSIST_STRICT);
}

static void end_sides(void)
{
	close_side(&one);
	close_side(&other);
}

TestSuite(state_image, .init = begin_sides, .fini = end_sides);

static void feed(struct side *s, struct dx_trace_rec rec, const void *data)
{
	struct err e = { 0 };

	rec.seq = s->seq;
	s->seq += rec.count;
	cr_assert_eq(persist_apply(s->model, &rec, data, &e), 0, "%s", e.what);
	image_follow(s->image, s->model, &rec);
}

static void put(struct side *s, uint64_t addr, unsigned int flags, const void *data, uint32_t len)
{
	feed(s,
	     (struct dx_trace_rec){ .kind = DX_TRACE_STORE,
				    .flags = (uint8_t)flags,
				    .detail = 3,
				    .addr = addr,
				    .length = len,
				    .count = len / 8 },
	     data);
}

static void put_word(struct side *s, uint64_t addr, unsigned int flags, uint64_t value)
{
	put(s, addr, flags, &value, sizeof(value));
}

static void write_back(struct side *s, uint64_t addr, enum dx_trace_write_back how)
{
	feed(s,
	     (struct dx_trace_rec){ .kind = DX_TRACE_WRITE_BACK,
				    .detail = (uint8_t)how,
				    .addr = addr & ~(LINE - 1),
				    .length = LINE,
				    .count = 1 },
	     NULL);
}

static void drain(struct side *s, enum dx_trace_fence how)
{
	feed(s, (struct dx_trace_rec){ .kind = DX_TRACE_FENCE, .detail = (uint8_t)how, .count = 1 },
	     NULL);
}

static void put_image(struct side *s, uint64_t addr, const unsigned char *page)
{
	feed(s, (struct dx_trace_rec){ .kind = DX_TRACE_IMAGE, .addr = addr, .length = STATE_PAGE },
	     page);
}

/* Durable at once. */
static void put_durable(struct side *s, uint64_t addr, uint64_t value)
{
	put_word(s, addr, 0, value);
	write_back(s, addr, DX_TRACE_CLWB);
	drain(s, DX_TRACE_SFENCE);
}

/* Of all that the medium holds, made anew. */
static uint64_t hash_anew(const struct side *s)
{
	uint64_t hash = 0;

	for (int i = 0; i < 2; i++)
		for (uint64_t at = 0; at < ranges[i].size; at += LINE)
			hash += image_line_hash(ranges[i].base + at,
						persist_durable(s->model, ranges[i].base + at));
	return hash;
}

static uint64_t hash_of(const struct side *s)
{
	return image_hash(s->image, NULL, 0);
}

static bool is_touched(const struct side *s, int range, uint64_t page)
{
	return image_medium(s->image)->touched[range][page / 64] >> page % 64 & 1;
}

/* ---- the hash ---- */

Test(state_image, an_empty_medium_is_nothing)
{
	cr_expect_eq(hash_of(&one), 0);
	put_word(&one, BASE, 0, 1); /* in flight is not on it */
	cr_expect_eq(hash_of(&one), 0);
	put_durable(&one, BASE + LINE, 1);
	cr_expect_neq(hash_of(&one), 0);
	put_durable(&one, BASE + LINE, 0);
	put_durable(&one, BASE, 0);
	cr_expect_eq(hash_of(&one), 0);
}

Test(state_image, how_it_came_to_be_makes_no_difference)
{
	put_durable(&one, BASE, 1);
	put_durable(&one, SECOND + 8, 2);
	put_word(&other, SECOND + 8, DX_TRACE_NT, 2);
	put_durable(&other, BASE, 7);
	put_word(&other, BASE, DX_TRACE_NT, 1);
	drain(&other, DX_TRACE_MFENCE);
	cr_expect_eq(hash_of(&one), hash_of(&other));
	cr_expect_eq(hash_of(&one), hash_anew(&one));
}

Test(state_image, where_a_line_lies_does)
{
	put_durable(&one, BASE, 1);
	put_durable(&other, BASE + LINE, 1);
	cr_expect_neq(hash_of(&one), hash_of(&other));
}

Test(state_image, so_does_which_of_two_lines_has_what)
{
	put_durable(&one, BASE, 1);
	put_durable(&one, BASE + LINE, 2);
	put_durable(&other, BASE, 2);
	put_durable(&other, BASE + LINE, 1);
	cr_expect_neq(hash_of(&one), hash_of(&other));
}

Test(state_image, what_was_there_before_the_trace_counts)
{
	unsigned char page[STATE_PAGE];

	memset(page, 5, sizeof(page));
	put_image(&one, SECOND, page);
	cr_expect_eq(hash_of(&one), hash_anew(&one));
	for (uint64_t at = 0; at < STATE_PAGE; at += 8)
		put_durable(&other, SECOND + at, 0x0505050505050505ULL);
	cr_expect_eq(hash_of(&one), hash_of(&other));
}

/* ---- by chance ---- */

static uint64_t below(uint64_t *seed, uint64_t n)
{
	return random_next(seed) % n;
}

static uint64_t place_by_chance(uint64_t *seed)
{
	const uint64_t base[] = { BASE, BASE + 100 * STATE_PAGE, SECOND };

	return base[below(seed, 3)] + 8 * below(seed, 24);
}

static void step_by_chance(struct side *s, uint64_t *seed)
{
	const unsigned int flags[] = { 0, 0, DX_TRACE_NT, DX_TRACE_STRING, DX_TRACE_WIDE };
	uint64_t words[16];
	unsigned char page[STATE_PAGE];

	for (int i = 0; i < 16; i++)
		words[i] = below(seed, 3);
	switch (below(seed, 10)) {
	case 0:
		drain(s, (enum dx_trace_fence)below(seed, DX_TRACE_FENCES));
		return;
	case 1:
	case 2:
		drain(s, DX_TRACE_SFENCE);
		return;
	case 3:
	case 4:
	case 5:
		write_back(s, place_by_chance(seed), (enum dx_trace_write_back)below(seed, 3));
		return;
	case 6:
		if (below(seed, 8))
			return;
		memset(page, (int)below(seed, 2), sizeof(page));
		put_image(s, place_by_chance(seed) & ~(STATE_PAGE - 1), page);
		return;
	default:
		put(s, place_by_chance(seed), flags[below(seed, 5)], words,
		    8 * (uint32_t)(1 + below(seed, 16)));
		return;
	}
}

Test(state_image, it_is_what_is_made_anew_whatever_is_done)
{
	uint64_t seed = 11;
	size_t new = 0;

	for (int i = 0; i < 60; i++) {
		uint64_t last = 0;

		end_sides();
		open_side(&one, (enum persist_mode)(i % PERSIST_MODES));
		for (int k = 0; k < 40; k++) {
			step_by_chance(&one, &seed);
			cr_assert_eq(hash_of(&one), hash_anew(&one), "script %d, step %d", i, k);
			new += hash_of(&one) != last;
			last = hash_of(&one);
		}
	}
	cr_expect_gt(new, 300, "only %zu", new);
}

/* Lays the lines on @to, where all that is durable is what was in @from. */
static void lay(struct side *to, const struct side *from, const struct state_line *lines, size_t n)
{
	unsigned char page[STATE_PAGE];

	for (int i = 0; i < 2; i++)
		for (uint64_t at = 0; at < ranges[i].size; at += STATE_PAGE) {
			uint64_t addr = ranges[i].base + at;

			memcpy(page, persist_durable(from->model, addr), sizeof(page));
			for (size_t k = 0; k < n; k++)
				if (lines[k].addr - addr < STATE_PAGE)
					memcpy(page + (lines[k].addr - addr), lines[k].data, LINE);
			put_image(to, addr, page);
		}
}

Test(state_image, that_of_a_state_is_that_of_a_medium_which_holds_it)
{
	uint64_t seed = 5, set;
	struct units units = { 0 };

	for (int i = 0; i < 40; i++) {
		struct state_line *lines;
		size_t n;

		end_sides();
		begin_sides();
		for (int k = 0; k < 30; k++)
			step_by_chance(&one, &seed);
		cr_assert_eq(units_gather(&units, one.model, 8), 0);
		cr_assert_leq(units.n, 3 * 40);
		set = random_next(&seed);
		cr_assert_eq(units_lines(&units, image_medium(one.image),
					 (const uint64_t[]){ set, set }, &lines, &n),
			     0);
		lay(&other, &one, lines, n);
		cr_expect_eq(image_hash(one.image, lines, n), hash_of(&other), "script %d", i);
		cr_expect_eq(hash_of(&other), hash_anew(&other));
		free(lines);
	}
	units_release(&units);
}

Test(state_image, a_line_of_no_range_is_not_on_the_medium)
{
	const struct state_line line = { .addr = 0x1000, .data = { 1 } };

	cr_expect_eq(image_hash(one.image, &line, 1), 0);
}

/* ---- what was touched ---- */

Test(state_image, pages_that_were_stored_to_are_touched)
{
	const unsigned char page[STATE_PAGE] = { 1 };

	put_word(&one, BASE + 3 * STATE_PAGE + 8, 0, 1);
	put_word(&one, BASE + 64 * STATE_PAGE, DX_TRACE_NT, 1);
	put_image(&one, BASE + 127 * STATE_PAGE, page);
	put_word(&one, SECOND + STATE_PAGE, 0, 0); /* also by zeros */
	for (uint64_t i = 0; i < 128; i++)
		cr_expect_eq(is_touched(&one, 0, i), i == 3 || i == 64 || i == 127, "page %lu",
			     (unsigned long)i);
	cr_expect(!is_touched(&one, 1, 0) && is_touched(&one, 1, 1));
}

Test(state_image, others_are_not)
{
	write_back(&one, BASE, DX_TRACE_CLWB);
	drain(&one, DX_TRACE_SFENCE);
	put_word(&one, 0x1000, 0, 1); /* in no range */
	cr_expect(!is_touched(&one, 0, 0));
	cr_expect_eq(hash_of(&one), 0);
}

Test(state_image, the_medium_is_what_is_durable)
{
	const struct state_medium *m = image_medium(one.image);

	put_durable(&one, SECOND + 8, 9);
	cr_assert_eq(m->ranges, 2);
	cr_expect_eq(m->range[1].base, SECOND);
	cr_expect_eq(m->content[1][8], 9);
	cr_expect_eq(m->content[0], persist_durable(one.model, BASE));
}

Test(state_image, closing_nothing_is_fine)
{
	image_close(NULL);
}
