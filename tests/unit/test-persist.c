// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each rule of the persistence model, with a trace on which a model without the
 * rule, or with the next stronger or weaker one, allows other states.
 */
#include "tests/unit/persist-fixture.h"

#include <malloc.h>

TestSuite(persist, .init = open_strict, .fini = close_model);

/* ---- write-back stores of one line: a prefix ---- */

Test(persist, stores_to_a_line_persist_in_order)
{
	store(0, X, 1);
	store(0, X1, 1);
	store(0, X, 2);
	EXPECT_STATES("00 10 11 21", X, X1);
}

Test(persist, whose_store_it_is_does_not_matter_to_the_order)
{
	store(0, X, 1);
	store(1, X1, 1);
	EXPECT_STATES("00 10 11", X, X1);
}

Test(persist, lines_persist_in_any_order)
{
	store(0, X, 1);
	store(0, Y, 1);
	EXPECT_STATES("00 01 10 11", X, Y);
}

Test(persist, a_run_is_as_ordered_as_its_stores)
{
	fill(0, 0, X, 1, 3);
	EXPECT_STATES("000 100 110 111", X, X1, X2);
}

Test(persist, a_run_of_small_stores_is_ordered_within_a_word)
{
	run(0, 0, 1, X1 + 6, (unsigned char[]){ 1, 2, 3 }, 3);
	EXPECT_STATES("000 100 120 123", X1 + 6, X1 + 7, X2);
}

Test(persist, a_run_across_lines_is_ordered_in_each_alone)
{
	fill(0, 0, X7, 1, 3);
	EXPECT_STATES("000 010 011 100 110 111", X7, Y, Y1);
}

Test(persist, a_later_run_needs_the_earlier_one)
{
	fill(0, 0, X, 1, 2);
	fill(0, 0, X, 2, 2);
	EXPECT_STATES("00 10 11 21 22", X, X1);
}

Test(persist, an_atomic_operation_is_an_ordinary_store)
{
	store(0, X, 1);
	run(0, DX_TRACE_LOCKED, 8, X1, &(uint64_t){ 1 }, 8);
	EXPECT_STATES("00 10 11", X, X1);
}

/* ---- stores that are not one store of a word ---- */

Test(persist, an_unaligned_store_may_tear_at_words)
{
	run(0, 0, 8, X + 4, (unsigned char[]){ 1, 1, 1, 1, 1, 1, 1, 1 }, 8);
	EXPECT_STATES("0000 0011 1100 1111", X + 4, X + 7, X1, X1 + 3);
}

Test(persist, an_unaligned_store_within_a_word_does_not_tear)
{
	run(0, 0, 4, X + 2, (unsigned char[]){ 1, 1, 1, 1 }, 4);
	EXPECT_STATES("00 11", X + 2, X + 5);
}

Test(persist, an_unaligned_store_across_lines_tears_there)
{
	run(0, 0, 4, X7 + 6, (unsigned char[]){ 1, 1, 1, 1 }, 4);
	EXPECT_STATES("00 01 10 11", X7 + 6, Y);
}

Test(persist, unaligned_stores_of_a_run_are_a_step_each)
{
	const unsigned char data[16] = { 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2 };

	run(0, 0, 8, X + 4, data, 16);
	/* X+4..X1+3 before X1+4..X2+3. */
	EXPECT_STATES("0000 0100 1000 1100 1102 1120 1122", X + 4, X1, X1 + 4, X2);
}

Test(persist, a_string_instruction_is_one_step_of_any_words)
{
	store(0, X3, 1);
	fill(0, DX_TRACE_STRING, X, 1, 2);
	store(0, X2, 1);
	/* X3 before X, X1 in any order before X2. */
	EXPECT_STATES("0000 0001 0101 1001 1101 1111", X, X1, X2, X3);
}

Test(persist, a_vector_store_is_one_step_of_any_words)
{
	fill(0, DX_TRACE_WIDE, X, 1, 2);
	store(0, X2, 1);
	EXPECT_STATES("000 010 100 110 111", X, X1, X2);
}

Test(persist, a_store_wider_than_a_word_may_tear_unmarked_too)
{
	run(0, DX_TRACE_LOCKED, 16, X, (uint64_t[]){ 1, 1 }, 16);
	EXPECT_STATES("00 01 10 11", X, X1);
	cr_expect_eq(persist_line(model, BASE)->first->kind, PERSIST_STEP);
}

