// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recorded runs of a small file system whose kernel is below: a file is there once its
 * commit word is, which says in which of two places its data lie. Right code shows nothing;
 * each write-back or fence that is missing shows the file and the call that promised it, and
 * nothing else. The kernel holds each state that it is given against what it makes of the
 * script by itself.
 */
#include "tests/unit/recorded-fixture.h"

#include "checker/states/explore.h"

#include <inttypes.h>
#include <sys/stat.h>

/* Pages: the commit words, then two places for the data of each file. */
#define FILES	   3U
#define PAGES	   (1 + 2 * FILES)
#define COMMIT(k)  (BASE + 64 * (k))
#define DATA(k, i) (BASE + DX_PAGE * (1 + 2 * (k) + (i)))
#define HANDLE(k)  (10 + (k))
#define BYTES	   256U

static const char *const file_names[FILES] = { "a", "b", "c" };

/* ---- the kernel that recovers ---- */

static struct kernel {
	size_t states, batches; /* that it was given */
	size_t fail_at;		/* from that state on (from 1) it fails with @error; 0: never */
	int error;
	int strangers;		  /* names that it finds besides */
	bool edited;		  /* the trace is not the script: states are not held against it */
	bool bad_links;		  /* of each file it says that it has two names */
	size_t at[MAX_RECORDS];	  /* records of the script before each crash point */
	size_t n_points, point;	  /* in all; the one that is at */
	uint64_t hash[512];	  /* of the states that there were, */
	unsigned char *seen[512]; /* and their bytes */
} kernel;

static struct explore *explore;
static struct explore_options options;
static struct trace *trace;
static struct oplog *oplog;

/* What of the script was stored before record @n: all of it, or what was durable for sure. */
static void medium_at(size_t n, bool durable_only, unsigned char *bytes)
{
	memset(bytes, 0, PAGES * DX_PAGE);
	for (size_t i = 0; i < n; i++) {
		const struct dx_trace_rec *s = &run.rec[i];
		bool back = s->flags & DX_TRACE_NT, durable = false;

		if (s->kind != DX_TRACE_STORE)
			continue;
		for (size_t k = i + 1; k < n; k++) {
			const struct dx_trace_rec *r = &run.rec[k];

			back |= r->kind == DX_TRACE_WRITE_BACK && r->addr <= s->addr &&
				s->addr + s->length <= r->addr + r->length;
			durable |= back && r->kind == DX_TRACE_FENCE;
		}
		if (durable || !durable_only)
			memcpy(bytes + (s->addr - BASE), run.data[i], s->length);
	}
}

/* Equal bytes have one hash, others another. */
static void check_hash(const struct state *s, const unsigned char *bytes)
{
	size_t i;

	for (i = 0; i < 512 && kernel.seen[i]; i++)
		cr_assert(kernel.hash[i] != s->hash &&
				  memcmp(kernel.seen[i], bytes, PAGES * DX_PAGE) != 0,
			  "a state that was there before");
	cr_assert_lt(i, 512);
	kernel.hash[i] = s->hash;
	kernel.seen[i] = malloc(PAGES * DX_PAGE);
	memcpy(kernel.seen[i], bytes, PAGES * DX_PAGE);
}

/* Each block of the state is as it was before, or as it was to be. */
static void check_state(const struct state_medium *m, const struct state *s,
			unsigned char bytes[PAGES * DX_PAGE])
{
	unsigned char before[PAGES * DX_PAGE], after[PAGES * DX_PAGE];
	size_t n = kernel.edited ? 0 : kernel.at[kernel.point - 1];

	medium_at(n, true, before);
	medium_at(n, false, after);
	cr_assert_eq(m->ranges, 1);
	cr_assert(kernel.edited || !memcmp(m->content[0], before, sizeof(before)),
		  "what is durable");
	memcpy(bytes, m->content[0], PAGES * DX_PAGE);
	for (size_t i = 0; i < s->n_lines; i++) {
		cr_assert(!i || s->lines[i - 1].addr < s->lines[i].addr);
		memcpy(bytes + (s->lines[i].addr - BASE), s->lines[i].data, DX_TRACE_LINE);
	}
	for (size_t p = 0; !kernel.edited && p < PAGES * DX_PAGE; p += DX_PAGE) {
		bool is_old = !memcmp(bytes + p, before + p, DX_PAGE);

		cr_assert(is_old || !memcmp(bytes + p, after + p, DX_PAGE), "page at %zu", p);
		cr_assert(is_old || m->touched[0][0] >> p / DX_PAGE & 1);
	}
	check_hash(s, bytes);
}

