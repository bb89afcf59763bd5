// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run judged from its files: caught is a verdict that differs from that on the
 * same events in memory, and one on files that are damaged, cut off or strangers.
 */
#include "checker/lines/judge.h"
#include "tests/unit/recorded-fixture.h"

TestSuite(judge, .init = start_files, .fini = end_files);

static void expect_refused(int code, const char *object, const char *says)
{
	struct verdict *v;
	struct err e = { 0 };

	cr_expect_eq(judge_run(&v, files.trace, files.log, PERSIST_STRICT, &e), code);
	cr_expect(strstr(e.object, object) && strstr(e.what, says), "%s: %s", e.object, e.what);
}

static size_t verdict(bool *ret_cut, char why[160])
{
	const struct linecheck_violation *list;
	struct verdict *v;
	struct err e = { 0 };
	size_t n;

	cr_assert_eq(judge_run(&v, files.trace, files.log, PERSIST_STRICT, &e), 0, "%s", e.what);
	n = linecheck_violations(judge_result(v), &list);
	*ret_cut = judge_is_cut(v, why, 160);
	if (n)
		cr_expect(judge_stands(v, 0, PERSIST_SDM) && !judge_stands(v, 0, PERSIST_EADR));
	judge_release(v);
	return n;
}

static void lost_then_kept(void)
{
	map_store(0);
	sync_begin(DX_OP_FSYNC);
	fence(DX_TRACE_SFENCE);
	sync_end();
	map_store(64);
	good_sync(DX_OP_FSYNC);
}

Test(judge, from_files_as_from_memory)
{
	const struct linecheck_violation *list;
	char why[160];
	bool cut;

	lost_then_kept();
	put_files();
	cr_expect_eq(verdict(&cut, why), 1);
	header()->run = 0;
	cr_expect_eq(judge(&list), 1);
	cr_expect_not(cut);
}

Test(judge, nothing_lost)
{
	char why[160];
	bool cut;

	map_store(0);
	good_sync(DX_OP_FSYNC);
	put_files();
	cr_expect_eq(verdict(&cut, why), 0);
	cr_expect_not(cut);
}

/* Nothing was written yet but the header: nothing is found, and it is said why. */
Test(judge, killed)
{
	char why[160];
	bool cut;

	lost_then_kept();
	files.killed = true;
	put_files();
	cr_expect_eq(verdict(&cut, why), 0);
	cr_expect(cut && strstr(why, "killed"), "%s", why);
}

/* In the middle of its only block, and in the log behind a record that is there. */
Test(judge, truncated_trace)
{
	struct stat st;
	char why[160];
	bool cut;

	lost_then_kept();
	put_files();
	cr_assert_eq(stat(files.trace, &st), 0);
	cr_assert_eq(truncate(files.trace, st.st_size - 9), 0);
	cr_expect_eq(verdict(&cut, why), 0);
	cr_expect(cut && strstr(why, "shorter than it was"), "%s", why);
}

Test(judge, corrupt_block)
{
	unsigned char byte;
	struct stat st;
	int fd;

	lost_then_kept();
	put_files();
	fd = open(files.trace, O_RDWR);
	cr_assert_eq(fstat(fd, &st), 0);
	cr_assert_eq(pread(fd, &byte, 1, st.st_size - 20), 1);
	byte ^= 0x40;
	cr_assert_eq(pwrite(fd, &byte, 1, st.st_size - 20), 1);
	close(fd);
	expect_refused(-EBADMSG, "w.trace", "block 1: ");
}

Test(judge, of_two_runs)
{
	lost_then_kept();
	files.run++;
	put_files();
	expect_refused(-EBADMSG, "w.oplog",
		       "is of run 000000001234abcd, and the trace of run 000000001234abce");
}

Test(judge, empty_files)
{
	put_files();
	cr_assert_eq(truncate(files.log, 0), 0);
	expect_refused(-EBADMSG, "w.oplog", "no operation log in it");
	cr_assert_eq(truncate(files.trace, 0), 0);
	expect_refused(-EBADMSG, "w.trace", "is empty");
	cr_assert_eq(unlink(files.trace), 0);
	expect_refused(-ENOENT, "w.trace", "No such file");
}

/* The disk that had no room for the trace had none for the log. */
Test(judge, full_disk)
{
	uint32_t full = ENOSPC;
	int fd;

	put_files();
	cr_assert_eq(truncate(files.log, 0), 0);
	fd = open(files.trace, O_RDWR);
	cr_assert_eq(pwrite(fd, &full, sizeof(full), offsetof(struct dx_trace_header, error)),
		     sizeof(full));
	close(fd);
	expect_refused(-EBADMSG, "w.trace", "No space left");
}

/* ---- by the other rules ---- */

/* A store by one place in the code, written back, and drained by what only sdm takes for a fence.
 */
static void drained_by_lock(uint64_t offset, bool right)
{
	uint64_t generation = next_generation();
	uint64_t value = right ? dx_pattern64(SEED, FILE_HANDLE, offset, generation) : 0x1234;

	begin(DX_OP_STORE, MAP_HANDLE, offset, 8, 0, generation);
	store(AT(offset), &value, 8);
	run.rec[run.n - 1].ip = 0x2000;
	end(0);
	write_back(AT(offset), 1, DX_TRACE_CLWB);
	fence(DX_TRACE_LOCK);
}

/* Strict finds one violation: does it stand under sdm? */
static bool stands_under_sdm(void)
{
	const struct linecheck_violation *list;
	struct verdict *v;
	struct err e = { 0 };
	bool stands;

	sync_begin(DX_OP_FSYNC);
	sync_end();
	put_files();
	cr_assert_eq(judge_run(&v, files.trace, files.log, PERSIST_STRICT, &e), 0, "%s", e.what);
	cr_assert_eq(linecheck_violations(judge_result(v), &list), 1);
	cr_expect_eq(list[0].fault, LINECHECK_NOT_DRAINED);
	stands = judge_stands(v, 0, PERSIST_SDM);
	judge_release(v);
	return stands;
}

Test(judge, what_only_strict_misses_does_not_stand_under_sdm)
{
	drained_by_lock(0, true);
	drained_by_lock(64, true);
	cr_expect_not(stands_under_sdm());
}

/* There it has another name: no store is in flight any more, the content is wrong. */
Test(judge, a_loss_may_have_another_fault_under_sdm)
{
	drained_by_lock(0, false);
	cr_expect(stands_under_sdm());
}

Test(judge, of_lines_that_are_one_violation_each_counts)
{
	drained_by_lock(0, true);
	drained_by_lock(64, false);
	cr_expect(stands_under_sdm());
}