/* ---- non-temporal stores ---- */

Test(persist, nt_words_persist_in_any_order)
{
	fill(0, DX_TRACE_NT, X, 1, 2);
	EXPECT_STATES("00 01 10 11", X, X1);
}

Test(persist, nt_words_are_in_no_prefix)
{
	store(0, X, 1);
	store_nt(0, X1, 1);
	store(0, X2, 1);
	EXPECT_STATES("000 010 100 101 110 111", X, X1, X2);
}

Test(persist, a_word_keeps_its_order)
{
	store_nt(0, X, 1);
	store_nt(0, X, 2);
	store(0, X1, 1);
	store(0, X, 3);
	EXPECT_STATES("00 01 10 11 20 21 31", X, X1);
}

Test(persist, nt_bytes_stay_under_a_later_store_to_their_word)
{
	run(0, DX_TRACE_NT, 4, X, (unsigned char[]){ 1, 1, 1, 1 }, 4);
	run(0, 0, 4, X + 4, (unsigned char[]){ 2, 2, 2, 2 }, 4);
	EXPECT_STATES("00 10 12", X, X + 4);
}

Test(persist, nt_needs_no_write_back_but_a_fence)
{
	store_nt(0, X, 1);
	EXPECT_STATES("0 1", X);
	sfence(0);
	EXPECT_STATES("1", X);
}

Test(persist, a_write_back_does_not_hold_for_nt)
{
	store_nt(0, X, 1);
	flush(1, DX_TRACE_CLFLUSH, X, 1);
	clwb(1, X);
	sfence(1);
	EXPECT_STATES("0 1", X);
}

/* ---- write-backs and drains ---- */

Test(persist, a_write_back_alone_promises_nothing)
{
	store(0, X, 1);
	clwb(0, X);
	EXPECT_STATES("0 1", X);
}

Test(persist, a_fence_alone_promises_nothing)
{
	store(0, X, 1);
	sfence(0);
	EXPECT_STATES("0 1", X);
}

Test(persist, both_make_durable)
{
	for (unsigned int how = DX_TRACE_CLWB; how <= DX_TRACE_CLFLUSHOPT; how++)
		for (unsigned int by = DX_TRACE_SFENCE; by <= DX_TRACE_MFENCE; by++) {
			open_strict();
			store(0, X, 1);
			flush(0, how, X, 1);
			fence(0, by);
			EXPECT_STATES("1", X);
			cr_expect_eq(persist_in_flight(model, NULL), 0);
		}
}

Test(persist, a_fence_before_the_write_back_is_no_drain_of_it)
{
	store(0, X, 1);
	sfence(0);
	clwb(0, X);
	EXPECT_STATES("0 1", X);
}

Test(persist, a_later_store_is_not_in_what_was_taken)
{
	store(0, X, 1);
	clwb(0, X);
	store(0, X, 2);
	store(0, X1, 2);
	sfence(0);
	EXPECT_STATES("10 20 22", X, X1);
	sfence(0);
	EXPECT_STATES("10 20 22", X, X1);
	clwb(0, X);
	sfence(0);
	EXPECT_STATES("22", X, X1);
}

Test(persist, a_write_back_of_another_line_is_none)
{
	store(0, X, 1);
	clwb(0, Y);
	sfence(0);
	EXPECT_STATES("0 1", X);
}

Test(persist, a_fence_drains_its_own_cpu_alone)
{
	store(0, X, 1);
	clwb(0, X);
	store_nt(0, Y, 1);
	sfence(1);
	EXPECT_STATES("00 01 10 11", X, Y);
	sfence(0);
	EXPECT_STATES("11", X, Y);
}

Test(persist, a_write_back_takes_what_another_cpu_stored)
{
	store(0, X, 1);
	clwb(1, X);
	sfence(1);
	EXPECT_STATES("1", X);
}

Test(persist, each_cpu_has_what_it_took)
{
	store(0, X, 1);
	clwb(0, X);
	store(1, X1, 1);
	clwb(1, X);
	sfence(0);
	EXPECT_STATES("10 11", X, X1);
	sfence(1);
	EXPECT_STATES("11", X, X1);
}

