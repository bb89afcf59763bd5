/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run of the script (checker-fixture.h) up to a crash, and what a kernel might find
 * after it, written down as a dump: what the oracle says of the two.
 *
 *	open_file(A, "a", O_RDWR | O_CREAT);
 *	simple(DX_OP_FSYNC, A, 0, 0, 0, 0);
 *	recovered();
 *	expect_only(ORACLE_NAME, "a");
 */
#ifndef TESTS_STATES_FIXTURE_H
#define TESTS_STATES_FIXTURE_H

#include "tests/unit/checker-fixture.h"

#include "checker/states/oracle.h"

#include <sys/stat.h>

/* Handles of files. */
enum { A = 1, B, C, MAPPING };

#define DUMP_ROOM (1U << 20)

static struct states_fixture {
	size_t crash; /* records of the script before it */
	bool crashed; /* else it is at the end of the script */
	struct promise *promise;
	struct history *history;
	struct dump_out out;
	unsigned char *room;
	struct dump *dump;
	struct oracle_findings findings;
} st;

/* ---- the run ---- */

static inline void start_states(void)
{
	set_up();
	memset(&run, 0, sizeof(run));
	memset(&st, 0, sizeof(st));
	st.room = malloc(DUMP_ROOM);
	cr_assert(st.room);
	simple(DX_OP_DEVICE, 0, 0, 0, DEVICE, 0);
	run.op->arg[3] = RANGE_SIZE - DX_PMD;
}

static inline void forget_run(void)
{
	oracle_release(&st.findings);
	history_free(st.history);
	promise_close(st.promise);
	oplog_close(script_log);
	st.history = NULL;
	st.promise = NULL;
	script_log = NULL;
}

static inline void end_states(void)
{
	forget_run();
	dump_free(st.dump);
	free(st.room);
	tear_down();
}

/* The crash is here: what the script goes on with is how the log ends that was kept. */
static inline void crash(void)
{
	st.crash = run.n;
	st.crashed = true;
}

/* As explore.c does. */
static inline void follow_mark(const struct dx_trace_rec *rec, uint64_t *began)
{
	const struct oplog_op *op = promise_current(st.promise, rec->length), *promised;
	struct err e = { 0 };

	cr_assert_eq(promise_mark(st.promise, rec->length, rec->addr, rec->detail, rec->seq,
				  &promised, &e),
		     0, "%s", e.what);
	if (rec->detail == DX_MARK_END) {
		cr_assert(!op->returned ||
			  !history_end(st.history, st.promise, op, began[rec->length], rec->seq));
		return;
	}
	began[rec->length] = rec->seq;
	op = promise_current(st.promise, rec->length);
	cr_assert_eq(history_begin(st.history, op, rec->seq), 0);
}

/* From the beginning of the script to the crash. */
static inline void follow(void)
{
	size_t n = st.crashed ? st.crash : run.n;
	uint64_t began[DX_LOG_WORKERS] = { 0 };
	struct err e = { 0 };

	forget_run();
	script_log = read_log();
	cr_assert_eq(promise_open(&st.promise, script_log, &e), 0, "%s", e.what);
	st.history = history_new();
	cr_assert(st.history);
	for (size_t i = 0; i < n; i++)
		if (run.rec[i].kind == DX_TRACE_MARK)
			follow_mark(&run.rec[i], began);
}

/* ---- operations that are often needed ---- */

static inline void create(uint32_t handle, const char *name)
{
	open_file(handle, name, O_RDWR | O_CREAT);
}

static inline void sync_file(enum dx_log_op op, uint32_t handle)
{
	simple(op, handle, 0, 0, 0, 0);
}

static inline void fsync_of(uint32_t handle)
{
	sync_file(DX_OP_FSYNC, handle);
}

static inline void sync_all(void)
{
	sync_file(DX_OP_SYNC, 0);
}

/* A directory is opened to be synced. */
static inline void fsync_directory(uint32_t handle, const char *name)
{
	open_file(handle, name, O_RDONLY | O_DIRECTORY);
	fsync_of(handle);
}

static inline void begin_write_of(uint32_t handle, uint64_t offset, uint64_t length, uint64_t flags,
				  uint64_t generation)
{
	begin(DX_OP_WRITE, handle, offset, length, flags, generation);
}