static void dump_file(struct dump_out *out, unsigned int k, const unsigned char *bytes)
{
	uint64_t commit, value[5] = { S_IFREG | 0644, 1, BYTES, 100 + k, 0 };
	unsigned char page[DX_PAGE] = { 0 };

	memcpy(&commit, bytes + (COMMIT(k) - BASE), sizeof(commit));
	if (!commit)
		return;
	value[1] += kernel.bad_links;
	dump_out_add(out, DUMP_ENTRY, value, file_names[k], 1);
	memcpy(page, bytes + (DATA(k, commit - 1) - BASE), BYTES);
	dump_out_add(out, DUMP_PAGE, (uint64_t[5]){ 0 }, page, sizeof(page));
}

static struct dump *mount_and_walk(const unsigned char *bytes)
{
	const uint64_t directory[5] = { S_IFDIR | 0755, 2, 0, 1, 0 },
		       file[5] = { S_IFREG | 0644, 1, 0, 200, 0 };
	size_t room = 1 << 20;
	unsigned char *memory = malloc(room);
	struct dump *dump = NULL;
	struct dump_out out;
	struct err e = { 0 };
	char name[16];

	cr_assert(memory);
	dump_out_begin(&out, memory, room);
	dump_out_step(&out, DUMP_MOUNT, 0, "");
	dump_out_add(&out, DUMP_ENTRY, directory, ".", 1);
	for (unsigned int k = 0; k < FILES; k++)
		dump_file(&out, k, bytes);
	for (int i = 0; i < kernel.strangers; i++) {
		uint64_t value[5];

		memcpy(value, file, sizeof(value));
		value[3] += (uint64_t)i;
		snprintf(name, sizeof(name), "x%d", i);
		dump_out_add(&out, DUMP_ENTRY, value, name, strlen(name));
	}
	dump_out_step(&out, DUMP_WALK, 0, "");
	dump_out_step(&out, DUMP_UMOUNT, 0, "");
	cr_assert_eq(dump_parse(&dump, memory, dump_out_end(&out), &e), 0, "%s", e.what);
	return dump;
}

static int recover(void *data, const struct state_medium *m, const struct state *states, size_t n,
		   struct recovered *ret, struct err *e)
{
	unsigned char bytes[PAGES * DX_PAGE];

	cr_assert_eq(data, &kernel);
	kernel.batches++;
	for (size_t i = 0; i < n; i++) {
		if (++kernel.states == kernel.fail_at)
			return err_set(e, kernel.error, "guest", "is gone");
		check_state(m, &states[i], bytes);
		ret[i].dump = mount_and_walk(bytes);
	}
	return 0;
}

static void at_point(void *data, uint64_t point, uint64_t points)
{
	cr_assert_eq(data, &options);
	cr_assert(kernel.edited || points == kernel.n_points);
	cr_assert_eq(point, kernel.point + 1);
	kernel.point = point;
}

/* ---- the run ---- */

static void phase(uint64_t which)
{
	simple(DX_OP_PHASE, 0, which, 0, 0, 0);
}

/* Nothing runs yet. */
static void start_before_run(void)
{
	start_files();
	files.ended = true;
	memset(&kernel, 0, sizeof(kernel));
	options = (struct explore_options){
		.mode = PERSIST_STRICT,
		.atomic = 4096,
		.budget = 64,
		.seed = 1,
		.rules = ORACLE_ALL_RULES,
		.recovery = { .recover = recover, .data = &kernel },
		.on_point = at_point,
		.data = &options,
	};
}

static void start_explore(void)
{
	start_before_run();
	phase(1);
}

static void forget_exploration(void)
{
	explore_close(explore);
	explore = NULL;
	trace_close(trace);
	trace = NULL;
	oplog_close(oplog);
	oplog = NULL;
	for (size_t i = 0; i < 512; i++)
		free(kernel.seen[i]);
	memset(kernel.seen, 0, sizeof(kernel.seen));
}

static void end_explore(void)
{
	forget_exploration();
	end_files();
}

TestSuite(explore, .init = start_explore, .fini = end_explore);

/* ---- what the file system does ---- */

static void create(unsigned int k)
{
	open_file(HANDLE(k), file_names[k], O_RDWR | O_CREAT);
}

/* The data of a write go to place @place: nothing more before it is synced. */
static void write_data(unsigned int k, unsigned int place)
{
	uint64_t generation = next_generation(), words[BYTES / 8];

	for (uint64_t at = 0; at < BYTES; at += 8)
		words[at / 8] = dx_pattern64(SEED, HANDLE(k), at, generation);
	begin(DX_OP_WRITE, HANDLE(k), 0, BYTES, 0, generation);
	store(DATA(k, place), words, BYTES);
	end(BYTES);
}

