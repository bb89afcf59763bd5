// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * States of one crash point, settled by as few recoveries as what these read allows. The
 * kernel here is a decision tree drawn from a seed: it looks at one unit after the other and
 * goes by what it finds. Caught are a state that is given the end of another one, a recovery
 * too many, and a kernel that reads what it does not tell of.
 */
#include "checker/states/fates.h"
#include "lib/random.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BASE  0x100000000ULL
#define UNITS 8U
#define SETS  (1U << UNITS)
#define SIZE  (UNITS * STATE_PAGE)

static struct kernel {
	uint64_t tree;	     /* its seed */
	unsigned int deep;   /* units that it reads, at most */
	unsigned int silent; /* of these, by their order from 1: not told; 0: all are told */
	unsigned int states, calls;
	unsigned int fail_at; /* state, from 1: it fails there */
	bool blind;	      /* it recovers nothing */
} kernel;

static unsigned char medium[SIZE];
static struct unit unit[UNITS];
static struct unit_part part[UNITS];
static const struct units units = { unit, part, UNITS, UNITS, UNITS, UNITS };
static struct image *image;
static struct outcomes *outcomes;
static struct fates found;

/* ---- the kernel ---- */

/* Where it ends with the units of @set; @read: which it has looked at, in order. */
static int64_t decide(uint64_t set, uint64_t *read, unsigned int *n)
{
	uint64_t h = kernel.tree;

	for (*n = 0; *n < kernel.deep;) {
		uint64_t draw = random_next(&h), u = draw % UNITS;

		if (draw >> 32 & 1 && *n > 1)
			break;
		read[(*n)++] = u;
		h = h * 2 + (set >> u & 1);
	}
	return (int64_t)(random_next(&h) % 5);
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static struct read_set *tell(uint64_t *read, unsigned int n)
{
	struct dx_trace_range run[UNITS * 4];
	struct read_set *ret = NULL;
	unsigned int k = 0;

	if (kernel.silent && kernel.silent <= n)
		read[kernel.silent - 1] = read[n ? 0 : n];
	qsort(read, n, sizeof(*read), by_number);
	for (unsigned int i = 0; i < n; i++)
		if (!i || read[i] != read[i - 1])
			run[k++] = (struct dx_trace_range){ part[read[i]].addr, DX_TRACE_LINE };
	cr_assert_eq(read_set_make(&ret, run, k, NULL), 0);
	return ret;
}

static uint64_t set_in(const struct state *s)
{
	uint64_t set = 0;

	for (size_t i = 0; i < s->n_lines; i++)
		set |= 1ULL << (s->lines[i].addr - BASE) / STATE_PAGE;
	return set;
}

static int recover(void *data, const struct state_medium *m, const struct state *states, size_t n,
		   struct recovered *ret, struct err *e)
{
	cr_assert_eq(data, &kernel);
	cr_assert_eq(m->ranges, 1);
	cr_assert_gt(n, 0);
	kernel.calls++;
	for (size_t i = 0; i < n; i++) {
		uint64_t read[UNITS * 4];
		unsigned int reads;
		int64_t end = decide(set_in(&states[i]), read, &reads);

		if (++kernel.states == kernel.fail_at)
			return err_set(e, -EINTR, "guest", "interrupted");
		if (kernel.blind)
			continue;
		cr_assert_eq(dump_of_step(&ret[i].dump, DUMP_MOUNT, end, "", e), 0);
		ret[i].reads = tell(read, reads);
	}
	return 0;
}

/* ---- a point ---- */

static void start(void)
{
	const struct dx_trace_range range = { BASE, SIZE };
	const unsigned char *content = medium;

	memset(&kernel, 0, sizeof(kernel));
	kernel.deep = 4;
	for (unsigned int i = 0; i < UNITS; i++) {
		part[i] = (struct unit_part){ .addr = BASE + i * STATE_PAGE, .bytes = ~0ULL };
		memset(part[i].data, (int)i + 1, sizeof(part[i].data));
		unit[i] = (struct unit){ part[i].addr, STATE_PAGE, i, i, 1 };
	}
	image = image_open(&range, &content, 1);
	outcomes = outcomes_new();
	cr_assert(image && outcomes);
}

static void forget_point(void)
{
	fates_release(&found);
	outcomes_free(outcomes);
	outcomes = NULL;
}

static void end(void)
{
	forget_point();
	image_close(image);
}

TestSuite(fates, .init = start, .fini = end);

static int settle(bool knows_reads)
{
	const struct recovery how = { .recover = recover,
				      .data = &kernel,
				      .knows_reads = knows_reads };
	const struct fates_job s = { image, &units, &how, outcomes };
	struct choose *c = choose_open(UNITS, NULL, SETS, 1);
	struct err e;
	int r;

	cr_assert(c);
	r = fates_find(&s, c, &found, &e);
	choose_close(c);
	return r;
}

static uint64_t hash_of(uint64_t set)
{
	struct state_line *lines;
	uint64_t hash;
	size_t n;

	cr_assert_eq(units_lines(&units, image_medium(image), &set, &lines, &n), 0);
	hash = image_hash(image, lines, n);
	free(lines);
	return hash;
}

/* How many of all sets have another end than the kernel itself would come to. */
static unsigned int wrong_ends(void)
{
	unsigned int wrong = 0;

	for (uint64_t set = 0; set < SETS; set++) {
		const struct dump *d = outcomes_find(outcomes, hash_of(set));
		uint64_t read[UNITS * 4];
		unsigned int n;

		cr_assert_not_null(d, "set %#lx", (unsigned long)set);
		wrong += dump_step(d, DUMP_MOUNT)->result != decide(set, read, &n);
	}
	return wrong;
}

/* Leaves of the tree: so many recoveries are needed. */
static unsigned int leaves(void)
{
	uint64_t seen[SETS];
	unsigned int n_seen = 0;

	for (uint64_t set = 0; set < SETS; set++) {
		uint64_t read[UNITS * 4], leaf = 0;
		unsigned int n, i;

		decide(set, read, &n);
		for (i = 0; i < n; i++)
			leaf |= 1ULL << read[i] | (set >> read[i] & 1) << (32 + read[i]);
		for (i = 0; i < n_seen && seen[i] != leaf; i++)
			;
		if (i == n_seen)
			seen[n_seen++] = leaf;
	}
	return n_seen;
}

Test(fates, without_what_was_read_each_is_recovered_and_all_at_once)
{
	cr_assert_eq(settle(false), 0);
	cr_expect_eq(kernel.calls, 1);
	cr_expect_eq(kernel.states, SETS);
	cr_expect_eq(found.n, SETS);
	cr_expect_eq(found.spared, 0);
	cr_expect_eq(wrong_ends(), 0);
}

Test(fates, each_has_its_own_end_by_fewer_recoveries)
{
	for (uint64_t tree = 1; tree <= 200; tree++) {
		forget_point();
		outcomes = outcomes_new();
		kernel = (struct kernel){ .tree = tree, .deep = 1 + (unsigned int)(tree % 6) };
		cr_assert_eq(settle(true), 0);
		cr_expect_eq(wrong_ends(), 0, "tree %lu", (unsigned long)tree);
		cr_expect_eq(found.contradicted, 0);
		cr_expect_float_eq(found.share, 1, 1e-9);
		cr_expect_eq(found.spared, SETS + 1 - kernel.states); /* one more is the proof */
		/* A round may hold states of one leaf, as they differ in what others read: four
		 * at most, and each round has a new leaf. */
		cr_expect_geq(kernel.states, leaves() + 1);
		cr_expect_leq(kernel.states, 4 * leaves() + 1, "tree %lu: %u of %u",
			      (unsigned long)tree, kernel.states, leaves());
	}
}

/* What one recovery does not look at another may: no unit is without meaning in general. */
Test(fates, recovery_that_reads_nothing_settles_all)
{
	kernel.deep = 0;
	cr_assert_eq(settle(true), 0);
	cr_expect_eq(kernel.states, 2); /* and the proof */
	cr_expect_eq(found.spared, SETS - 1);
	cr_expect_eq(wrong_ends(), 0);
}

Test(fates, a_kernel_that_does_not_tell_what_it_reads_contradicts_itself)
{
	unsigned int noticed = 0, wrong = 0;

	for (uint64_t tree = 1; tree <= 100; tree++) {
		forget_point();
		outcomes = outcomes_new();
		kernel = (struct kernel){ .tree = tree, .deep = 5, .silent = 3 };
		cr_assert_eq(settle(true), 0);
		if (!wrong_ends())
			continue;
		wrong++;
		noticed += found.contradicted > 0;
	}
	/* At one point; a run has many. */
	cr_expect_gt(3 * noticed, wrong, "%u of %u noticed", noticed, wrong);
}

Test(fates, what_is_known_is_not_recovered_again)
{
	cr_assert_eq(settle(false), 0);
	fates_release(&found);
	cr_assert_eq(settle(true), 0);
	cr_expect_eq(kernel.states, SETS);
	cr_expect_eq(found.n, SETS);
	cr_expect_eq(found.spared, 0);
}

Test(fates, who_recovers_nothing_is_asked_once_for_each)
{
	kernel.blind = true;
	cr_assert_eq(settle(true), 0);
	cr_expect_eq(kernel.states, SETS);
	cr_expect_eq(outcomes_states(outcomes), 0);
}

Test(fates, what_was_recovered_before_a_failure_is_kept)
{
	kernel.fail_at = 6;
	kernel.tree = 3;
	cr_expect_eq(settle(true), -EINTR);
	cr_expect_gt(outcomes_states(outcomes), 0);
	cr_expect_eq(found.n, SETS);
}
