// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A crash in a recovery. The file system here has a journal of one block: recovery copies it
 * home, waits, and marks it empty. Caught are a recovery that does not wait in between, one that
 * never flushes, and a checker that is content with them or complains of one that is right.
 */
#include "tests/unit/trace-fixture.h"

#include "checker/states/recrash.h"

#define FULL   BASE	     /* 1: the journal is to be copied */
#define HOME   (BASE + 4096) /* where it goes */
#define OTHER  (BASE + 8192) /* of no meaning: in flight at the first crash */
#define VALUE  0x1122334455667788ULL
#define POINTS 10U

/* What recovery leaves out. */
enum { NO_FENCE = 1, NO_LAST_FENCE = 2 };

static struct kernel {
	unsigned int without;
	unsigned int recovered, recorded;
	int fails;
} kernel;

static unsigned char *medium;
static struct units units;
static struct unit unit;
static struct unit_part part;
static struct image *durable;
static struct visitor *visitor;
static struct visit_options how;
static struct recrash_options again;
static struct err e;

/* ---- the kernel ---- */

static uint64_t word_at(const struct state_medium *m, const struct state *s, uint64_t addr)
{
	uint64_t word;

	memcpy(&word, state_medium_at(m, addr), sizeof(word));
	for (size_t i = 0; i < s->n_lines; i++)
		if (s->lines[i].addr == addr)
			memcpy(&word, s->lines[i].data, sizeof(word));
	return word;
}

static int recover(void *data, const struct state_medium *m, const struct state *states, size_t n,
		   struct recovered *ret, struct err *err)
{
	cr_assert_eq(data, &kernel);
	for (size_t i = 0; i < n; i++) {
		bool is_whole = word_at(m, &states[i], FULL) ||
				word_at(m, &states[i], HOME) == VALUE;
		unsigned char *memory = malloc(4096);
		struct dump_out out;
		size_t len;

		cr_assert(memory);
		dump_out_begin(&out, memory, 4096);
		dump_out_step(&out, DUMP_MOUNT, is_whole ? 0 : EUCLEAN, "");
		dump_out_step(&out, DUMP_WALK, 0, "");
		dump_out_step(&out, DUMP_UMOUNT, 0, "");
		len = dump_out_end(&out);
		cr_assert_eq(dump_parse(&ret[i].dump, memory, len, err), 0);
		kernel.recovered++;
	}
	return 0;
}

static void put_word(uint64_t addr, uint64_t word)
{
	const struct dx_trace_rec rec = {
		.kind = DX_TRACE_STORE, .detail = 3, .length = 8, .addr = addr, .ip = KERNEL
	};

	trace_writer_event(f.w, &rec, &word);
	write_back(addr & ~(DX_TRACE_LINE - 1), DX_TRACE_CLWB);
}

static void put_fence(void)
{
	const struct dx_trace_rec rec = { .kind = DX_TRACE_FENCE,
					  .detail = DX_TRACE_SFENCE,
					  .ip = KERNEL };

	trace_writer_event(f.w, &rec, NULL);
}

static void put_image(const struct state_medium *m, const struct state *s, uint64_t addr)
{
	const struct dx_trace_rec rec = { .kind = DX_TRACE_IMAGE,
					  .length = STATE_PAGE,
					  .addr = addr };
	unsigned char page[STATE_PAGE];

	memcpy(page, state_medium_at(m, addr), sizeof(page));
	for (size_t i = 0; i < s->n_lines; i++)
		if (s->lines[i].addr - addr < STATE_PAGE)
			memcpy(page + (s->lines[i].addr - addr), s->lines[i].data, DX_TRACE_LINE);
	trace_writer_extra(f.w, &rec, page);
}

static int record(void *data, const struct state_medium *m, const struct state *s, const char **ret,
		  struct err *err)
{
	cr_assert_eq(data, &kernel);
	kernel.recorded++;
	if (kernel.fails)
		return err_set(err, kernel.fails, "guest", "is gone");
	f.header.vcpus = 1;
	begin_trace();
	put_image(m, s, FULL);
	put_image(m, s, HOME);
	put_image(m, s, OTHER);
	put_word(HOME, VALUE);
	if (!(kernel.without & NO_FENCE))
		put_fence();
	put_word(FULL, 0);
	if (!(kernel.without & NO_LAST_FENCE))
		put_fence();
	end_trace();
	*ret = f.path;
	return 0;
}

/* ---- a run ---- */