Test(persist, what_is_drained_takes_older_nt_of_the_word_along)
{
	store_nt(1, X, 1);
	store(0, X, 2);
	clwb(0, X);
	sfence(0);
	EXPECT_STATES("2", X);
	sfence(1);
	EXPECT_STATES("2", X);
	cr_expect_eq(persist_in_flight(model, NULL), 0);
}

Test(persist, newer_nt_of_another_cpu_stays_in_flight)
{
	store(0, X, 1);
	clwb(0, X);
	store_nt(1, X, 2);
	sfence(0);
	EXPECT_STATES("1 2", X);
}

Test(persist, drained_nt_leaves_the_rest_of_the_line_in_order)
{
	store(0, X, 1);
	store(0, X1, 1);
	store_nt(0, X, 2);
	sfence(0);
	EXPECT_STATES("20 21", X, X1);
}

Test(persist, clflush_makes_durable_at_once)
{
	store(0, X, 1);
	store(1, X1, 1);
	store(0, Y, 1);
	flush(0, DX_TRACE_CLFLUSH, X, 1);
	EXPECT_STATES("110 111", X, X1, Y);
	store(0, X, 2);
	EXPECT_STATES("110 111 210 211", X, X1, Y);
}

/* ---- modes ---- */

Test(persist, only_sdm_drains_by_lock_serialising_and_io)
{
	static const char *const want[] = {
		[PERSIST_STRICT] = "00 01 10 11", [PERSIST_SDM] = "11", [PERSIST_EADR] = "10 11"
	};

	for (unsigned int mode = PERSIST_STRICT; mode <= PERSIST_EADR; mode++)
		for (unsigned int by = DX_TRACE_LOCK; by < DX_TRACE_FENCES; by++) {
			open_model(mode, 8);
			store(0, X, 1);
			clwb(0, X);
			store_nt(0, Y, 1);
			fence(0, by);
			EXPECT_STATES(want[mode], X, Y);
		}
}

Test(persist, eadr_needs_no_write_back)
{
	open_model(PERSIST_EADR, 8);
	store(0, X, 1);
	fill(0, DX_TRACE_STRING, Y, 1, 2);
	EXPECT_STATES("111", X, Y, Y1);
	cr_expect_eq(persist_in_flight(model, NULL), 0);
}

Test(persist, eadr_needs_a_fence_for_nt)
{
	open_model(PERSIST_EADR, 8);
	store_nt(0, X, 1);
	store_nt(0, X1, 1);
	store(0, X, 2);
	EXPECT_STATES("20 21", X, X1);
	sfence(0);
	EXPECT_STATES("21", X, X1);
}

/* ---- the image ---- */

Test(persist, the_image_is_durable)
{
	static unsigned char page[4096] = { [X] = 3, [Y] = 4 };
	struct dx_trace_rec rec = { .kind = DX_TRACE_IMAGE, .addr = BASE, .length = sizeof(page) };

	cr_assert_eq(apply(rec, page, NULL), 0);
	EXPECT_STATES("34", X, Y);
	store(0, X, 1);
	EXPECT_STATES("14 34", X, Y);
	cr_expect_eq(persist_durable(model, BASE + Y)[0], 4);
}

/* ---- what it says of itself ---- */

Test(persist, a_piece_says_where_it_is_from)
{
	const unsigned char data[16] = { 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0, 8 };
	struct dx_trace_rec rec = { .kind = DX_TRACE_STORE,
				    .vcpu = 3,
				    .detail = 2,
				    .flags = DX_TRACE_USER,
				    .addr = BASE + X7,
				    .length = 16,
				    .count = 4,
				    .ip = 0xabc,
				    .stack = 9 };
	const struct persist_piece *piece;

	next_seq = 100;
	cr_assert_eq(apply(rec, data, NULL), 0);
	piece = persist_line(model, BASE + Y + 63)->first;
	cr_expect_eq(piece->ip, 0xabc);
	cr_expect_eq(piece->stack, 9);
	cr_expect_eq(piece->vcpu, 3);
	cr_expect_eq(piece->flags, DX_TRACE_USER);
	cr_expect_eq(piece->kind, PERSIST_ORDERED);
	cr_expect_eq(piece->bytes, 0xff);
	cr_expect_eq(piece->run, 100);
	cr_expect_eq(persist_piece_seq(piece, 0), 102);
	cr_expect_eq(persist_piece_seq(piece, 4), 103);
	cr_expect_eq(persist_piece_byte(piece, 4), 8);
	cr_expect_null(piece->next);
	cr_expect_null(persist_line(model, BASE + Z));
}

