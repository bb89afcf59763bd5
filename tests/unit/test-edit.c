// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a trace can be edited, by hand-made ones, and what an edit does to it: exactly that one
 * place changes.
 */
#include "tests/unit/recorded-fixture.h"

#include "checker/states/edit.h"

#define BLOCK_AT(i) (BASE + 4096ULL * (i))
#define PART	    64U
#define FILE_BLOCK  ((unsigned int)((AT(0) - BASE) / 4096))

static const struct drain_rules rules = { PERSIST_STRICT, NULL };
static struct trace *trace;
static struct oplog *oplog;
static struct edit_places *places;
static struct edit all[256];
static size_t n_all;

/* A trace as it was read: what of each record an edit could change. */
struct view {
	struct dx_trace_rec rec[MAX_RECORDS];
	unsigned char first[MAX_RECORDS], last[MAX_RECORDS]; /* byte of the payload */
	size_t n;
};

static struct view plain, edited;

static void phase(uint64_t which)
{
	simple(DX_OP_PHASE, 0, which, 0, 0, 0);
}

static void start_edit(void)
{
	start_files();
	files.ended = true;
	phase(1);
}

static void end_edit(void)
{
	edit_places_free(places);
	trace_close(trace);
	oplog_close(oplog);
	places = NULL;
	trace = NULL;
	oplog = NULL;
	end_files();
}

TestSuite(edit, .init = start_edit, .fini = end_edit);

/* ---- the script ---- */

/* The kernel writes a part of a block, full of @byte. */
static void write_part(unsigned int block, uint32_t offset, uint32_t len, int byte)
{
	unsigned char bytes[256];

	memset(bytes, byte, sizeof(bytes));
	store_nt(BLOCK_AT(block) + offset, bytes, len);
}

static void write_block(unsigned int block, int byte)
{
	write_part(block, 0, PART, byte);
}

/* As libnvdimm does. */
static void flush(void)
{
	fence(DX_TRACE_SFENCE);
	fence(DX_TRACE_SFENCE);
}

static void fsync_returns(void)
{
	simple(DX_OP_FSYNC, FILE_HANDLE, 0, 0, 0, 0);
}

/* ---- read ---- */

static void find_places(void)
{
	struct err e = { 0 };

	if (trace)
		return;
	put_files();
	cr_assert_eq(trace_open(&trace, files.trace, &e), 0, "%s", e.what);
	cr_assert_eq(oplog_open(&oplog, files.log, &e), 0, "%s", e.what);
	cr_assert_eq(edit_find(&places, trace, oplog, &rules, &e), 0, "%s", e.what);
	n_all = edit_choose(places, 1, 256, all);
}

static size_t count(enum edit_kind kind)
{
	find_places();
	return edit_places(places, kind);
}

/* In the order of the trace. */
static const struct edit *edit_number(enum edit_kind kind, unsigned int which)
{
	const struct edit *found = NULL;

	find_places();
	for (uint64_t after = 0; which-- + 1; after = found->seq + 1) {
		found = NULL;
		for (size_t i = 0; i < n_all; i++)
			if (all[i].kind == kind && all[i].seq >= after &&
			    (!found || all[i].seq < found->seq))
				found = &all[i];
		cr_assert(found, "no such edit");
	}
	return found;
}

static void read_all(const struct edit *edit, struct view *v)
{
	struct edit_stream *s;
	struct trace_record r;
	struct err e = { 0 };
	int n;

	v->n = 0;
	cr_assert_eq(edit_stream_open(&s, trace, edit, &rules, &e), 0, "%s", e.what);
	while ((n = edit_stream_next(s, &r, &e)) > 0) {
		v->rec[v->n] = *r.rec;
		v->first[v->n] = r.data ? r.data[0] : 0;
		v->last[v->n++] = r.data ? r.data[r.rec->length - 1] : 0;
	}
	cr_assert_eq(n, 0, "%s", e.what);
	edit_stream_close(s);
}

static bool is_same(size_t i, size_t k)
{
	return !memcmp(&plain.rec[i], &edited.rec[k], sizeof(*plain.rec)) &&
	       plain.first[i] == edited.first[k] && plain.last[i] == edited.last[k];
}