static void flush_data(unsigned int k, unsigned int place)
{
	write_back(DATA(k, place), BYTES / 64, DX_TRACE_CLWB);
}

static void commit(unsigned int k, unsigned int place)
{
	uint64_t word = place + 1;

	store(COMMIT(k), &word, sizeof(word));
	write_back(COMMIT(k), 1, DX_TRACE_CLWB);
}

/* Without what is left out; the fence at the end of it is of the commit. */
enum { NO_FLUSH = 1, NO_FENCE = 2, NO_LAST_FENCE = 4 };

static void fsync_but(unsigned int k, unsigned int place, unsigned int without)
{
	begin(DX_OP_FSYNC, HANDLE(k), 0, 0, 0, 0);
	if (!(without & NO_FLUSH))
		flush_data(k, place);
	if (!(without & NO_FENCE))
		fence(DX_TRACE_SFENCE);
	commit(k, place);
	if (!(without & NO_LAST_FENCE))
		fence(DX_TRACE_SFENCE);
	end(0);
}

/* A file with one generation, then a second one in the other place. */
static void two_generations(unsigned int first_without, unsigned int second_without)
{
	create(0);
	write_data(0, 0);
	fsync_but(0, 0, first_without);
	write_data(0, 1);
	fsync_but(0, 1, second_without);
}

/* ---- explored ---- */

/* Where there are crash points, by the script. */
static void find_points(void)
{
	bool running = false, waits = false;
	const struct dx_rec *op;

	kernel.n_points = kernel.point = 0;
	for (size_t i = 0; i < run.n; i++) {
		const struct dx_trace_rec *r = &run.rec[i];

		if (r->kind == DX_TRACE_WRITE_BACK || r->flags & DX_TRACE_NT)
			waits = true;
		if (r->kind == DX_TRACE_FENCE) {
			if (waits && running)
				kernel.at[kernel.n_points++] = i;
			waits = false;
		}
		if (r->kind != DX_TRACE_MARK)
			continue;
		op = record(0, r->addr);
		if (r->detail == DX_MARK_BEGIN && options.no_history && op->op == DX_OP_PHASE &&
		    op->arg[0] == 2)
			kernel.at[kernel.n_points++] = i;
		if (r->detail != DX_MARK_END)
			continue;
		if (op->op == DX_OP_PHASE)
			running = op->arg[0] == 1;
		if (op->op == DX_OP_FSYNC && op->end && !op->result && running)
			kernel.at[kernel.n_points++] = i + 1;
	}
}

static int explore_files(void)
{
	struct err e = { 0 };

	forget_exploration();
	put_files();
	find_points();
	kernel.states = kernel.batches = 0;
	cr_assert_eq(trace_open(&trace, files.trace, &e), 0, "%s", e.what);
	cr_assert_eq(oplog_open(&oplog, files.log, &e), 0, "%s", e.what);
	return explore_run(&explore, trace, oplog, &options, &e);
}

static const struct explore_counts *explored(void)
{
	cr_assert_eq(explore_files(), 0);
	return explore_counts(explore);
}

static size_t n_violations(void)
{
	const struct explore_violation *all;

	return explore_violations(explore, &all);
}

static const struct explore_violation *violation(size_t i)
{
	const struct explore_violation *all;

	cr_assert_lt(i, explore_violations(explore, &all));
	return &all[i];
}

static void expect_violations(size_t want)
{
	size_t n = n_violations();

	cr_expect_eq(n, want, "%zu violations", n);
	for (size_t i = 0; n != want && i < n; i++)
		cr_expect_fail("%s \"%s\" %s", oracle_rule_names[violation(i)->rule],
			       violation(i)->path, violation(i)->what);
}

/* The call of that number, from 0, of those that promise. */
static const struct oplog_op *fsync_number(unsigned int number)
{
	for (size_t i = 0; i < oplog_count(oplog); i++)
		if (oplog_at(oplog, i)->rec->op == DX_OP_FSYNC && !number--)
			return oplog_at(oplog, i);
	cr_assert_fail("no such call");
	return NULL;
}

/* ---- right and wrong code ---- */

/* What is stored is what is there already: two sets of units, one state. */
Test(explore, equal_bytes_are_one_state)
{
	two_generations(0, 0);
	begin(DX_OP_FSYNC, HANDLE(0), 0, 0, 0, 0);
	commit(0, 1);
	fence(DX_TRACE_SFENCE);
	end(0);
	explored();
	expect_violations(0);
	cr_expect_eq((uint64_t)explore_counts(explore)->possible, 2 * (2 + 2 + 1) + 2 + 1);
	cr_expect_eq(explore_counts(explore)->run, 2 * (2 + 2 + 1) + 1 + 1);
	cr_expect_eq(explore_counts(explore)->unique, 5);
	cr_expect_eq(kernel.states, 5);
}