Test(persist, a_store_cut_by_a_line_keeps_its_number)
{
	const unsigned char data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	next_seq = 10;
	run(0, DX_TRACE_STRING, 4, X7 + 6, data, 8);
	/* Two bytes of the first store, then its other two, then the second store. */
	cr_expect_eq(persist_piece_seq(persist_line(model, BASE + X)->first, 63), 10);
	cr_expect_eq(persist_piece_seq(persist_line(model, BASE + Y)->first, 1), 10);
	cr_expect_eq(persist_piece_seq(persist_line(model, BASE + Y)->first, 2), 11);
}

Test(persist, pending_is_seen)
{
	const struct persist_line *line;

	store(0, X, 1);
	clwb(2, X);
	store(0, X, 2);
	store_nt(5, X, 3);
	line = persist_line(model, BASE);
	cr_expect_eq(line->first->pending, 1 << 2);
	cr_expect_eq(line->first->next->pending, 0);
	cr_expect_eq(line->first->next->next->pending, 1 << 5);
	cr_expect(line->write_back.happened);
	cr_expect_eq(line->write_back.vcpu, 2);
	cr_expect_eq(line->write_back.seq, 1);
	cr_expect_not(line->drain.happened);
	sfence(2);
	line = persist_line(model, BASE);
	cr_expect(line->drain.happened);
	cr_expect_eq(line->drain.seq, 4);
	cr_expect_eq(persist_last_fence(model, 2).seq, 4);
	cr_expect_not(persist_last_fence(model, 0).happened);
	cr_expect_not(persist_last_fence(model, 64).happened);
}

Test(persist, only_fences_that_drain_are_last_fences)
{
	fence(0, DX_TRACE_LOCK);
	cr_expect_not(persist_last_fence(model, 0).happened);
	cr_expect_not(persist_effect(model)->drains);
	sfence(0);
	cr_expect(persist_last_fence(model, 0).happened);
	cr_expect(persist_effect(model)->drains);
}

static bool changed(uint64_t at)
{
	const struct persist_effect *effect = persist_effect(model);

	for (size_t i = 0; i < effect->n_changed; i++)
		if (effect->changed[i] == BASE + at)
			return true;
	return false;
}

Test(persist, changes_are_told)
{
	fill(0, 0, X7, 1, 2);
	cr_expect(changed(X) && changed(Y) && !changed(Z));
	flush(0, DX_TRACE_CLWB, X, 3);
	cr_expect_eq(persist_effect(model)->n_changed, 0, "nothing can be that could not before");
	sfence(0);
	cr_expect(changed(X) && changed(Y) && !changed(Z));
	sfence(0);
	cr_expect_eq(persist_effect(model)->n_changed, 0);
	store(0, Z, 1);
	flush(0, DX_TRACE_CLFLUSH, X, 3);
	cr_expect(!changed(X) && !changed(Y) && changed(Z));
}

Test(persist, redundant_write_backs_are_told)
{
	store(0, X, 1);
	store(0, Y, 1);
	store_nt(0, Z, 1);
	flush(0, DX_TRACE_CLWB, Y, 1);
	flush(0, DX_TRACE_CLWB, X, 3);
	cr_expect_eq(persist_effect(model)->needed, 1, "X");
	cr_expect_eq(persist_effect(model)->twice, 1, "Y");
	cr_expect_eq(persist_effect(model)->clean, 1, "Z: not in the cache");
	store(0, X1, 1);
	flush(0, DX_TRACE_CLWB, X, 1);
	cr_expect_eq(persist_effect(model)->needed, 1, "stored to again");
	flush(1, DX_TRACE_CLWB, X, 1);
	cr_expect_eq(persist_effect(model)->needed, 1, "what another CPU may drain later");
	sfence(0);
	flush(0, DX_TRACE_CLWB, X, 1);
	cr_expect_eq(persist_effect(model)->clean, 1);
}

