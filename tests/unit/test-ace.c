// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counts are a law: how many cases there are is reckoned here from the parameters,
 * and must be what is made. Caught is a phase that loses or invents a case, a
 * number that does not lead back to its case, a shard that leaves one out, and a
 * seed that has a say where all is made.
 */
#define DX_LENS_CHECK
#include "checker/gen/ace.h"
#include "checker/gen/ace_cover.h"
#include "daxbench/workload.h"
#include "tests/unit/oplist-fixture.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALL (SOUP_SHIFT | SOUP_REFLINK | SOUP_UNSHARE | SOUP_MAP_SYNC | SOUP_OWN_FS)

static struct err e;

/* ---- the law ---- */

struct law {
	uint64_t acts, first, last; /* acts; steps that can be before others; that can be last */
};

/*
 * Data: by the way, 6 sizes each. Through a mapping fsync, fdatasync, syncfs, msync, and
 * of a part, 5; sync is one more. Last, MAP_SYNC has the program's own flush too, of
 * which 4 sizes go past the caches; before others all mappings have, and all have "none".
 * Through a descriptor O_DSYNC takes the place of the flush.
 */
static struct law law_of_data(unsigned int features)
{
	uint64_t targets = features & SOUP_REFLINK ? 5 : 4, own = features & SOUP_OWN_FS ? 1 : 0;
	uint64_t plain = 2, synced = features & SOUP_MAP_SYNC ? 1 : 0, fd = 2;
	uint64_t base = 6 * (5 + own), flush = 6 + 4;

	return (struct law){
		.acts = targets * 6 * (plain + synced + fd),
		.first = targets * ((plain + synced) * (base + flush + 6) + fd * (base + 6 + 6)),
		.last = targets * (plain * base + synced * (base + flush) + fd * (base + 6)),
	};
}

/*
 * Size: 3 truncates and 4 allocations of each target; 2 punches, and 2 zeroes, of all but
 * what is so already; collapse and insert; of what is shared 2 unshares. Each has fsync,
 * fdatasync, syncfs, and sync.
 */
static struct law law_of_size(unsigned int features)
{
	uint64_t targets = features & SOUP_REFLINK ? 5 : 4, own = features & SOUP_OWN_FS ? 1 : 0;
	uint64_t acts = 7 * targets + 2 * (targets - 1);

	if (features & SOUP_SHIFT)
		acts += 2 * (targets - 1) + 2 * targets;
	if (features & SOUP_UNSHARE)
		acts += 2;
	return (struct law){ acts, acts * (4 + own), acts * (3 + own) };
}

/*
 * Names: 2 creats, 12 links, 5 unlinks, 12 renames and 12 over what is there, 4 of
 * directories, with fsync, fdatasync, fsync of the directory, syncfs and sync; a mkdir and 3
 * symbolic links without the first two.
 */
static struct law law_of_names(unsigned int features)
{
	uint64_t own = features & SOUP_OWN_FS ? 1 : 0;

	return (struct law){ 47 + 4, 47 * (5 + own) + 4 * (3 + own),
			     47 * (4 + own) + 4 * (2 + own) };
}

/*
 * Refused of length 2: a directory that is made, or moved to where one is already. Where
 * the step before left A: creat A/foo, mkdir, 11 links and 22 renames from or to it, 3
 * unlinks, 2 symbolic links, 3 moves. B: 2 moves. A/C: 6 links, 12 renames, 1 unlink, 1
 * symbolic link, 1 move. And space kept beyond the end, where it is already: KEEP after KEEP or
 * KEEP+1, and KEEP+1 after itself, unless the second has a hole to fill.
 */
static uint64_t law_of_refused(unsigned int features)
{
	uint64_t own = features & SOUP_OWN_FS ? 1 : 0, five = 5 + own, three = 3 + own;
	uint64_t leaves_a = (1 + 11 + 22 + 3 + 3) * five + (1 + 2) * three, leaves_b = 2 * five,
		 leaves_ac = (6 + 12 + 1 + 1) * five + 1 * three;

	uint64_t targets = features & SOUP_REFLINK ? 5 : 4,
		 kept = 3 * targets * (targets - 1) * (4 + own) * (3 + own);

	/* mkdir A; A to B and A/C to B; B to A; B to A/C */
	return kept + leaves_a * (2 + own) + (2 * leaves_b + leaves_a + leaves_ac) * (4 + own);
}