/* The generation of what was written. */
static inline uint64_t write_to(uint32_t handle, uint64_t offset, uint64_t length, uint64_t flags)
{
	uint64_t generation = next_generation();

	begin_write_of(handle, offset, length, flags, generation);
	end((int64_t)length);
	return generation;
}

static inline void truncate_to(uint32_t handle, uint64_t size)
{
	simple(DX_OP_TRUNCATE, handle, size, 0, 0, 0);
}

static inline void chmod_of(uint32_t handle, uint64_t mode)
{
	simple(DX_OP_CHMOD, handle, mode, 0, 0, 0);
}

/* The generation of the value. */
static inline uint64_t set_xattr(uint32_t handle, uint64_t number, uint64_t size)
{
	uint64_t generation = next_generation();

	begin(DX_OP_SETXATTR, handle, number, size, 0, generation);
	end(0);
	return generation;
}

static inline void remove_xattr(uint32_t handle, uint64_t number)
{
	simple(DX_OP_REMOVEXATTR, handle, number, 0, 0, 0);
}

static inline void map_of(uint32_t handle, uint64_t flags)
{
	begin(DX_OP_MAP, MAPPING, handle, 0, 4 * DX_PAGE, flags);
	end(0x7000);
}

/* The generation of what was stored. */
static inline uint64_t store_to(uint64_t offset, uint64_t length)
{
	uint64_t generation = next_generation();

	begin(DX_OP_FILL, MAPPING, offset, length, 0, generation);
	end(0);
	return generation;
}

/* "a", with one page in it, by fsync: its generation. */
static inline uint64_t synced_page(void)
{
	uint64_t generation;

	create(A, "a");
	generation = write_to(A, 0, DX_PAGE, 0);
	fsync_of(A);
	return generation;
}

/* ---- what is found ---- */

static inline void found_step(enum dump_step step, int64_t result, const char *words)
{
	dump_out_step(&st.out, step, result, words);
}

/* What comes next is in the dump of a file system that can be mounted. */
static inline void found(void)
{
	dump_out_begin(&st.out, st.room, DUMP_ROOM);
	found_step(DUMP_MOUNT, 0, "");
	dump_out_add(&st.out, DUMP_ENTRY, (uint64_t[5]){ S_IFDIR | 0755, 2, 4096, 12, 0 }, ".", 1);
}

static inline void found_entry(const char *name, uint64_t mode, uint64_t inode, uint64_t links,
			       uint64_t size)
{
	const uint64_t value[5] = { mode, links, size, inode, 0 };

	dump_out_add(&st.out, DUMP_ENTRY, value, name, strlen(name));
}

static inline void found_file(const char *name, uint64_t inode, uint64_t size)
{
	found_entry(name, S_IFREG | 0644, inode, 1, size);
}

static inline void found_directory(const char *name)
{
	found_entry(name, S_IFDIR | 0755, 99, 2, 4096);
}

static inline void found_link(const char *name, const char *target)
{
	found_entry(name, S_IFLNK | 0777, 98, 1, strlen(target));
	dump_out_add(&st.out, DUMP_TARGET, NULL, target, strlen(target));
}

/* An attribute of the file or directory before; @name ends with its 0. */
static inline void found_named_xattr(const char *name, const void *value, size_t size)
{
	unsigned char both[64 + DX_XATTR_MAX];
	size_t len = strlen(name) + 1;

	memcpy(both, name, len);
	memcpy(both + len, value, size);
	dump_out_add(&st.out, DUMP_XATTR, NULL, both, len + size);
}

static inline void found_xattr(uint64_t number, uint64_t size, uint64_t generation)
{
	unsigned char value[DX_XATTR_MAX];
	char name[32];

	snprintf(name, sizeof(name), DX_XATTR_PREFIX "%u", (unsigned int)number);
	dx_xattr_value(number, generation, value, size);
	found_named_xattr(name, value, size);
}

/* A page of the file before. */
static inline void found_page(uint64_t index, const unsigned char *page)
{
	dump_out_add(&st.out, DUMP_PAGE, (uint64_t[5]){ index }, page, DUMP_PAGE_BYTES);
}