Test(persist, redundant_fences_are_told)
{
	store(0, X, 1);
	sfence(0);
	cr_expect_eq(persist_effect(model)->drained, 0);
	flush(0, DX_TRACE_CLWB, X, 1);
	store_nt(0, Y, 1);
	sfence(1);
	cr_expect_eq(persist_effect(model)->drained, 0);
	sfence(0);
	cr_expect_eq(persist_effect(model)->drained, 2);
	sfence(0);
	cr_expect_eq(persist_effect(model)->drained, 0);
	store(0, X, 2);
	clwb(0, X);
	flush(0, DX_TRACE_CLFLUSH, X, 1);
	sfence(0);
	cr_expect_eq(persist_effect(model)->drained, 0, "CLFLUSH had done it");
}

/* ---- ranges and bookkeeping ---- */

Test(persist, what_is_outside_is_left_out)
{
	struct dx_trace_rec rec = {
		.kind = DX_TRACE_STORE, .detail = 3, .addr = BASE - 8, .length = 16, .count = 2
	};
	uint64_t data[2] = { 1, 2 };
	unsigned char *state;
	size_t n;

	cr_assert_eq(apply(rec, data, NULL), 0);
	EXPECT_STATES("0 2", X);
	rec.addr = BASE + SIZE - 8;
	cr_assert_eq(apply(rec, data, NULL), 0);
	EXPECT_STATES("0 1", SIZE - 8);
	cr_expect_eq(persist_in_flight(model, NULL), 2);
	flush(0, DX_TRACE_CLWB, SIZE - LINE, 2);
	cr_expect_eq(persist_effect(model)->needed, 1);
	cr_expect_eq(persist_effect(model)->clean, 0, "not of a range: not counted");
	cr_expect_null(persist_durable(model, BASE - 1));
	cr_expect_null(persist_durable(model, BASE + SIZE));
	cr_expect_eq(persist_line_states(model, &(uint64_t){ BASE + SIZE }, 1, 9, &state, &n),
		     -ENOENT);
}

Test(persist, several_ranges)
{
	struct persist_options o = { .ranges = 2, .range = { { 4096, 4096 }, { 64, 64 } } };
	struct dx_trace_rec rec = { .kind = DX_TRACE_STORE, .length = 1, .count = 1 };

	close_model();
	cr_assert_eq(persist_open(&model, &o, NULL), 0);
	for (rec.addr = 0; rec.addr < 12288; rec.addr += 64)
		cr_assert_eq(apply(rec, "x", NULL), 0);
	cr_expect_eq(persist_in_flight(model, NULL), 65);
}

Test(persist, all_lines_in_flight_are_walked_through)
{
	unsigned int n = 0;

	for (uint64_t at = 0; at < SIZE; at += LINE)
		store(0, at, 1);
	for (const struct persist_line *line = persist_next(model, NULL); line;
	     line = persist_next(model, line)) {
		cr_assert_eq(persist_line(model, line->addr), line);
		n++;
	}
	cr_expect_eq(n, SIZE / LINE);
	for (uint64_t at = 0; at < SIZE; at += 4096)
		flush(0, DX_TRACE_CLFLUSHOPT, at, 64);
	sfence(0);
	cr_expect_eq(persist_effect(model)->drained, SIZE / LINE);
	cr_expect_null(persist_next(model, NULL));
}