Test(explore, right_code_shows_nothing)
{
	two_generations(0, 0);
	create(1);
	write_data(1, 0);
	fsync_but(1, 0, 0);
	explored();
	expect_violations(0);
	cr_expect_eq(kernel.point, 9);
}

Test(explore, counts_are_exact)
{
	const struct explore_counts *c;

	create(0);
	write_data(0, 0);
	fsync_but(0, 0, 0);
	c = explored();
	/* Before the fence of the data: none, or they. Of the commit: the data, or both. Then both.
	 */
	cr_expect_eq(c->points, 3);
	cr_expect_eq(c->points_left_out, 0);
	cr_expect_eq((uint64_t)c->possible, 2 + 2 + 1);
	cr_expect_eq(c->run, 5);
	cr_expect_eq(c->unique, 3);
	cr_expect_eq(c->outcomes, 2); /* with the file and without */
	cr_expect_eq(c->units_max, 1);
	cr_expect_eq(kernel.states, 3, "each state once, and not %zu", kernel.states);
	cr_expect_eq(kernel.batches, 2); /* none for what is all known */
}

/* The new commit word without the new data: what was promised before is gone. */
Test(explore, a_fence_that_is_missing_between_data_and_commit_is_found)
{
	const struct explore_violation *v;

	two_generations(0, NO_FENCE);
	explored();
	expect_violations(1);
	v = violation(0);
	cr_expect_eq(v->rule, ORACLE_DATA);
	cr_expect_str_eq(v->path, "a");
	cr_expect_eq(v->promise, fsync_number(0));
	cr_expect_str_eq(v->file->first_name, "a");
	cr_expect_eq(v->offset, 0);
	cr_expect_gt(v->bytes, BYTES / 2);
	cr_expect_null(v->point.op);
	cr_expect_eq(v->point.during, fsync_number(1));
	cr_expect_eq(v->point.seq, run.rec[kernel.at[3]].seq);
	cr_expect_eq(v->units, 2);
	cr_expect_eq(v->kept, 1);
	cr_expect_eq(v->states, 1);
}

Test(explore, nothing_is_promised_before_the_first_sync_returns)
{
	create(0);
	write_data(0, 0);
	fsync_but(0, 0, NO_FENCE);
	explored();
	expect_violations(0);
	cr_expect_eq(explore_counts(explore)->run, 4 + 1);
}

Test(explore, a_last_fence_that_is_missing_is_found)
{
	const struct explore_violation *v;

	two_generations(0, NO_LAST_FENCE);
	explored();
	expect_violations(1);
	v = violation(0);
	cr_expect_eq(v->rule, ORACLE_DATA);
	cr_expect_eq(v->promise, fsync_number(1));
	cr_expect_eq(v->point.op, fsync_number(1));
	cr_expect_null(v->point.during);
	cr_expect_eq(v->kept, 0);
}

Test(explore, of_a_new_file_it_loses_the_file)
{
	create(0);
	write_data(0, 0);
	fsync_but(0, 0, NO_LAST_FENCE);
	explored();
	expect_violations(2);
	cr_expect_eq(violation(0)->rule, ORACLE_STRICT_NAME);
	cr_expect_eq(violation(1)->rule, ORACLE_REACHED);
	for (size_t i = 0; i < 2; i++) {
		cr_expect_str_eq(violation(i)->path, "a");
		cr_expect_eq(violation(i)->promise, fsync_number(0));
		cr_expect_eq(violation(i)->point.op, fsync_number(0));
	}
}

Test(explore, each_call_is_named_for_what_it_promised)
{
	two_generations(0, NO_LAST_FENCE);
	write_data(0, 0);
	fsync_but(0, 0, NO_LAST_FENCE);
	explored();
	expect_violations(2);
	for (unsigned int i = 0; i < 2; i++) {
		cr_expect_eq(violation(i)->rule, ORACLE_DATA);
		cr_expect_eq(violation(i)->promise, fsync_number(1 + i));
	}
}

Test(explore, data_that_are_not_written_back_are_found)
{
	two_generations(NO_FLUSH, 0);
	explored();
	expect_violations(1);
	cr_expect_eq(violation(0)->rule, ORACLE_DATA);
	cr_expect_eq(violation(0)->promise, fsync_number(0));
	/* At its return; in two states before the second fence of the data, and of its commit. */
	cr_expect_geq(violation(0)->states, 2);
}

