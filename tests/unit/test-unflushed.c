// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program's stores up to its end. Caught is one that is missed, one that a flush did follow,
 * one of the kernel's, and one after the end.
 */
#include "tests/unit/recorded-fixture.h"

#include "checker/lines/unflushed.h"

static struct unflushed *found;
static size_t n;

static void start(void)
{
	start_files();
	simple(DX_OP_PHASE, 0, 1, 0, 0, 0);
}

static void finish(void)
{
	free(found);
	found = NULL;
	end_files();
}

TestSuite(unflushed, .init = start, .fini = finish);

static void user_store(uint64_t line, uint64_t ip)
{
	store(BASE + line * DX_TRACE_LINE, "12345678", 8);
	run.rec[run.n - 1].flags = DX_TRACE_USER;
	run.rec[run.n - 1].ip = ip;
}

static void user_store_nt(uint64_t line, uint64_t ip)
{
	user_store(line, ip);
	run.rec[run.n - 1].flags |= DX_TRACE_NT;
}

static void flush(uint64_t line)
{
	write_back(BASE + line * DX_TRACE_LINE, 1, DX_TRACE_CLWB);
}

static void ends(void)
{
	simple(DX_OP_PHASE, 0, 2, 0, 0, 0);
	files.ended = true;
}

static void find_by(enum persist_mode rules)
{
	struct oplog *log = NULL;
	struct trace *t = NULL;
	struct err e = { 0 };

	put_files();
	cr_assert_eq(trace_open(&t, files.trace, &e), 0, "%s", e.what);
	cr_assert_eq(oplog_open(&log, files.log, &e), 0, "%s", e.what);
	cr_assert_eq(unflushed_find(t, log, rules, &found, &n, &e), 0, "%s", e.what);
	oplog_close(log);
	trace_close(t);
}

Test(unflushed, what_was_flushed_is_none)
{
	user_store(0, 0x10);
	flush(0);
	fence(DX_TRACE_SFENCE);
	user_store_nt(1, 0x20);
	fence(DX_TRACE_SFENCE);
	find_by(PERSIST_STRICT);
	cr_expect_eq(n, 0);
}

Test(unflushed, each_kind_has_its_place)
{
	user_store(5, 0x30);
	user_store(1, 0x10);
	user_store(2, 0x10);
	user_store(3, 0x20);
	flush(3);
	user_store_nt(4, 0x40);
	find_by(PERSIST_STRICT);
	cr_assert_eq(n, 4);
	cr_expect_eq(found[0].ip, 0x30);
	cr_expect_eq(found[0].addr, BASE + 5 * DX_TRACE_LINE);
	cr_expect(!found[0].written_back);
	cr_expect_eq(found[1].ip, 0x10);
	cr_expect_eq(found[1].lines, 2);
	cr_expect_eq(found[1].bytes, 16);
	cr_expect_eq(found[2].ip, 0x20);
	cr_expect(found[2].written_back);
	cr_expect_eq(found[3].ip, 0x40);
	cr_expect(found[3].written_back);
}

Test(unflushed, a_flush_before_the_store_is_none)
{
	user_store(0, 0x10);
	flush(0);
	fence(DX_TRACE_SFENCE);
	user_store(0, 0x20);
	find_by(PERSIST_STRICT);
	cr_assert_eq(n, 1);
	cr_expect_eq(found[0].ip, 0x20);
}

Test(unflushed, what_is_overwritten_is_the_later_ones)
{
	user_store(0, 0x10);
	user_store(0, 0x20);
	find_by(PERSIST_STRICT);
	cr_assert_eq(n, 1);
	cr_expect_eq(found[0].ip, 0x20);
	cr_expect_eq(found[0].bytes, 8);
}

Test(unflushed, the_kernels_are_its_own_business)
{
	store(BASE, "12345678", 8);
	find_by(PERSIST_STRICT);
	cr_expect_eq(n, 0);
}

Test(unflushed, what_follows_the_end_does_not_count)
{
	user_store(0, 0x10);
	ends();
	flush(0);
	fence(DX_TRACE_SFENCE);
	user_store(1, 0x20);
	find_by(PERSIST_STRICT);
	cr_assert_eq(n, 1);
	cr_expect_eq(found[0].ip, 0x10);
}

Test(unflushed, where_the_caches_survive_nothing_is_owed)
{
	user_store(0, 0x10);
	find_by(PERSIST_EADR);
	cr_expect_eq(n, 0);
}

Test(unflushed, a_lock_drains_by_some_rules)
{
	user_store(0, 0x10);
	flush(0);
	fence(DX_TRACE_LOCK);
	find_by(PERSIST_SDM);
	cr_expect_eq(n, 0);
	free(found);
	find_by(PERSIST_STRICT);
	cr_expect_eq(n, 1);
}
