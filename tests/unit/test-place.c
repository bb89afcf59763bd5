// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Crash states on a guest's NVDIMMs. Caught: a byte that is not the state's after a guest
 * wrote wherever it liked, into holes too, and images that are taken for one another.
 */
#include "bench/recover/place.h"
#include "lib/random.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BASE0 (4ULL << 30)
#define BASE1 (5ULL << 30)
#define SIZE  (2ULL << 20)
#define PAGES (SIZE / STATE_PAGE)

static const struct dx_trace_range ranges[PLACE_NVDIMMS] = { { BASE0, SIZE }, { BASE1, SIZE } };
static unsigned char content[PLACE_NVDIMMS][SIZE];
static uint64_t touched[PLACE_NVDIMMS][PAGES / 64];
static struct state_medium medium;
static struct place place;
static struct err e;
static uint64_t chance = 1;

static void touch(unsigned int nvdimm, uint64_t at, int byte, size_t len)
{
	memset(content[nvdimm] + at, byte, len);
	for (uint64_t p = at / STATE_PAGE; p <= (at + len - 1) / STATE_PAGE; p++)
		touched[nvdimm][p / 64] |= 1ULL << (p % 64);
}

static void set_up(void)
{
	medium.ranges = PLACE_NVDIMMS;
	for (unsigned int i = 0; i < PLACE_NVDIMMS; i++) {
		medium.range[i] = ranges[i];
		medium.content[i] = content[i];
		medium.touched[i] = touched[i];
	}
	touch(0, 0, 1, 3 * STATE_PAGE);
	touch(0, 100 * STATE_PAGE + 77, 2, 2000);
	touch(0, 200 * STATE_PAGE, 0, STATE_PAGE); /* touched, and zeros */
	touch(1, SIZE - 64, 3, 64);
	cr_assert_eq(place_open(&place, ranges, &e), 0, "%s", e.what);
}

static void tear_down(void)
{
	place_release(&place);
	place_release(&place);
}

TestSuite(place, .init = set_up, .fini = tear_down, .timeout = 60);

/* Byte by byte, by a way of its own: the file, read. */
static void holds(const struct state *s)
{
	static unsigned char wanted[SIZE], got[SIZE];

	for (unsigned int i = 0; i < PLACE_NVDIMMS; i++) {
		memcpy(wanted, content[i], SIZE);
		for (size_t k = 0; k < s->n_lines; k++)
			if (s->lines[k].addr - ranges[i].base < SIZE)
				memcpy(wanted + (s->lines[k].addr - ranges[i].base),
				       s->lines[k].data, DX_TRACE_LINE);
		cr_assert_eq(pread(place.fd[i], got, SIZE, 0), (ssize_t)SIZE);
		cr_assert_eq(memcmp(wanted, got, SIZE), 0, "NVDIMM %u differs", i);
	}
}

static void put(const struct state *s)
{
	cr_assert_eq(place_put(&place, &medium, s, NULL, &e), 0, "%s", e.what);
	holds(s);
}

/* As a guest does that has the file mapped. */
static void scribble(unsigned int times)
{
	while (times--) {
		unsigned int i = random_next(&chance) % PLACE_NVDIMMS;
		uint64_t at = random_next(&chance) % SIZE, len = random_next(&chance) % 9000 + 1;

		len = len < SIZE - at ? len : SIZE - at;
		memset(place.map[i] + at, (int)(random_next(&chance) % 256), len);
	}
}

static const struct state plain;

Test(place, what_the_medium_holds)
{
	size_t pages;

	put(&plain);
	cr_assert_eq(place_put(&place, &medium, &plain, &pages, &e), 0);
	cr_expect_eq(pages, 0, "it is there already");
}

Test(place, after_any_scribbling)
{
	struct state_line line[4] = { { .addr = BASE0 },
				      { .addr = BASE0 + 300 * STATE_PAGE + 64 },
				      { .addr = BASE0 + SIZE - 64 },
				      { .addr = BASE1 + 64 } };
	struct state s = { .lines = line };

	for (unsigned int round = 0; round < 200; round++) {
		for (size_t k = 0; k < 4; k++)
			memset(line[k].data, (int)round + 1, sizeof(line[k].data));
		s.n_lines = round % 5;
		put(&s);
		scribble(round % 7);
	}
}