Test(explore, rules_that_are_left_out_find_nothing)
{
	two_generations(0, NO_LAST_FENCE);
	options.rules = ORACLE_ALL_RULES & ~(1U << ORACLE_DATA);
	explored();
	expect_violations(0);
}

/* ---- edited ---- */

/* As a kernel does that stores past the caches: data, flush, commit word, flush. */
static void write_nt(unsigned int k, unsigned int place)
{
	write_data(k, place);
	run.rec[run.n - 2].flags = DX_TRACE_NT;
}

static void flush_nt(void)
{
	fence(DX_TRACE_SFENCE);
	fence(DX_TRACE_SFENCE);
}

static void fsync_nt(unsigned int k, unsigned int place)
{
	uint64_t word = place + 1;

	begin(DX_OP_FSYNC, HANDLE(k), 0, 0, 0, 0);
	flush_nt();
	store_nt(COMMIT(k), &word, sizeof(word));
	flush_nt();
	end(0);
}

static void two_generations_nt(void)
{
	create(0);
	for (unsigned int place = 0; place < 2; place++) {
		write_nt(0, place);
		fsync_nt(0, place);
	}
}

/* The @which-th edit of that kind (from 0) in the order of the trace. */
static struct edit edit_number(enum edit_kind kind, unsigned int which)
{
	const struct drain_rules rules = { options.mode, NULL };
	struct edit_places *places = NULL;
	struct edit all[64], *found = NULL;
	struct err e = { 0 };
	size_t n;

	cr_assert_eq(edit_find(&places, trace, oplog, &rules, &e), 0, "%s", e.what);
	n = edit_choose(places, 1, 64, all);
	for (uint64_t after = 0; which-- + 1; after = found->seq + 1) {
		found = NULL;
		for (size_t i = 0; i < n; i++)
			if (all[i].kind == kind && all[i].seq >= after &&
			    (!found || all[i].seq < found->seq))
				found = &all[i];
		cr_assert(found, "no such edit");
	}
	edit_places_free(places);
	return *found;
}

static const struct edit *explore_edited(enum edit_kind kind, unsigned int which)
{
	static struct edit edit;

	options.edit = NULL;
	kernel.edited = false;
	explored();
	expect_violations(0);
	edit = edit_number(kind, which);
	options.edit = &edit;
	kernel.edited = true;
	explored();
	return &edit;
}

/* One violation, of file "a" and that call. */
static void expect_lost(enum oracle_rule rule, unsigned int call)
{
	expect_violations(1);
	cr_expect_eq(violation(0)->rule, rule);
	cr_expect_str_eq(violation(0)->path, "a");
	cr_expect_eq(violation(0)->promise, fsync_number(call));
}

/* The name, which is new. */
static void expect_no_file(unsigned int call)
{
	expect_violations(2);
	for (size_t i = 0; i < n_violations(); i++) {
		cr_expect_str_eq(violation(i)->path, "a");
		cr_expect_eq(violation(i)->promise, fsync_number(call));
		cr_expect_eq(violation(i)->rule, i ? ORACLE_REACHED : ORACLE_STRICT_NAME);
	}
}

Test(explore, a_flush_that_did_not_happen_is_found)
{
	two_generations_nt();
	/* Before anything is promised the order of data and commit makes no difference. */
	cr_expect_eq(explore_edited(EDIT_FLUSH, 0)->reason, EDIT_IN_TIME);
	expect_violations(0);
	explore_edited(EDIT_FLUSH, 1);
	expect_lost(ORACLE_DATA, 0);
	cr_expect_eq(violation(0)->point.during, fsync_number(1));
}

Test(explore, so_is_one_behind_a_commit)
{
	two_generations_nt();
	cr_expect_eq(explore_edited(EDIT_FUA, 0)->reason, EDIT_UNEXPLAINED);
	expect_no_file(0);
	explore_edited(EDIT_FUA, 1);
	expect_lost(ORACLE_DATA, 1);
	cr_expect_eq(violation(0)->point.op, fsync_number(1));
}

/* In turn: data and commit of the first generation, then of the second. */
Test(explore, a_block_that_is_not_written_is_found)
{
	two_generations_nt();
	explore_edited(EDIT_DROP, 0);
	expect_lost(ORACLE_DATA, 0);
	explore_edited(EDIT_DROP, 1);
	expect_no_file(0);
	/* What was promised before is lost once the commit word is there. */
	explore_edited(EDIT_DROP, 2);
	expect_violations(2);
	for (unsigned int i = 0; i < n_violations(); i++) {
		cr_expect_eq(violation(i)->rule, ORACLE_DATA);
		cr_expect_eq(violation(i)->promise, fsync_number(i));
	}
	explore_edited(EDIT_DROP, 3);
	expect_lost(ORACLE_DATA, 1);
}

