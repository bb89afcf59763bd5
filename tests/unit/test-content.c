// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the bytes of a file may be, by the model of content.h. Catches a model that
 * takes an older value for legal after a promise, or a legal one for lost: torn
 * changes, short and failed ones, freed bytes.
 */
#include "checker/promise/content.h"
#include "daxbench/oplog.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define SEED 5
#define ALL  UINT64_MAX

static struct content *c;
static uint64_t now; /* the event at which something ended last */

static void make_file(void)
{
	now = 0;
	c = content_new(1, true);
	cr_assert(c);
	content_set_size(c, 2 * CONTENT_PAGE);
}

static void free_file(void)
{
	content_free(c);
}

TestSuite(content, .init = make_file, .fini = free_file);

/* ---- changes ---- */

static struct content_change *begin(uint64_t generation, uint64_t offset, uint64_t length)
{
	const struct content_change like = { .kind = CONTENT_PATTERN,
					     .file = 1,
					     .generation = generation,
					     .seed = SEED,
					     .began = now };
	struct content_change *change = NULL;

	cr_assert_eq(content_begin(c, &like, offset, length, &change), 0);
	return change;
}

static void finish(struct content_change *change, uint64_t done, uint64_t seq)
{
	cr_assert_eq(content_end(c, change, done, seq), 0);
	now = seq;
}

/* A change that has ended at event @seq. */
static void change_at(uint64_t seq, uint64_t generation, uint64_t offset, uint64_t length)
{
	finish(begin(generation, offset, length), length, seq);
}

static void zero_at(uint64_t seq, uint64_t offset, uint64_t length)
{
	const struct content_change like = { .kind = CONTENT_ZERO, .began = now };
	struct content_change *change = NULL;

	cr_assert_eq(content_begin(c, &like, offset, length, &change), 0);
	finish(change, length, seq);
}

/* These bytes are freed by a call that nothing runs beside. */
static void free_bytes(uint64_t offset, uint64_t length)
{
	content_begin_freeing(c, offset, length);
	content_end_freeing(c, offset, length, now, now + 1);
	now++;
}

static void promise_at(uint64_t began)
{
	content_promise(c, 0, content_size(c), began, NULL);
}

/* ---- what a line of the first page may not be ---- */

static uint64_t illegal_as(unsigned int line, const unsigned char *values)
{
	const struct content_page *p = content_page(c, 0);

	cr_assert(p);
	return content_illegal(p, line, values, ALL);
}

static uint64_t illegal_as_zeros(unsigned int line)
{
	static const unsigned char zeros[DX_TRACE_LINE];

	return illegal_as(line, zeros);
}

/* All words of the line as generation @generation left them: of bytes that fill words. */
static uint64_t illegal_as_generation(unsigned int line, uint64_t generation)
{
	uint64_t words[8];

	for (unsigned int i = 0; i < 8; i++)
		words[i] = dx_pattern64(SEED, 1, line * DX_TRACE_LINE + i * 8, generation);
	return illegal_as(line, (const unsigned char *)words);
}

/* ---- promises ---- */

Test(content, what_was_not_promised_may_be_anything)
{
	change_at(1, 16, 0, 64);
	cr_expect_eq(illegal_as_generation(0, 99), 0);
}

Test(content, a_promised_change_must_be_there)
{
	change_at(1, 16, 0, 64);
	promise_at(1);
	cr_expect_eq(illegal_as_generation(0, 16), 0);
	cr_expect_eq(illegal_as_zeros(0), ALL);
	cr_expect_neq(illegal_as_generation(0, 32), 0);
}

Test(content, only_bytes_asked_for_are_looked_at)
{
	static const unsigned char zeros[DX_TRACE_LINE];

	change_at(1, 16, 0, 64);
	promise_at(1);
	cr_expect_eq(content_illegal(content_page(c, 0), 0, zeros, 0xf0), 0xf0);
}

Test(content, a_file_that_was_made_was_zero_at_first)
{
	change_at(1, 16, 0, 64);
	promise_at(1);
	cr_expect_eq(illegal_as_zeros(1), 0);
	cr_expect_neq(illegal_as_generation(1, 16), 0);
}

Test(content, what_another_file_was_at_first_nobody_knows)
{
	content_free(c);
	c = content_new(1, false);
	content_set_size(c, CONTENT_PAGE);
	change_at(1, 16, 0, 64);
	promise_at(1);
	cr_expect_eq(illegal_as_generation(1, 99), 0);
	cr_expect_eq(illegal_as_zeros(0), ALL);
}