static void start(void)
{
	const struct dx_trace_range range = { BASE, SIZE };
	const unsigned char *content;
	const uint64_t one = 1;

	set_up();
	medium = calloc(1, SIZE);
	cr_assert(medium);
	memcpy(medium, &one, sizeof(one));
	content = medium;
	durable = image_open(&range, &content, 1);
	cr_assert(durable);
	image_touch(durable, FULL);
	image_refresh(durable, FULL);
	part = (struct unit_part){ .addr = OTHER, .bytes = ~0ULL, .data = "other" };
	unit = (struct unit){ OTHER, STATE_PAGE, 7, 0, 1 };
	units = (struct units){ &unit, &part, 1, 1, 1, 1 };
	kernel = (struct kernel){ 0 };
	again = (struct recrash_options){ .recoveries = POINTS,
					  .total = 100,
					  .atomic = STATE_PAGE,
					  .drains = { PERSIST_STRICT, NULL } };
	how = (struct visit_options){
		.budget = 16,
		.seed = 1,
		.rules = ORACLE_ALL_RULES,
		.recovery = { .recover = recover, .record = record, .data = &kernel },
		.recrash = &again,
	};
}

static void end(void)
{
	visitor_close(visitor);
	visitor = NULL;
	image_close(durable);
	free(medium);
	tear_down();
}

TestSuite(recrash, .init = start, .fini = end);

static int visit(unsigned int points)
{
	int r = 0;

	visitor = visitor_open(&how, durable);
	cr_assert(visitor);
	visitor_expect(visitor, points, 0);
	for (unsigned int i = 0; !r && i < points; i++)
		r = visitor_visit(visitor, &units, &(struct explore_point){ .seq = 100 + i }, &e);
	return r;
}

static const struct explore_violation *only_violation(void)
{
	const struct explore_violation *list;

	cr_assert_eq(visitor_violations(visitor, &list), 1);
	return list;
}

static size_t n_violations(void)
{
	const struct explore_violation *list;

	return visitor_violations(visitor, &list);
}

Test(recrash, one_that_is_right)
{
	const struct explore_counts *n;

	cr_assert_eq(visit(1), 0);
	cr_expect_eq(n_violations(), 0);
	n = visitor_counts(visitor);
	cr_expect_eq(n->run, 2); /* with OTHER and without it */
	cr_expect_eq(n->unique, 2);
	cr_expect_eq(n->recrash.recoveries, 1);
	cr_expect_eq(n->recrash.points, 2);
	/* HOME copied or not; then FULL cleared or not. That FULL is as it was with HOME copied is
	 * one state, and that nothing is copied is the state that was recovered. */
	cr_expect_eq(n->recrash.run, 4);
	cr_expect_eq(n->recrash.unique, 2);
	cr_expect_eq(kernel.recovered, 4);
}

Test(recrash, one_that_does_not_wait_for_its_copies)
{
	const struct explore_violation *v;

	kernel.without = NO_FENCE;
	cr_assert_eq(visit(1), 0);
	v = only_violation();
	cr_expect_eq(v->rule, ORACLE_RECOVERS);
	cr_expect_eq(v->point.seq, 100);
	cr_expect_neq(v->point.recovering, 0);
	cr_expect_neq(v->point.recovering, v->state);
	cr_expect_eq(v->point.again, 4); /* behind two stores and two write-backs */
	cr_expect_eq(v->units, 2);
	cr_expect_eq(v->kept, 1);
}

Test(recrash, one_that_never_flushes_crashes_at_its_end)
{
	kernel.without = NO_FENCE | NO_LAST_FENCE;
	cr_assert_eq(visit(1), 0);
	cr_expect_eq(only_violation()->point.again, 4);
	cr_expect_eq(visitor_counts(visitor)->recrash.points, 1);
}

/* What is in flight at the end is no matter where what it hides is there already. */
Test(recrash, one_that_leaves_only_its_mark_in_flight)
{
	kernel.without = NO_LAST_FENCE;
	cr_assert_eq(visit(1), 0);
	cr_expect_eq(n_violations(), 0);
	cr_expect_eq(visitor_counts(visitor)->recrash.points, 2);
}

Test(recrash, so_many_as_are_wanted)
{
	again.recoveries = 3;
	cr_assert_eq(visit(POINTS), 0);
	cr_expect_eq(kernel.recorded, 3);
	cr_expect_eq(visitor_counts(visitor)->recrash.recoveries, 3);
}

Test(recrash, nobody_who_records)
{
	how.recovery.record = NULL;
	kernel.without = NO_FENCE;
	cr_assert_eq(visit(1), 0);
	cr_expect_eq(n_violations(), 0);
	cr_expect_eq(visitor_counts(visitor)->recrash.recoveries, 0);
}

Test(recrash, not_asked_for)
{
	how.recrash = NULL;
	cr_assert_eq(visit(1), 0);
	cr_expect_eq(kernel.recorded, 0);
}

Test(recrash, who_records_fails)
{
	kernel.fails = -EIO;
	cr_expect_eq(visit(1), -EIO);
	cr_expect_eq(visitor_counts(visitor)->run, 2, "what was judged before is kept");
}