Test(explore, a_block_that_comes_late_is_found)
{
	two_generations_nt();
	cr_expect_eq(explore_edited(EDIT_MOVE, 0)->reason, EDIT_IN_TIME);
	expect_violations(0);
	explore_edited(EDIT_MOVE, 1);
	expect_no_file(0);
	explore_edited(EDIT_MOVE, 2);
	expect_lost(ORACLE_DATA, 0); /* its commit word leads to what is not there yet */
	explore_edited(EDIT_MOVE, 3);
	expect_lost(ORACLE_DATA, 1);
}

Test(explore, blocks_that_got_each_others_bytes_are_found)
{
	for (unsigned int k = 0; k < 2; k++) {
		create(k);
		write_nt(k, 0);
	}
	for (unsigned int k = 0; k < 2; k++)
		fsync_nt(k, 0);
	explore_edited(EDIT_SWAP, 0);
	expect_violations(4);
	for (size_t i = 0; i < n_violations(); i++) {
		cr_expect_str_eq(violation(i)->path, file_names[i / 2]);
		cr_expect_eq(violation(i)->rule, i % 2 ? ORACLE_DATA : ORACLE_FOREIGN);
		cr_expect_eq(violation(i)->promise,
			     i % 2 ? fsync_number((unsigned int)i / 2) : NULL);
	}
}

/* Where nothing is another state, nothing is found, and that could be known. */
Test(explore, edits_that_make_no_difference_are_not_found)
{
	two_generations_nt();
	begin(DX_OP_FSYNC, HANDLE(0), 0, 0, 0, 0);
	store_nt(COMMIT(0), &(uint64_t){ 2 }, 8);
	flush_nt();
	end(0);
	cr_expect_eq(explore_edited(EDIT_DROP, 4)->reason, EDIT_EQUAL);
	expect_violations(0);
	cr_expect_eq(explore_edited(EDIT_MOVE, 4)->reason, EDIT_EQUAL);
	expect_violations(0);
}

/* What was recovered for one exploration is not recovered for another. */
Test(explore, outcomes_can_be_shared)
{
	const struct explore_counts *c;
	uint64_t states;

	two_generations_nt();
	options.outcomes = outcomes_new();
	cr_assert(options.outcomes);
	states = explored()->unique;
	cr_expect_eq(kernel.states, states);
	c = explored();
	cr_expect_eq(kernel.states, 0);
	cr_expect_eq(c->unique, 0);
	cr_expect_eq(c->outcomes, 0);
	cr_expect_gt(c->run, states);
	forget_exploration();
	outcomes_free(options.outcomes);
}

/* ---- limits ---- */

/* Eight files' worth of lines before one fence: three units, of 8 states. */
static void three_files(void)
{
	for (unsigned int k = 0; k < FILES; k++) {
		create(k);
		write_data(k, 0);
	}
	begin(DX_OP_FSYNC, HANDLE(0), 0, 0, 0, 0);
	for (unsigned int k = 0; k < FILES; k++)
		flush_data(k, 0);
	fence(DX_TRACE_SFENCE);
	commit(0, 0);
	fence(DX_TRACE_SFENCE);
	end(0);
}

Test(explore, the_budget_of_a_point_is_kept)
{
	three_files();
	for (uint64_t budget = 1; budget <= 8; budget++) {
		const struct explore_counts *c;

		options.budget = budget;
		c = explored();
		cr_expect_eq(c->run, budget + (budget < 2 ? 1 : 2) + 1, "%lu of %lu",
			     (unsigned long)c->run, (unsigned long)budget);
		cr_expect_eq((uint64_t)c->possible, 8 + 2 + 1);
		cr_expect_eq(c->units_max, 3);
		cr_expect_eq(c->points_left_out, 0);
	}
}

Test(explore, the_limit_of_a_run_is_kept)
{
	const struct explore_counts *c;

	two_generations(0, 0);
	three_files(); /* 9 points, 3 of them returns */
	for (uint64_t total = 1; total <= 40; total++) {
		options.total = total;
		c = explored();
		cr_expect_eq(c->points, 9);
		cr_expect_leq(c->run, total, "%lu of %lu", (unsigned long)c->run,
			      (unsigned long)total);
		cr_expect_eq(c->points_left_out, total < 9 ? 9 - total : 0, "%lu of %lu left out",
			     (unsigned long)c->points_left_out, (unsigned long)total);
		if (total < 9)
			cr_expect_eq(c->run, total);
	}
}