Test(content, a_newer_change_is_legal_beside_the_promised_one)
{
	change_at(1, 16, 0, 64);
	promise_at(1);
	begin(32, 0, 64);
	cr_expect_eq(illegal_as_generation(0, 16), 0);
	cr_expect_eq(illegal_as_generation(0, 32), 0);
	cr_expect_eq(illegal_as_zeros(0), ALL);
}

Test(content, a_change_that_had_not_ended_is_not_promised)
{
	change_at(1, 16, 0, 64);
	change_at(9, 32, 0, 64);
	promise_at(5);
	cr_expect_eq(illegal_as_generation(0, 16), 0);
	cr_expect_eq(illegal_as_generation(0, 32), 0);
	promise_at(9);
	cr_expect_neq(illegal_as_generation(0, 16), 0);
}

Test(content, a_change_may_be_promised_by_itself)
{
	struct content_change *own;

	now = 5;
	own = begin(16, 0, 64);
	finish(own, 64, 9);
	content_promise(c, 0, 64, 5, own);
	cr_expect_eq(illegal_as_zeros(0), ALL);
}

Test(content, a_promise_is_of_its_range)
{
	change_at(1, 16, 0, 192);
	content_promise(c, 64, 64, 1, NULL);
	cr_expect_eq(illegal_as_zeros(0), 0);
	cr_expect_eq(illegal_as_zeros(1), ALL);
	cr_expect_eq(illegal_as_zeros(2), 0);
}

Test(content, and_what_is_beside_its_range_may_be_as_old_as_before)
{
	change_at(1, 16, 0, 128);
	change_at(2, 32, 0, 128);
	content_promise(c, 64, 64, 2, NULL);
	promise_at(1);
	cr_expect_eq(illegal_as_generation(0, 16), 0);
	cr_expect_neq(illegal_as_generation(1, 16), 0);
}

Test(content, a_promise_ends_where_the_file_does)
{
	change_at(1, 16, 0, 128);
	content_set_size(c, 64);
	content_promise(c, 0, ALL / 2, 1, NULL);
	cr_expect_eq(illegal_as_zeros(0), ALL);
	cr_expect_eq(illegal_as_zeros(1), 0);
	content_promise(c, 64, ALL / 2, 1, NULL);
	content_promise(c, 96, 32, 1, NULL);
	cr_expect_eq(illegal_as_zeros(1), 0);
}

/* ---- changes at one time ---- */

Test(content, of_changes_at_one_time_either_may_have_won)
{
	struct content_change *one = begin(16, 0, 64), *other = begin(32, 0, 64);

	finish(other, 64, 2);
	promise_at(2); /* one goes on, and may still store */
	cr_expect_eq(illegal_as_generation(0, 16), 0);
	cr_expect_eq(illegal_as_generation(0, 32), 0);
	cr_expect_eq(illegal_as_zeros(0), ALL);
	finish(one, 64, 3);
	promise_at(3);
	cr_expect_eq(illegal_as_generation(0, 16), 0);
	cr_expect_eq(illegal_as_generation(0, 32), 0);
}

Test(content, what_begins_when_both_are_over_wins)
{
	struct content_change *one = begin(16, 0, 64), *other = begin(32, 0, 64);

	finish(other, 64, 2);
	finish(one, 64, 3);
	change_at(4, 48, 0, 64);
	promise_at(4);
	cr_expect_neq(illegal_as_generation(0, 16), 0);
	cr_expect_neq(illegal_as_generation(0, 32), 0);
	cr_expect_eq(illegal_as_generation(0, 48), 0);
}

/* A long one beside a short one, and a third behind the short one only. */
Test(content, a_change_is_overwritten_by_what_began_after_it_alone)
{
	struct content_change *long_one = begin(16, 0, 64);

	change_at(2, 32, 0, 64);
	change_at(3, 48, 0, 64);
	finish(long_one, 64, 4);
	promise_at(4);
	cr_expect_eq(illegal_as_generation(0, 16), 0);
	cr_expect_neq(illegal_as_generation(0, 32), 0);
	cr_expect_eq(illegal_as_generation(0, 48), 0);
}

Test(content, what_failed_is_overwritten_as_well)
{
	finish(begin(16, 0, 64), 0, 1);
	change_at(2, 32, 0, 64);
	promise_at(2);
	cr_expect_neq(illegal_as_generation(0, 16), 0);
}

/* ---- changes that did less than they began ---- */

Test(content, a_failed_change_may_be_there_and_promises_nothing)
{
	change_at(1, 16, 0, 64);
	finish(begin(32, 0, 64), 0, 2);
	promise_at(9);
	cr_expect_eq(illegal_as_generation(0, 16), 0);
	cr_expect_eq(illegal_as_generation(0, 32), 0);
	cr_expect_eq(illegal_as_zeros(0), ALL);
}