/* What an untouched page of the medium was given must be zeros again, allocated or not. */
Test(place, holes_are_zeros_again)
{
	size_t pages;

	put(&plain);
	memset(place.map[0] + 400 * STATE_PAGE, 0xff, 2 * STATE_PAGE);
	cr_assert_eq(place_put(&place, &medium, &plain, &pages, &e), 0);
	cr_expect_eq(pages, 2);
	holds(&plain);
	cr_assert_eq(fallocate(place.fd[0], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, SIZE),
		     0);
	put(&plain);
}

Test(place, another_medium)
{
	put(&plain);
	touch(0, 150 * STATE_PAGE, 9, 10);
	touch(1, 0, 9, STATE_PAGE);
	place_forget(&place);
	put(&plain);
	medium.ranges = 1; /* the second NVDIMM has no part in it: zeros */
	memset(content[1], 0, SIZE);
	place_forget(&place);
	put(&plain);
}

Test(place, compares_once_while_nothing_is_written)
{
	size_t pages;

	put(&plain);
	memset(place.map[1], 5, 10);
	cr_assert_eq(place_compare(&place, &medium, &e), 0);
	cr_expect_eq(place.n_differs, 1);
	cr_assert_eq(place_put(&place, &medium, &plain, &pages, &e), 0);
	cr_expect_eq(pages, 1);
	holds(&plain);
	memset(place.map[1], 5, 10); /* each put ends what was compared */
	put(&plain);
}

Test(place, refuses_what_is_not_there)
{
	struct state_line line = { .addr = BASE0 + SIZE };
	const struct state s = { .lines = &line, .n_lines = 1 };

	cr_expect_eq(place_put(&place, &medium, &s, NULL, &e), -EINVAL);
	line.addr = BASE0 + 1;
	cr_expect_eq(place_put(&place, &medium, &s, NULL, &e), -EINVAL);
	medium.range[1].base = 6ULL << 30;
	cr_expect_eq(place_compare(&place, &medium, &e), -EINVAL);
	medium.range[1] = ranges[1];
	medium.range[0].size /= 2;
	cr_expect_eq(place_compare(&place, &medium, &e), -EINVAL);
}

/* ---- hashes ---- */

static uint64_t hash(void)
{
	struct place_hash h;

	place_hash_begin(&h, &medium);
	cr_assert_eq(place_compare(&place, &medium, &e), 0);
	return place_hash(&place, &medium, &h);
}

Test(place, equal_images_have_equal_hashes)
{
	uint64_t clean, changed;

	put(&plain);
	clean = hash();
	place.map[0][5 * STATE_PAGE] = 7;
	changed = hash();
	cr_expect_neq(clean, changed);
	touch(0, 5 * STATE_PAGE, 7, 1); /* the medium is now what only the NVDIMM was */
	cr_expect_eq(hash(), changed);
	place.map[0][5 * STATE_PAGE] = 0;
	cr_expect_eq(hash(), clean);
}

Test(place, the_same_elsewhere_is_another_image)
{
	uint64_t here;

	put(&plain);
	place.map[0][5 * STATE_PAGE] = 7;
	here = hash();
	place.map[0][5 * STATE_PAGE] = 0;
	place.map[0][6 * STATE_PAGE] = 7;
	cr_expect_neq(hash(), here);
	place.map[0][6 * STATE_PAGE] = 0;
	place.map[1][5 * STATE_PAGE] = 7;
	cr_expect_neq(hash(), here);
}

Test(place, the_head_alone)
{
	uint64_t head = place_hash_head(&medium, STATE_PAGE);

	touch(0, STATE_PAGE, 8, 1);
	cr_expect_eq(place_hash_head(&medium, STATE_PAGE), head);
	touch(1, 0, 8, 1);
	cr_expect_neq(place_hash_head(&medium, STATE_PAGE), head);
}