Test(explore, returns_of_sync_calls_come_first)
{
	two_generations(NO_LAST_FENCE, NO_LAST_FENCE);
	options.total = 2; /* of 4 points */
	explored();
	cr_expect_eq(explore_counts(explore)->points, 4);
	for (size_t i = 0; i < n_violations(); i++)
		cr_expect(violation(i)->point.op);
	cr_expect_neq(n_violations(), 0);
}

Test(explore, what_is_alike_is_told_once_and_counted)
{
	kernel.strangers = 1;
	three_files();
	explored();
	expect_violations(1);
	cr_expect_eq(violation(0)->states, explore_counts(explore)->run);
	cr_expect_eq(violation(0)->rule, ORACLE_NAME);
}

Test(explore, there_is_an_end_to_what_is_told)
{
	kernel.strangers = 1100;
	create(0);
	fsync_but(0, 0, 0);
	explored();
	expect_violations(1024);
}

/* ---- where there are crash points ---- */

Test(explore, only_what_runs_has_crash_points)
{
	phase(0);
	two_generations(0, 0);
	explored();
	cr_expect_eq(explore_counts(explore)->points, 0);
	cr_expect_eq(kernel.states, 0);
	phase(1);
	create(1);
	write_data(1, 0);
	fsync_but(1, 0, 0);
	phase(2);
	write_data(0, 0);
	fsync_but(0, 0, NO_FENCE);
	explored();
	cr_expect_eq(explore_counts(explore)->points, 3);
	expect_violations(0);
}

/* What was prepared and synced is promised. */
Test(explore, what_is_prepared_must_survive)
{
	phase(0);
	create(0);
	write_data(0, 0);
	fsync_but(0, 0, 0);
	phase(1);
	write_data(0, 1);
	fsync_but(0, 1, NO_FENCE);
	explored();
	expect_violations(1);
	cr_expect_eq(violation(0)->promise, fsync_number(0));
}

Test(explore, a_fence_that_drains_nothing_is_no_crash_point)
{
	create(0);
	write_data(0, 0);
	fence(DX_TRACE_SFENCE);
	fence(DX_TRACE_SFENCE);
	explored();
	cr_expect_eq(explore_counts(explore)->points, 0);
}

Test(explore, which_fences_drain_is_of_the_mode)
{
	create(0);
	write_data(0, 0);
	flush_data(0, 0);
	fence(DX_TRACE_LOCK);
	options.recovery.recover = NULL; /* nobody is asked */
	explored();
	cr_expect_eq(explore_counts(explore)->points, 0);
	options.mode = PERSIST_SDM;
	options.recovery.recover = recover;
	explored();
	cr_expect_eq(explore_counts(explore)->points, 1);
}

Test(explore, stores_past_the_caches_wait_for_a_fence)
{
	create(0);
	store_nt(DATA(0, 0), "12345678", 8);
	fence(DX_TRACE_SFENCE);
	explored();
	cr_expect_eq(explore_counts(explore)->points, 1);
	cr_expect_eq(explore_counts(explore)->run, 2);
}

/* Both passes see the same points, whatever the first one ends with. */
Test(explore, each_pass_begins_anew)
{
	end_explore();
	start_before_run();
	create(0);
	write_data(0, 0);
	flush_data(0, 0);
	fence(DX_TRACE_SFENCE); /* before run() */
	phase(1);
	fence(DX_TRACE_SFENCE); /* for nothing */
	write_data(0, 1);
	flush_data(0, 1);
	fence(DX_TRACE_SFENCE);
	flush_data(0, 0); /* and never drained */
	explored();
	cr_expect_eq(explore_counts(explore)->points, 1);
	cr_expect_eq(kernel.point, 1);
}

Test(explore, what_waits_at_the_end_does_not_wait_at_the_beginning)
{
	fence(DX_TRACE_SFENCE);
	create(0);
	write_data(0, 0);
	flush_data(0, 0);
	explored();
	cr_expect_eq(explore_counts(explore)->points, 0);
}

Test(explore, a_call_that_never_returned_promises_nothing)
{
	create(0);
	write_data(0, 0);
	begin(DX_OP_FSYNC, HANDLE(0), 0, 0, 0, 0);
	mark(DX_MARK_END); /* the log does not have its result */
	flush_data(0, 0);
	fence(DX_TRACE_SFENCE);
	explored();
	expect_violations(0);
}

Test(explore, a_call_that_failed_is_no_crash_point)
{
	create(0);
	write_data(0, 0);
	simple(DX_OP_FSYNC, HANDLE(0), 0, 0, 0, -EIO);
	explored();
	cr_expect_eq(explore_counts(explore)->points, 0);
}

/* ---- what goes wrong ---- */