Test(content, the_rest_of_a_short_change_may_be_there_but_need_not)
{
	finish(begin(16, 0, 128), 64, 1);
	promise_at(1);
	cr_expect_eq(illegal_as_zeros(0), ALL);
	cr_expect_eq(illegal_as_generation(0, 16), 0);
	cr_expect_eq(illegal_as_zeros(1), 0);
	cr_expect_eq(illegal_as_generation(1, 16), 0);
}

Test(content, the_rest_of_a_short_change_is_overwritten_with_it)
{
	finish(begin(16, 0, 128), 64, 1);
	change_at(2, 32, 64, 64);
	promise_at(2);
	cr_expect_neq(illegal_as_generation(1, 16), 0);
}

Test(content, the_rest_of_a_short_copy_has_its_own_bytes)
{
	unsigned char bytes[128];
	const struct content_change like = { .kind = CONTENT_LITERAL, .literal = bytes };
	struct content_change *change = NULL;

	memset(bytes, 'a', 64);
	memset(bytes + 64, 'b', 64);
	cr_assert_eq(content_begin(c, &like, 0, sizeof(bytes), &change), 0);
	finish(change, 64, 1);
	promise_at(1);
	cr_expect_eq(illegal_as(0, bytes), 0);
	cr_expect_eq(illegal_as_zeros(0), ALL);
	cr_expect_eq(illegal_as(1, bytes + 64), 0);
	cr_expect_eq(illegal_as(1, bytes), ALL);
	cr_expect_eq(illegal_as_zeros(1), 0);
}

Test(content, a_change_of_more_pages_than_a_file_can_have_is_refused)
{
	const struct content_change like = { .kind = CONTENT_PATTERN };

	cr_expect_eq(content_begin(c, &like, 8ULL << 30, 8, NULL), -E2BIG, "too far");
	cr_expect_eq(content_begin(c, &like, 0, CONTENT_MAX_BYTES + 1, NULL), -E2BIG, "too long");
	cr_expect_eq(content_begin(c, &like, ALL, 2, NULL), -E2BIG, "behind the end of numbers");
	cr_expect_eq(content_next_page(c, 0), NULL, "nothing was begun");
}

/* A punch may name more than there is. */
Test(content, zeros_need_pages_only_where_something_was_done)
{
	struct content *other = content_new(2, false);

	change_at(1, 16, CONTENT_PAGE, 64);
	zero_at(2, 0, ALL / 2);
	cr_expect_eq(content_page(c, 0), NULL);
	promise_at(2);
	cr_expect_eq(content_next_page(c, 0), content_page(c, 1));
	cr_expect_eq(content_settled(content_page(c, 1), 0), ALL);
	cr_expect_eq(content_owner(content_page(c, 1), 0)->kind, CONTENT_ZERO);
	/* What another file was there before nobody knows: zeros are news. */
	cr_assert_eq(
		content_begin(other, &(struct content_change){ .kind = CONTENT_ZERO }, 0, 8, NULL),
		0);
	cr_expect(content_page(other, 0));
	content_free(other);
}

/* ---- freed bytes ---- */

Test(content, forgotten_bytes_are_promised_no_more)
{
	change_at(1, 16, 0, 128);
	promise_at(1);
	free_bytes(0, 64);
	cr_expect_eq(illegal_as_generation(0, 99), 0);
	cr_expect_eq(illegal_as_zeros(1), ALL);
}

Test(content, forgotten_bytes_are_zero_once_they_are_promised_again)
{
	change_at(1, 16, 0, 64);
	promise_at(1);
	free_bytes(0, 64);
	promise_at(2);
	cr_expect_eq(illegal_as_zeros(0), 0);
	cr_expect_neq(illegal_as_generation(0, 16), 0);
}

Test(content, nothing_is_promised_beside_a_call_that_frees)
{
	change_at(1, 16, 0, 64);
	promise_at(1);
	content_begin_freeing(c, 0, 64);
	promise_at(2); /* ends before it */
	cr_expect_eq(illegal_as_generation(0, 99), 0);
	content_end_freeing(c, 0, 64, 1, 5);
	promise_at(3); /* began before its end */
	cr_expect_eq(illegal_as_generation(0, 99), 0);
	promise_at(5);
	cr_expect_neq(illegal_as_generation(0, 16), 0);
	cr_expect_eq(illegal_as_zeros(0), 0);
}