static void read_both(const struct edit *edit)
{
	read_all(NULL, &plain);
	read_all(edit, &edited);
}

/* These @n from @first on are not there, and nothing else is another. */
static void expect_left_out(const struct edit *edit, size_t n)
{
	size_t first = edit->span.first, k = 0;

	read_both(edit);
	cr_assert_eq(edited.n, plain.n - n, "%zu of %zu", edited.n, plain.n);
	for (size_t i = 0; i < plain.n; i++)
		if (i < first || i >= first + n)
			cr_expect(is_same(i, k++), "record %zu", i);
}

static bool is_store(const struct view *v, size_t i, unsigned int block, int byte)
{
	return v->rec[i].kind == DX_TRACE_STORE &&
	       v->rec[i].addr / 4096 == BLOCK_AT(block) / 4096 && v->first[i] == byte &&
	       v->last[i] == byte;
}

/* ---- flushes ---- */

Test(edit, nothing_can_be_edited_where_nothing_is_written)
{
	flush();
	fsync_returns();
	for (unsigned int kind = 0; kind < EDIT_KINDS; kind++)
		cr_expect_eq(count((enum edit_kind)kind), 0, "%s", edit_kind_names[kind]);
	cr_expect_eq(n_all, 0);
}

Test(edit, both_fences_of_a_flush_are_left_out)
{
	write_block(1, 1);
	write_block(2, 2);
	flush();
	fsync_returns();
	flush(); /* for nothing */
	cr_assert_eq(count(EDIT_FLUSH), 1);
	cr_expect_eq(count(EDIT_FUA), 0);
	expect_left_out(edit_number(EDIT_FLUSH, 0), 2);
	cr_expect_eq(edit_number(EDIT_FLUSH, 0)->reason, EDIT_UNEXPLAINED);
}