Test(explore, what_was_found_before_a_failure_is_kept)
{
	two_generations(NO_LAST_FENCE, NO_LAST_FENCE);
	explored();
	cr_expect_geq(kernel.states, 4);
	kernel.fail_at = 3;
	kernel.error = -EIO;
	cr_expect_eq(explore_files(), -EIO);
	cr_expect_eq(explore_counts(explore)->unique, 2);
	kernel.fail_at = 4;
	kernel.error = -EINTR;
	cr_expect_eq(explore_files(), -EINTR);
	cr_expect_eq(explore_counts(explore)->unique, 3);
	cr_expect_neq(n_violations(), 0);
}

Test(explore, a_trace_of_another_run_is_refused)
{
	create(0);
	add_record(DX_TRACE_MARK, 99, 0, 1)->detail = DX_MARK_BEGIN;
	cr_expect_eq(explore_files(), -EBADMSG);
}

Test(explore, so_is_one_that_ends_what_did_not_begin)
{
	create(0);
	mark(DX_MARK_END);
	cr_expect_eq(explore_files(), -EBADMSG);
}

Test(explore, so_is_a_mark_of_no_worker)
{
	create(0);
	add_record(DX_TRACE_MARK, 0, DX_LOG_WORKERS, 1)->detail = DX_MARK_BEGIN;
	cr_expect_eq(explore_files(), -EBADMSG);
}

/* A program without a log: fences and its end, and any file may have anything in it. */
Test(explore, without_a_history_files_are_not_judged)
{
	const struct explore_violation *list;
	const struct explore_counts *n;

	flush_data(0, 0);
	commit(0, 0);
	fence(DX_TRACE_SFENCE);
	commit(1, 1);
	phase(2);
	write_back(DATA(2, 0), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_SFENCE);
	kernel.strangers = 2;
	options.no_history = true;
	n = explored();
	cr_expect_eq(n->points, 2);
	cr_expect_eq(kernel.point, 2);
	cr_expect_gt(n->run, 2);
	cr_expect_eq(explore_violations(explore, &list), 0);
}

Test(explore, without_a_history_a_file_system_still_owes_something)
{
	const struct explore_violation *list;

	commit(0, 0);
	phase(2);
	kernel.bad_links = true;
	options.no_history = true;
	explored();
	cr_assert_eq(explore_violations(explore, &list), 1);
	cr_expect_eq(list[0].rule, ORACLE_LINKS);
	cr_expect_eq(list[0].point.op->rec->op, DX_OP_PHASE);
}

Test(explore, closing_nothing_is_fine)
{
	explore_close(NULL);
}

/* ---- shards ---- */

#define SHARDS 3

struct sum {
	uint64_t points, left_out, run, violations_states;
};

static void add_explored(struct sum *s)
{
	const struct explore_counts *c = explored();

	s->points += c->points;
	s->left_out += c->points_left_out;
	s->run += c->run;
	for (size_t i = 0; i < n_violations(); i++)
		s->violations_states += violation(i)->states;
}

/* With a limit that is not reached, one that is shared out, and one that is less than points. */
Test(explore, shards_judge_together_what_one_would)
{
	static const uint64_t totals[] = { 0, 400, 25, 14, 7, 2 };

	two_generations(0, NO_LAST_FENCE);
	two_generations(NO_FLUSH, 0);
	create(1);
	write_data(1, 0);
	fsync_but(1, 0, NO_FENCE);
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
		struct sum whole = { 0 }, parts = { 0 };

		options.total = totals[i];
		options.shard = (struct visit_shard){ 0 };
		add_explored(&whole);
		for (uint64_t n = 1; n <= SHARDS; n++) {
			options.shard = (struct visit_shard){ n, SHARDS };
			add_explored(&parts);
			cr_expect_leq(explore_counts(explore)->points, whole.points / SHARDS + 1);
		}
		cr_expect_gt(whole.run, 0);
		cr_expect_gt(whole.violations_states, 0);
		cr_expect(!memcmp(&whole, &parts, sizeof(whole)),
			  "limit %" PRIu64 ": %" PRIu64 " points, %" PRIu64 " left out, %" PRIu64
			  " run, %" PRIu64 " wrong, not %" PRIu64 ", %" PRIu64 ", %" PRIu64
			  ", %" PRIu64,
			  totals[i], parts.points, parts.left_out, parts.run,
			  parts.violations_states, whole.points, whole.left_out, whole.run,
			  whole.violations_states);
	}
}

Test(explore, more_shards_than_points_are_no_error)
{
	two_generations(0, 0);
	options.shard = (struct visit_shard){ 65535, 65535 };
	cr_expect_eq(explored()->points, 0);
	cr_expect_eq(explore_counts(explore)->run, 0);
	expect_violations(0);
}