Test(content, what_was_done_beside_a_call_that_frees_may_be_there_or_not)
{
	content_begin_freeing(c, 0, 64);
	change_at(3, 32, 0, 64);
	content_end_freeing(c, 0, 64, 1, 5);
	promise_at(5);
	cr_expect_eq(illegal_as_generation(0, 32), 0);
	cr_expect_eq(illegal_as_zeros(0), 0);
	cr_expect_neq(illegal_as_generation(0, 16), 0);
}

Test(content, two_calls_may_free_the_same_bytes)
{
	change_at(1, 16, 0, 64);
	content_begin_freeing(c, 0, 64);
	content_begin_freeing(c, 0, 64);
	content_end_freeing(c, 0, 64, 1, 5);
	promise_at(6);
	cr_expect_eq(illegal_as_generation(0, 99), 0);
	content_end_freeing(c, 0, 64, 2, 7);
	promise_at(7);
	cr_expect_eq(illegal_as_zeros(0), 0);
	cr_expect_neq(illegal_as_generation(0, 99), 0);
}

Test(content, released_bytes_may_be_anything_until_they_are_promised_again)
{
	change_at(1, 16, 0, 128);
	promise_at(1);
	content_release(c, 0, 64);
	cr_expect_eq(illegal_as_zeros(0), 0);
	cr_expect_eq(illegal_as_zeros(1), ALL);
	promise_at(2);
	cr_expect_eq(illegal_as_generation(0, 16), 0);
	cr_expect_eq(illegal_as_zeros(0), ALL);
}

Test(content, zeros_are_a_change_like_another)
{
	change_at(1, 16, 0, 64);
	zero_at(2, 0, 8);
	promise_at(2);
	cr_expect_eq(illegal_as_zeros(0), ALL << 8);
	cr_expect_neq(illegal_as_generation(0, 16) & 0xff, 0);
}

/* ---- values ---- */

Test(content, words_that_are_not_whole_are_told_byte_by_byte)
{
	unsigned char values[DX_TRACE_LINE] = { 0 };

	change_at(1, 16, 3, 10);
	promise_at(1);
	for (unsigned int i = 3; i < 13; i++)
		values[i] = dx_pattern8(SEED, 1, i, 16);
	cr_expect_eq(illegal_as(0, values), 0);
	values[3]++;
	cr_expect_eq(illegal_as(0, values), 1 << 3);
}

Test(content, a_line_that_is_covered_in_part_has_its_words_where_it_is)
{
	uint64_t values[8] = { 0 };

	change_at(1, 16, 8, 16);
	promise_at(1);
	values[1] = dx_pattern64(SEED, 1, 8, 16);
	values[2] = dx_pattern64(SEED, 1, 16, 16);
	cr_expect_eq(illegal_as(0, (const unsigned char *)values), 0);
	cr_expect_eq(illegal_as_zeros(0), 0xffff00);
}

Test(content, a_program_reads_the_newest_value)
{
	uint64_t words[3], newest = dx_pattern64(SEED, 1, 8, 32);

	change_at(1, 16, 0, 16);
	change_at(2, 32, 8, 8);
	content_read(c, 0, sizeof(words), CONTENT_ANY, (unsigned char *)words);
	cr_expect_eq(words[0], dx_pattern64(SEED, 1, 0, 16));
	cr_expect_eq(words[1], newest);
	cr_expect_eq(words[2], 0, "nothing was ever done there");
	content_read(c, 4 * CONTENT_PAGE, 8, CONTENT_ANY, (unsigned char *)words);
	cr_expect_eq(words[0], 0);
}

Test(content, what_is_read_leaves_out_what_has_not_ended_if_asked_to)
{
	uint64_t word;

	change_at(1, 16, 0, 8);
	finish(begin(32, 0, 8), 0, 2);
	begin(48, 8, 8);
	content_read(c, 0, 8, CONTENT_ENDED, (unsigned char *)&word);
	cr_expect_eq(word, dx_pattern64(SEED, 1, 0, 16));
	content_read(c, 0, 8, CONTENT_ANY, (unsigned char *)&word);
	cr_expect_eq(word, dx_pattern64(SEED, 1, 0, 32));
	content_read(c, 8, 8, CONTENT_ENDED, (unsigned char *)&word);
	cr_expect_eq(word, 0);
}

Test(content, what_is_read_may_lie_in_two_pages)
{
	uint64_t words[2];

	change_at(1, 16, CONTENT_PAGE - 8, 16);
	content_read(c, CONTENT_PAGE - 8, sizeof(words), CONTENT_ANY, (unsigned char *)words);
	cr_expect_eq(words[0], dx_pattern64(SEED, 1, CONTENT_PAGE - 8, 16));
	cr_expect_eq(words[1], dx_pattern64(SEED, 1, CONTENT_PAGE, 16));
}