Test(edit, a_flush_ends_at_a_store_a_write_back_or_a_mark)
{
	write_block(1, 1);
	flush();
	write_block(1, 2);
	write_block(2, 2);
	fence(DX_TRACE_SFENCE);
	write_back(BASE, 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	write_block(3, 1);
	write_block(4, 1);
	fence(DX_TRACE_SFENCE);
	fsync_returns();
	fence(DX_TRACE_SFENCE);
	cr_assert_eq(count(EDIT_FLUSH), 4);
	for (unsigned int i = 0; i < 4; i++)
		expect_left_out(edit_number(EDIT_FLUSH, i), i ? 1 : 2);
}

Test(edit, a_fence_that_drains_nothing_is_none)
{
	write_block(1, 1);
	fence(DX_TRACE_LOCK);
	write_part(1, PART, PART, 1);
	fence(DX_TRACE_SFENCE);
	fence(DX_TRACE_LOCK);
	fence(DX_TRACE_SFENCE);
	fsync_returns();
	cr_assert_eq(count(EDIT_FLUSH), 1);
	read_both(edit_number(EDIT_FLUSH, 0));
	cr_expect_eq(edited.n, plain.n - 2);
	cr_expect_eq(count(EDIT_DROP), 1, "what it splits is one write");
}

Test(edit, a_program_s_fence_is_no_flush_of_the_kernel)
{
	write_block(1, 1);
	fence(DX_TRACE_SFENCE);
	run.rec[run.n - 1].flags = DX_TRACE_USER;
	fsync_returns();
	for (unsigned int kind = 0; kind < EDIT_KINDS; kind++)
		cr_expect_eq(count((enum edit_kind)kind), 0, "%s", edit_kind_names[kind]);
}

Test(edit, one_block_between_two_flushes_is_a_commit)
{
	write_block(1, 1);
	write_block(2, 2);
	flush();
	write_block(3, 3);
	flush();
	fsync_returns();
	write_block(4, 4); /* not directly behind a flush: a mark is between */
	flush();
	write_block(5, 5);
	write_block(6, 6);
	flush();
	cr_expect_eq(count(EDIT_FLUSH), 3);
	cr_assert_eq(count(EDIT_FUA), 1);
	expect_left_out(edit_number(EDIT_FUA, 0), 2);
	cr_expect_eq(edit_number(EDIT_FUA, 0)->until, edit_number(EDIT_FLUSH, 1)->seq);
}

/* ---- blocks ---- */

Test(edit, the_stores_to_a_block_are_left_out)
{
	write_block(1, 1);
	write_part(2, 128, 64, 7);
	write_part(2, 0, 64, 7); /* not adjoining: a record of its own, of the same write */
	write_block(3, 3);
	flush();
	fsync_returns();
	cr_assert_eq(count(EDIT_DROP), 3);
	expect_left_out(edit_number(EDIT_DROP, 1), 2);
	cr_expect_eq(edit_number(EDIT_DROP, 1)->from, edit_number(EDIT_FLUSH, 0)->seq + 1);
}

Test(edit, what_a_program_stores_is_not_the_kernel_s)
{
	write_block(1, 1);
	run.rec[run.n - 1].flags |= DX_TRACE_USER;
	store(BLOCK_AT(2), "12345678", 8); /* through the caches */
	flush();
	fsync_returns();
	cr_expect_eq(count(EDIT_DROP), 0);
	cr_expect_eq(count(EDIT_FLUSH), 1);
}

Test(edit, a_block_that_no_flush_follows_may_be_lost_anyway)
{
	flush();
	write_block(1, 1);
	fsync_returns();
	cr_expect_eq(count(EDIT_DROP), 0);
}

Test(edit, a_block_is_moved_behind_the_flush)
{
	const struct edit *edit;

	write_block(1, 1);
	write_part(2, 128, 64, 7);
	write_part(2, 0, 64, 8);
	write_block(3, 3);
	flush();
	write_block(4, 4);
	flush();
	fsync_returns();
	edit = edit_number(EDIT_MOVE, 1);
	read_both(edit);
	cr_assert_eq(edited.n, plain.n);
	for (size_t i = 0, k = 0; i < plain.n; i++) {
		if (i == edit->span.first)
			i += 2; /* they are not here, ... */
		cr_expect(is_same(i, k++), "record %zu", i);
		if (i != edit->after)
			continue;
		cr_expect(is_store(&edited, k, 2, 7)); /* but here */
		cr_expect(is_same(edit->span.first, k++));
		cr_expect(is_same(edit->span.first + 1, k++));
	}
	cr_expect_eq(plain.rec[edit->after].kind, DX_TRACE_FENCE);
	cr_expect(is_store(&plain, edit->after + 1, 4, 4));
}

/* It would overwrite what is newer. */
Test(edit, a_block_that_is_written_anew_is_not_moved)
{
	write_block(1, 1);
	write_block(2, 2);
	write_part(1, 0, 2 * PART, 3);
	flush();
	fsync_returns();
	cr_expect_eq(count(EDIT_MOVE), 2);
	cr_assert_eq(count(EDIT_DROP), 3);
	cr_expect_eq(edit_number(EDIT_DROP, 0)->reason, EDIT_REWRITTEN);
	cr_expect_eq(edit_number(EDIT_DROP, 2)->reason, EDIT_UNEXPLAINED);
}

Test(edit, two_blocks_get_each_others_bytes)
{
	const struct edit *edit;
	size_t changed = 0;

	write_block(1, 1);
	write_block(2, 2);
	flush();
	write_block(3, 3); /* of another epoch */
	flush();
	fsync_returns();
	cr_assert_eq(count(EDIT_SWAP), 1);
	edit = edit_number(EDIT_SWAP, 0);
	read_both(edit);
	cr_assert_eq(edited.n, plain.n);
	for (size_t i = 0; i < plain.n; i++)
		changed += !is_same(i, i);
	cr_expect_eq(changed, 2);
	cr_expect(is_store(&plain, edit->span.first, 1, 1));
	cr_expect(is_store(&edited, edit->span.first, 1, 2));
	cr_expect(is_store(&edited, edit->other.first, 2, 1));
	cr_expect_eq(edit->from, plain.rec[edit->span.first].seq);
	cr_expect_eq(edit->until, EDIT_NEVER);
}

Test(edit, only_what_has_one_shape_is_swapped)
{
	write_block(1, 1);
	write_part(2, PART, PART, 2);
	write_part(3, 0, 2 * PART, 3);
	flush();
	fsync_returns();
	cr_expect_eq(count(EDIT_SWAP), 0);
}

/* A whole block in stores of one byte: as much as is ever kept. */
Test(edit, a_write_is_one_block_at_most)
{
	for (int i = 0; i < 17; i++)
		write_part(1, (uint32_t)(i % 16) * 256, 256, i + 1);
	write_block(2, 1);
	flush();
	fsync_returns();
	cr_assert_eq(count(EDIT_DROP), 3);
	cr_expect_eq(edit_number(EDIT_DROP, 0)->span.bytes, EDIT_BLOCK_BYTES);
	cr_expect_eq(count(EDIT_MOVE), 2);
	read_both(edit_number(EDIT_MOVE, 0));
	cr_expect_eq(edited.n, plain.n);
}

/* ---- reasons ---- */

Test(edit, the_same_bytes_are_known)
{
	write_block(1, 1);
	write_block(2, 1);
	flush();
	write_block(1, 1);
	write_block(3, 9);
	flush();
	fsync_returns();
	cr_expect_eq(edit_number(EDIT_DROP, 0)->reason, EDIT_UNEXPLAINED);
	cr_expect_eq(edit_number(EDIT_DROP, 2)->reason, EDIT_EQUAL);
	cr_expect_eq(edit_number(EDIT_SWAP, 0)->reason, EDIT_EQUAL);
	cr_expect_eq(edit_number(EDIT_SWAP, 1)->reason, EDIT_UNEXPLAINED);
}

/* What waits in a cache is not on the medium, though it is the same. */
Test(edit, what_was_stored_through_a_cache_counts_for_nothing)
{
	unsigned char bytes[PART];

	memset(bytes, 5, sizeof(bytes));
	store(BLOCK_AT(1), bytes, sizeof(bytes));
	write_block(1, 5);
	flush();
	fsync_returns();
	cr_expect_eq(edit_number(EDIT_DROP, 0)->reason, EDIT_UNEXPLAINED);
}

Test(edit, a_flush_right_before_another_makes_no_difference)
{
	write_block(1, 1);
	write_block(2, 1);
	fence(DX_TRACE_SFENCE);
	simple(DX_OP_SYNC, 0, 0, 0, 0, -EIO);
	fence(DX_TRACE_SFENCE);
	fsync_returns();
	cr_expect_eq(edit_number(EDIT_FLUSH, 0)->reason, EDIT_QUIET);
}

Test(edit, one_before_the_next_call_returns_makes_up_for_it)
{
	write_block(1, 1);
	write_block(2, 1);
	flush();
	write_block(3, 1);
	flush();
	fsync_returns();
	cr_expect_eq(edit_number(EDIT_FLUSH, 0)->reason, EDIT_IN_TIME);
	cr_expect_eq(edit_number(EDIT_MOVE, 0)->reason, EDIT_IN_TIME);
	cr_expect_eq(edit_number(EDIT_MOVE, 2)->reason, EDIT_UNEXPLAINED);
	cr_expect_eq(edit_number(EDIT_FUA, 0)->reason, EDIT_UNEXPLAINED);
}

Test(edit, that_nothing_is_promised_is_known)
{
	fsync_returns();
	write_block(1, 1);
	flush();
	cr_expect_eq(edit_number(EDIT_FLUSH, 0)->reason, EDIT_QUIET);
	cr_expect_eq(edit_number(EDIT_DROP, 0)->reason, EDIT_NO_PROMISE);
}

/* ---- where, and which ---- */

Test(edit, only_what_runs_is_edited)
{
	phase(0);
	write_block(1, 1);
	flush();
	phase(1);
	write_block(2, 1);
	flush();
	fsync_returns();
	phase(2);
	write_block(3, 1);
	flush();
	cr_expect_eq(count(EDIT_FLUSH), 1);
	cr_expect_eq(count(EDIT_DROP), 1);
}

Test(edit, it_is_known_in_which_operation)
{
	begin(DX_OP_FSYNC, FILE_HANDLE, 0, 0, 0, 0);
	write_block(1, 1);
	flush();
	end(0);
	write_block(2, 1);
	flush();
	cr_expect_eq(edit_number(EDIT_DROP, 0)->during->rec->op, DX_OP_FSYNC);
	cr_expect_null(edit_number(EDIT_DROP, 1)->during);
}

/* What a call has not told of is nobody's: so is the file system's own. */
Test(edit, it_is_known_whose_bytes_they_are)
{
	map_store(0);
	write_block(FILE_BLOCK, 1);
	write_block(1, 2);
	flush();
	sync_begin(DX_OP_FSYNC);
	sync_end();
	write_block(FILE_BLOCK, 3);
	write_block(2, 4);
	flush();
	cr_assert_not_null(edit_number(EDIT_DROP, 0)->of[0]);
	cr_expect_str_eq(edit_number(EDIT_DROP, 0)->of[0]->first_name, "file");
	cr_expect_eq(edit_number(EDIT_DROP, 0)->of[1], edit_number(EDIT_DROP, 0)->of[0]);
	cr_expect_null(edit_number(EDIT_DROP, 1)->of[0]);
	cr_expect_null(edit_number(EDIT_SWAP, 0)->of[0], "one block is the file system's");
	cr_expect_null(edit_number(EDIT_DROP, 2)->of[0], "no call returned after it");
}

/* Its blocks may be another's by now. */
Test(edit, those_of_a_file_without_a_name_are_nobody_s)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	sync_end();
	names(DX_OP_UNLINK, "file", NULL, 0);
	write_block(FILE_BLOCK, 1);
	flush();
	simple(DX_OP_SYNC, 0, 0, 0, 0, 0);
	cr_expect_null(edit_number(EDIT_DROP, 0)->of[0]);
}