static size_t bytes_allocated(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* What is durable needs no memory, however long the trace and however few its fences. */
Test(persist, memory_is_for_what_is_in_flight)
{
	size_t before = 0, pieces;

	store(0, Z, 1);
	clwb(0, Z);
	for (unsigned int i = 0; i < 200000; i++) {
		if (i == 1000)
			before = bytes_allocated();
		store(0, X, 1);
		clwb(0, X);
		store(0, Y, 1);
		clwb(0, Y);
		flush(1, DX_TRACE_CLFLUSH, X, 2);
		cr_assert_eq(persist_in_flight(model, &pieces), 1, "Z");
		cr_assert_eq(pieces, 1);
	}
	cr_expect(bytes_allocated() < before + 65536);
}

/* ---- what is refused ---- */

#define REFUSED(name, at, ...)                                                                     \
	Test(persist, refuses_##name)                                                              \
	{                                                                                          \
		static const unsigned char page[8192];                                             \
		struct dx_trace_rec rec = { .addr = at, __VA_ARGS__ };                             \
		struct err e = { 0 };                                                              \
                                                                                                   \
		cr_expect_eq(apply(rec, page, &e), -EBADMSG);                                      \
		cr_expect(strstr(e.what, "event 0"), "%s", e.what);                                \
	}
#define REFUSED_STORE(name, ...)      REFUSED(name, BASE, .kind = DX_TRACE_STORE, __VA_ARGS__)
#define REFUSED_WRITE_BACK(name, ...) REFUSED(name, BASE, .kind = DX_TRACE_WRITE_BACK, __VA_ARGS__)

REFUSED_STORE(stores_of_another_length, .detail = 3, .length = 12, .count = 1)
REFUSED_STORE(no_store, .count = 0)
REFUSED_STORE(huge_stores, .detail = 64, .length = 1, .count = 1)
REFUSED_STORE(a_store_larger_than_a_line, .detail = 7, .length = 128, .count = 1)
REFUSED_STORE(long_runs, .length = 4097, .count = 4097)
REFUSED(stores_beyond_all, UINT64_MAX, .kind = DX_TRACE_STORE, .length = 1, .count = 1)
REFUSED_WRITE_BACK(unknown_write_backs, .detail = 3, .length = 64, .count = 1)
REFUSED_WRITE_BACK(write_backs_of_half_a_line, .length = 32, .count = 1)
REFUSED_WRITE_BACK(long_write_backs, .length = 65 * 64, .count = 65)
REFUSED(write_backs_off_a_line, BASE + 8, .kind = DX_TRACE_WRITE_BACK, .length = 64, .count = 1)
REFUSED(unknown_fences, 0, .kind = DX_TRACE_FENCE, .detail = DX_TRACE_FENCES)
REFUSED(cpus_beyond_the_last, 0, .kind = DX_TRACE_FENCE, .vcpu = DX_TRACE_VCPUS)
REFUSED(images_off_a_line, BASE + 8, .kind = DX_TRACE_IMAGE, .length = 64)
REFUSED(images_of_more_than_a_page, BASE, .kind = DX_TRACE_IMAGE, .length = 8192)

Test(persist, refuses_a_store_without_data)
{
	struct dx_trace_rec rec = { .kind = DX_TRACE_STORE, .addr = BASE, .length = 1, .count = 1 };

	cr_expect_eq(apply(rec, NULL, NULL), -EBADMSG);
}

Test(persist, other_records_do_nothing)
{
	for (unsigned int kind = 0; kind < 256; kind++) {
		struct dx_trace_rec rec = { .kind = (uint8_t)kind, .addr = BASE, .count = 1 };

		if (kind < DX_TRACE_STORE || kind == DX_TRACE_MARK || kind == DX_TRACE_LOAD ||
		    kind >= DX_TRACE_STACK)
			cr_expect_eq(apply(rec, NULL, NULL), 0, "kind %u", kind);
	}
	cr_expect_eq(persist_in_flight(model, NULL), 0);
}

Test(persist, refuses_options)
{
	static const struct persist_options wrong[] = {
		{ .ranges = 0 },
		{ .ranges = DX_TRACE_RANGES + 1 },
		{ .mode = PERSIST_EADR + 1, .ranges = 1, .range = { { 0, 64 } } },
		{ .atomic = 16, .ranges = 1, .range = { { 0, 64 } } },
		{ .ranges = 1, .range = { { 0, 0 } } },
		{ .ranges = 1, .range = { { 8, 64 } } },
		{ .ranges = 1, .range = { { 0, 72 } } },
		{ .ranges = 1, .range = { { UINT64_MAX - 63, 128 } } },
		{ .ranges = 2, .range = { { 0, 128 }, { 64, 64 } } },
	};
	struct persist *p;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect_eq(persist_open(&p, &wrong[i], NULL), -EINVAL, "number %zu", i);
}

Test(persist, refuses_a_medium_larger_than_the_address_space)
{
	struct persist_options o = { .ranges = 2, .range = { { 0, 64 }, { 64, 1ULL << 60 } } };
	struct persist *p;

	cr_expect_eq(persist_open(&p, &o, NULL), -ENOMEM);
}