static uint64_t law(unsigned int length, unsigned int features)
{
	struct law data = law_of_data(features), size = law_of_size(features),
		   names = law_of_names(features);
	uint64_t last = data.last + size.last + names.last;

	if (length == 1)
		return last;
	return (data.first + size.first + names.first) * last - law_of_refused(features);
}

static uint64_t count(unsigned int length, unsigned int features)
{
	uint64_t n = 0;

	cr_assert_eq(ace_count(length, features, &n, &e), 0, "%s", e.what);
	return n;
}

/* Of which the kernels that we know have these: XFS, without reflink, ext4, a directory. */
static const unsigned int features[] = {
	ALL,
	ALL & ~SOUP_UNSHARE,
	ALL & ~(SOUP_REFLINK | SOUP_UNSHARE),
	SOUP_SHIFT | SOUP_MAP_SYNC,
	SOUP_OWN_FS,
	0,
};
#define N_FEATURES (sizeof(features) / sizeof(features[0]))

Test(ace, length_1_is_as_many_as_reckoned)
{
	for (size_t i = 0; i < N_FEATURES; i++)
		cr_expect_eq(count(1, features[i]), law(1, features[i]), "%x: %llu, not %llu",
			     features[i], (unsigned long long)count(1, features[i]),
			     (unsigned long long)law(1, features[i]));
	/* These stand in the manual. */
	cr_expect_eq(law(1, ALL), 1509);
	cr_expect_eq(law(1, features[2]), 1247);
}

Test(ace, length_2_is_as_many_as_reckoned, .timeout = 300)
{
	for (size_t i = 0; i < 3; i += 2)
		cr_expect_eq(count(2, features[i]), law(2, features[i]), "%x: %llu, not %llu",
			     features[i], (unsigned long long)count(2, features[i]),
			     (unsigned long long)law(2, features[i]));
	cr_expect_eq(ace_count(3, ALL, &(uint64_t){ 0 }, &e), -EINVAL);
	cr_expect_eq(ace_count(0, ALL, &(uint64_t){ 0 }, &e), -EINVAL);
}

/* ---- lists ---- */

static struct oplist make(struct ace_options o)
{
	struct oplist list = { 0 };

	cr_assert_eq(ace_make(&list, &o, &e), 0, "%s", e.what);
	cr_assert_eq(oplist_check(&list, "ace", NULL, &e), 0, "%s", e.what);
	return list;
}

/* All shards together, as if they had been run. */
static struct ace_seen see(unsigned int length, uint64_t seed, unsigned int has)
{
	struct ace_seen seen = { 0 };
	unsigned int of = ace_shards(length);

	for (unsigned int shard = 1; shard <= of; shard++) {
		struct oplist list = make((struct ace_options){ .length = length,
								.shard = shard,
								.of = of,
								.seed = seed,
								.features = has });

		cr_expect_leq(list.n, ACE_MAX_OPS);
		ace_seen_add(&seen, length, &list);
		oplist_release(&list);
	}
	return seen;
}

Test(ace, all_of_length_1_is_made)
{
	for (size_t i = 0; i < N_FEATURES; i++) {
		struct ace_seen seen = see(1, 1, features[i]);

		cr_expect_eq(seen.cases, law(1, features[i]), "%x: %llu", features[i],
			     (unsigned long long)seen.cases);
		cr_expect_eq(seen.features & ~features[i], 0);
		cr_expect_eq(seen.lists, ace_shards(1));
	}
}

static char *text_of(struct ace_options o)
{
	struct oplist list = make(o);
	char *text = print(&list);

	oplist_release(&list);
	return text;
}

static bool is_same(struct ace_options a, struct ace_options b)
{
	char *one = text_of(a), *other = text_of(b);
	bool same = !strcmp(one, other);

	free(one);
	free(other);
	return same;
}

Test(ace, a_seed_matters_only_where_not_all_is_made)
{
	struct ace_options o = { .length = 1, .shard = 2, .of = 4, .seed = 1, .features = ALL },
			   other = o;

	other.seed = 2;
	cr_expect(is_same(o, other));
	o.length = other.length = 2;
	o.of = other.of = 16;
	cr_expect_not(is_same(o, other));
	other.seed = 1;
	cr_expect(is_same(o, other));
}

static size_t count_pairs(const struct ace_seen *s)
{
	size_t n = 0;

	for (unsigned int i = 0; i < ACE_VALUES; i++)
		for (unsigned int j = 0; j < ACE_VALUES; j++)
			n += s->pair[i][j];
	return n;
}