Test(content, the_newest_change_owns_a_byte)
{
	change_at(1, 16, 0, 16);
	change_at(2, 32, 8, 8);
	cr_expect_eq(content_owner(content_page(c, 0), 7)->generation, 16);
	cr_expect_eq(content_owner(content_page(c, 0), 8)->generation, 32);
	cr_expect_eq(content_owner(content_page(c, 0), 16), NULL);
	finish(begin(48, 0, 8), 0, 3);
	cr_expect_eq(content_owner(content_page(c, 0), 0)->generation, 16, "one that failed");
}

/* ---- settled: one origin only ---- */

Test(content, a_byte_is_settled_once_it_has_one_origin)
{
	change_at(1, 16, 0, 16);
	cr_expect_eq(content_settled(content_page(c, 0), 0), ALL << 16, "or as at first");
	promise_at(1);
	cr_expect_eq(content_settled(content_page(c, 0), 0), ALL);
	begin(32, 8, 8);
	cr_expect_eq(content_settled(content_page(c, 0), 0), ~0xff00ULL);
}

Test(content, three_origins_are_as_unsettled_as_two)
{
	change_at(1, 16, 0, 8);
	begin(32, 0, 8);
	cr_expect_eq(content_settled(content_page(c, 0), 0), ALL << 8);
	begin(48, 0, 8);
	cr_expect_eq(content_settled(content_page(c, 0), 0), ALL << 8);
}

/* ---- pages, and what is due ---- */

Test(content, pages_are_found_in_their_order)
{
	change_at(1, 16, 5000 * CONTENT_PAGE, 8);
	change_at(2, 32, CONTENT_PAGE, 8);
	cr_expect_eq(content_next_page(c, 0), content_page(c, 1));
	cr_expect_eq(content_next_page(c, 1), content_page(c, 1));
	cr_expect_eq(content_next_page(c, 2), content_page(c, 5000));
	cr_expect_eq(content_next_page(c, 5001), NULL);
	cr_expect_eq(content_page(c, 2), NULL);
}

Test(content, what_was_promised_is_due_until_it_was_looked_at)
{
	struct content_page *p;

	change_at(1, 16, 0, 64);
	content_promise(c, 0, 64, 1, NULL);
	p = content_page(c, 0);
	cr_expect(p->is_due);
	cr_expect_eq(p->due[0], ALL);
	cr_expect(content_done(p));
	cr_expect_not(p->is_due);
	cr_expect_eq(p->due[0], 0);
	content_promise(c, 64, 64, 1, NULL);
	cr_expect_not(content_done(p), "the first line is promised, but was not due");
}

Test(content, what_has_moved_is_due_again)
{
	struct content_page *p;

	change_at(1, 16, 0, 64);
	content_promise(c, 0, 64, 1, NULL);
	p = content_page(c, 0);
	content_done(p);
	content_moved_are_due(c);
	cr_expect_not(p->is_due);
	p->moved = true;
	content_moved_are_due(c);
	cr_expect(p->is_due);
	cr_expect_eq(p->due[0], ALL);
	cr_expect_eq(p->due[1], 0);
}

Test(content, a_promise_of_what_has_changed_is_to_be_checked)
{
	struct content_page *p;

	change_at(1, 16, 0, 64);
	content_promise(c, 0, 64, 1, NULL);
	p = content_page(c, 0);
	p->unchecked = false;
	promise_at(1);
	cr_expect(p->unchecked, "what was not promised is");
	p->unchecked = false;
	promise_at(1);
	cr_expect_not(p->unchecked, "nothing is new");
	change_at(2, 32, 0, 64);
	cr_expect(p->unchecked);
	p->unchecked = false;
	promise_at(2);
	cr_expect(p->unchecked, "what was legal is so no more");
}

Test(content, what_is_promised_anew_is_counted_once)
{
	change_at(1, 16, 0, 64);
	content_promise(c, 0, 64, 1, NULL);
	cr_expect_eq(content_fresh(c).bytes, 64);
	cr_expect_eq(content_fresh(c).lines, 1);
	content_promise(c, 0, 64, 1, NULL);
	cr_expect_eq(content_fresh(c).bytes, 64);
	change_at(2, 32, 8, 8);
	content_promise(c, 0, 64, 2, NULL);
	cr_expect_eq(content_fresh(c).bytes, 72);
	cr_expect_eq(content_fresh(c).lines, 2);
}