/* What a write or store of @generation leaves of @length bytes at @offset in the page of these. */
static inline void lay(unsigned char *page, uint32_t handle, uint64_t offset, uint64_t length,
		       uint64_t generation)
{
	for (uint64_t at = offset; at < offset + length; at++) {
		uint64_t word = at & ~7ULL, value = dx_pattern64(SEED, handle, word, generation);
		bool whole = word >= offset && word + 8 <= offset + length;

		page[at % DX_PAGE] = whole ? (unsigned char)(value >> 8 * (at & 7))
					   : (unsigned char)dx_pattern8(SEED, handle, at,
									generation);
	}
}

/* The page of the file before holds what one write left, and zeros. */
static inline void found_bytes(uint32_t handle, uint64_t offset, uint64_t length,
			       uint64_t generation)
{
	unsigned char page[DX_PAGE] = { 0 };

	lay(page, handle, offset, length, generation);
	found_page(offset / DX_PAGE, page);
}

static inline void parse_dump(void)
{
	struct err e = { 0 };
	size_t len = dump_out_end(&st.out);
	void *bytes = malloc(len + 1);

	cr_assert(len && bytes);
	memcpy(bytes, st.room, len);
	dump_free(st.dump);
	st.dump = NULL;
	cr_assert_eq(dump_parse(&st.dump, bytes, len, &e), 0, "%s", e.what);
}

/* All was read, and the file system unmounted: the dump is whole. */
static inline void found_end(void)
{
	found_step(DUMP_WALK, 0, "");
	found_step(DUMP_UMOUNT, 0, "");
	parse_dump();
}

/* One file alone, of a page that the write of @generation through @handle left. */
static inline void found_page_of(const char *name, uint32_t handle, uint64_t generation)
{
	found();
	found_file(name, 100, DX_PAGE);
	found_bytes(handle, 0, DX_PAGE, generation);
	found_end();
}

/* "a" alone, of zeros. */
static inline void found_size(uint64_t size)
{
	found();
	found_file("a", 100, size);
	found_end();
}

/* ---- what the oracle says ---- */

/* With the rules of @rules alone. */
static inline const struct oracle_findings *ask(unsigned int rules)
{
	follow();
	cr_assert_eq(oracle_judge(st.dump, st.history, rules, &st.findings), 0);
	return &st.findings;
}

static inline void expect_nothing_by(unsigned int rules, const char *why)
{
	const struct oracle_findings *all = ask(rules);

	for (size_t i = 0; i < all->n; i++)
		cr_expect_fail("%s: %s \"%s\" %s", why, oracle_rule_names[all->list[i].rule],
			       all->list[i].path, all->list[i].what);
}

static inline void expect_legal(void)
{
	expect_nothing_by(ORACLE_ALL_RULES, "a legal state");
}

/* Found by that rule at that path, by nothing else, and by nothing without that rule. */
static inline const struct oracle_finding *expect_only(enum oracle_rule rule, const char *path)
{
	const struct oracle_findings *all;
	bool is_it = false;

	expect_nothing_by(ORACLE_ALL_RULES & ~(1U << rule), "without that rule");
	all = ask(ORACLE_ALL_RULES);
	for (size_t i = 0; i < all->n; i++) {
		const struct oracle_finding *one = &all->list[i];

		is_it |= one->rule == rule && !strcmp(one->path, path);
		cr_expect(one->rule == rule && !strcmp(one->path, path), "also: %s \"%s\" %s",
			  oracle_rule_names[one->rule], one->path, one->what);
	}
	cr_assert(is_it, "not found: %s \"%s\"", oracle_rule_names[rule], path);
	return all->list;
}

/* Found by that rule at that path, whatever else is. */
static inline const struct oracle_finding *expect_illegal(enum oracle_rule rule, const char *path)
{
	const struct oracle_findings *all = ask(ORACLE_ALL_RULES);

	for (size_t i = 0; i < all->n; i++)
		if (all->list[i].rule == rule && !strcmp(all->list[i].path, path))
			return &all->list[i];
	cr_assert_fail("not found: %s \"%s\", but %zu others", oracle_rule_names[rule], path,
		       all->n);
	return NULL;
}

/* Nothing but empty files of these names, each an inode of its own. The last one is NULL. */
static inline void found_names(const char *const *name)
{
	found();
	for (uint64_t i = 0; name[i]; i++)
		found_file(name[i], 100 + i, 0);
	found_end();
}

#define FOUND(...) found_names((const char *const[]){ __VA_ARGS__ })

#endif