/* Of length 2, what is made has all pairs that the cover says are possible. */
Test(ace, length_2_has_all_pairs)
{
	for (size_t i = 0; i < N_FEATURES; i += 2) {
		struct ace_seen seen = see(2, 3, features[i]);
		struct ace_cover cover;

		cr_assert_eq(ace_cover_make(&cover, 3, features[i], &e), 0);
		cr_expect_eq(count_pairs(&seen), cover.pairs);
		cr_expect_eq(seen.cases, cover.n);
		free(cover.cases);
	}
}

/* ---- numbers ---- */

Test(ace, a_number_leads_back_to_its_case)
{
	for (uint64_t number = 1; number < 4000; number += 7) {
		struct ace_case c;
		struct oplist list = { 0 };
		struct ace_options o = {
			.length = 1, .shard = 1, .of = 1, .number = number, .features = ALL
		};

		if (!ace_from_number(1, number, &c)) {
			cr_expect_eq(ace_make(&list, &o, &e), -EINVAL);
			continue;
		}
		cr_expect_eq(ace_number(&c), number);
		if (ace_make(&list, &o, &e)) {
			cr_expect(strstr(e.what, "not possible"), "%s", e.what);
			continue;
		}
		for (size_t i = 0; i < list.n; i++)
			cr_expect(!list.op[i].text[0] || !strcmp(list.op[i].text[0], ".") ||
				  ace_case_of_name(list.op[i].text[0]) == number);
		oplist_release(&list);
	}
}

Test(ace, numbers_that_are_none)
{
	struct ace_case c;

	cr_expect_not(ace_from_number(1, 0, &c));
	cr_expect_not(ace_from_number(3, 1, &c));
	cr_expect_not(ace_from_number(0, 1, &c));
	cr_expect_not(ace_from_number(1, 1, &c)); /* nothing after the last step */
	cr_expect(ace_from_number(1, 2, &c));
	cr_expect_not(ace_from_number(1, 1000000, &c));
	cr_expect_not(ace_from_number(2, UINT64_MAX, &c));
}

Test(ace, options_out_of_range)
{
	const struct ace_options wrong[] = {
		{ .length = 0, .shard = 1, .of = 1 },  { .length = 3, .shard = 1, .of = 1 },
		{ .length = 1, .shard = 0, .of = 1 },  { .length = 1, .shard = 3, .of = 2 },
		{ .length = 1, .shard = 1, .of = 65 },
	};
	struct ace_options whole = { .length = 1, .shard = 1, .of = 1, .features = ALL };
	struct oplist list = { 0 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(ace_make(&list, &wrong[i], &e), -EINVAL, "%zu", i);
	cr_expect_eq(ace_make(&list, &whole, &e), -E2BIG);
	cr_expect(strstr(e.hint, "of="), "%s", e.hint);
	cr_expect_null(list.op);
}

/* What a number means is in bug reports. */
Test(ace, a_case_keeps_its_meaning)
{
	char *text = text_of((struct ace_options){ .length = 1,
						   .shard = 1,
						   .of = 1,
						   .number = 1 + 11 * (3 * 5 + 1) + ACE_CLWB,
						   .features = ALL });

	cr_expect_str_eq(text, "open f0 \"c186-foo\" O_RDWR|O_CREAT|O_EXCL\n"
			       "truncate f0 18884\n"
			       "map m0 f0 0 20480 read|write|sync|pte\n"
			       "store-bytes m0 4157 6\n"
			       "flush m0 4157 6 clwb\n"
			       "drain\n"
			       "rely m0 4157 6\n"
			       "unmap m0\n"
			       "close f0\n"
			       "unlink \"c186-foo\"\n");
	free(text);
}

Test(ace, names_of_cases)
{
	cr_expect_eq(ace_case_of_name("c731-A/foo"), 731);
	cr_expect_eq(ace_case_of_name("c1-foo"), 1);
	cr_expect_eq(ace_case_of_name("c-foo"), 0);
	cr_expect_eq(ace_case_of_name("c12"), 0);
	cr_expect_eq(ace_case_of_name("clone"), 0);
	cr_expect_eq(ace_case_of_name("d12-foo"), 0);
	cr_expect_eq(ace_case_of_name("c1234567890123456-foo"), 0);
	cr_expect_eq(ace_case_of_name(""), 0);
}