Test(edit, a_block_of_a_file_harms_that_file_alone)
{
	const struct tree_file a = { .first_name = "a" }, again = { .first_name = "a" },
			       b = { .first_name = "b" }, c = { .first_name = "c" };
	const struct edit of_one = { .of = { &a, &a } }, of_two = { .of = { &a, &b } },
			  of_none = { .kind = EDIT_FLUSH };

	cr_expect(edit_may_harm(&of_one, &again));
	cr_expect_not(edit_may_harm(&of_one, &b));
	cr_expect_not(edit_may_harm(&of_one, NULL), "the file system");
	cr_expect(edit_may_harm(&of_two, &a));
	cr_expect(edit_may_harm(&of_two, &b));
	cr_expect_not(edit_may_harm(&of_two, &c));
	cr_expect(edit_may_harm(&of_none, &c));
	cr_expect(edit_may_harm(&of_none, NULL));
}

static void many_epochs(void)
{
	for (int i = 0; i < 10; i++) {
		write_block(1, i + 1);
		write_block(2, i + 100);
		flush();
		write_block(3, i);
		flush();
		fsync_returns();
	}
}

Test(edit, each_kind_has_its_share)
{
	size_t of[EDIT_KINDS] = { 0 };
	struct edit some[10];

	many_epochs();
	find_places();
	cr_assert_eq(edit_choose(places, 7, 10, some), 10);
	for (size_t i = 0; i < 10; i++)
		of[some[i].kind]++;
	for (unsigned int kind = 0; kind < EDIT_KINDS; kind++)
		cr_expect_eq(of[kind], 2, "%s", edit_kind_names[kind]);
}

Test(edit, none_is_chosen_twice)
{
	many_epochs();
	find_places();
	cr_expect_eq(n_all, 10 + 10 + 30 + 30 + 10);
	for (size_t i = 0; i < n_all; i++)
		for (size_t k = 0; k < i; k++)
			cr_expect(all[i].kind != all[k].kind || all[i].seq != all[k].seq);
}

Test(edit, the_seed_decides)
{
	struct edit one[10], two[10];
	size_t alike = 0;

	many_epochs();
	find_places();
	cr_assert_eq(edit_choose(places, 3, 10, one), 10);
	cr_assert_eq(edit_choose(places, 3, 10, two), 10);
	cr_expect_eq(memcmp(one, two, sizeof(one)), 0);
	cr_assert_eq(edit_choose(places, 4, 10, two), 10);
	for (size_t i = 0; i < 10; i++)
		alike += one[i].seq == two[i].seq;
	cr_expect_lt(alike, 10);
}

Test(edit, closing_nothing_is_fine)
{
	edit_places_free(NULL);
	edit_stream_close(NULL);
}
