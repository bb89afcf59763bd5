// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Crash states of logs that are made here entry by entry, for a toy of a file system: block
 * 0 of the device says which block is valid (a word), and that must hold its own number. A
 * log that flushes before it says so has no wrong state; one that does not has.
 */
#include "checker/states/explore_log.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCK	4096U
#define SECTORS (BLOCK / LOGWRITES_SECTOR)
#define BASE	0x100000000ULL
#define HEAD	BLOCK /* before the device */
#define SIZE	(64ULL * BLOCK)

static struct {
	int fd;
	char path[40];
	_Alignas(uint64_t) unsigned char log[1 << 20];
	size_t len;
	struct explore_log_options o;
	struct explore_log *x;
	struct err e;
	uint64_t recovered;
	unsigned char head[HEAD];
} f;

/* ---- the log ---- */

static void entry(uint64_t block, uint64_t blocks, uint64_t flags, uint64_t word)
{
	struct logwrites_super *super = (void *)f.log;
	const struct logwrites_entry e = { block * SECTORS, blocks * SECTORS, flags, 0 };

	super->nr_entries++;
	memcpy(f.log + f.len, &e, sizeof(e));
	f.len += LOGWRITES_SECTOR;
	for (uint64_t i = 0; i < blocks && !(flags & LOGWRITES_DISCARD); i++, f.len += BLOCK)
		for (unsigned int k = 0; k < BLOCK; k += 8)
			memcpy(f.log + f.len + k, &word, sizeof(word));
}

static void data(uint64_t block)
{
	entry(block, 1, 0, block);
}

static void valid(uint64_t block, uint64_t flags)
{
	entry(0, 1, flags, block);
}

static void flush(void)
{
	entry(0, 0, LOGWRITES_FLUSH, 0);
}

/* ---- the kernel ---- */

static uint64_t word_at(const struct state_medium *m, const struct state *s, uint64_t addr)
{
	const unsigned char *from = state_medium_at(m, addr);
	uint64_t word;

	for (size_t i = 0; i < s->n_lines; i++)
		if (s->lines[i].addr == (addr & ~(DX_TRACE_LINE - 1)))
			from = s->lines[i].data + addr % DX_TRACE_LINE;
	memcpy(&word, from, sizeof(word));
	return word;
}

/* All of the valid block holds its number; of none there is nothing to say. */
static bool is_consistent(const struct state_medium *m, const struct state *s)
{
	uint64_t device = m->range[0].base + HEAD, block = word_at(m, s, device);

	for (unsigned int k = 0; block && k < BLOCK; k += 8)
		if (word_at(m, s, device + block * BLOCK + k) != block)
			return false;
	return true;
}

static int recover(void *unused, const struct state_medium *m, const struct state *s, size_t n,
		   struct recovered *ret, struct err *e)
{
	(void)unused;
	for (size_t i = 0; i < n; i++) {
		struct dump_out out;
		char *memory = malloc(BLOCK);
		size_t len;

		cr_assert_eq(memcmp(m->content[0], f.head, HEAD), 0);
		dump_out_begin(&out, memory, BLOCK);
		dump_out_step(&out, DUMP_MOUNT, 0, "");
		dump_out_step(&out, DUMP_WALK, 0, "");
		dump_out_step(&out, DUMP_UMOUNT, 0, "");
		dump_out_step(&out, DUMP_FSCK, is_consistent(m, &s[i]) ? 0 : 4, "");
		len = dump_out_end(&out);
		cr_assert_eq(dump_parse(&ret[i].dump, memory, len, e), 0);
		f.recovered++;
	}
	return 0;
}

/* ---- a run ---- */

static void begin(void)
{
	const struct logwrites_super super = { LOGWRITES_MAGIC, LOGWRITES_VERSION, 0,
					       LOGWRITES_SECTOR, 0 };

	memset(&f, 0, sizeof(f));
	memset(f.head, 0x5a, sizeof(f.head));
	memcpy(f.log, &super, sizeof(super));
	f.len = LOGWRITES_SECTOR;
	f.fd = memfd_create("log", MFD_CLOEXEC);
	snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
	f.o = (struct explore_log_options){
		.to = UINT64_MAX,
		.atomic = BLOCK,
		.budget = 64,
		.range = { { BASE, SIZE }, { 2 * BASE, SIZE } },
		.ranges = 2,
		.offset = HEAD,
		.head = f.head,
		.recovery = { .recover = recover },
	};
}

static void end(void)
{
	explore_log_close(f.x);
	close(f.fd);
}

TestSuite(explore_log, .init = begin, .fini = end);

static int explore(void)
{
	explore_log_close(f.x);
	f.x = NULL;
	cr_assert_eq(ftruncate(f.fd, 0), 0);
	cr_assert_eq(pwrite(f.fd, f.log, f.len, 0), (ssize_t)f.len);
	return explore_log_run(&f.x, f.path, &f.o, &f.e);
}

/* How many violations, all of one rule; the first is in *@ret. */
static size_t found(const struct explore_violation **ret)
{
	size_t n;

	cr_assert_eq(explore(), 0, "%s", f.e.what);
	n = explore_log_violations(f.x, ret);
	for (size_t i = 0; i < n; i++)
		cr_expect_eq((*ret)[i].rule, ORACLE_CONSISTENT);
	return n;
}

static const struct explore_violation *v;

/* ---- what is right, and what is not ---- */

Test(explore_log, data_that_is_flushed_before_it_is_named_is_there)
{
	data(3);
	flush();
	valid(3, LOGWRITES_FUA);
	data(5);
	valid(5, LOGWRITES_FLUSH | LOGWRITES_FUA);
	cr_expect_eq(found(&v), 0);
	/* Before either flush, and before the end of either FUA write. */
	cr_expect_eq(explore_log_counts(f.x)->points, 4);
	cr_expect_eq(explore_log_counts(f.x)->run, 8);
	cr_expect_eq(explore_log_counts(f.x)->unique, 5, "%lu",
		     (unsigned long)explore_log_counts(f.x)->unique);
	cr_expect_eq(f.recovered, 5);
	cr_expect_eq(explore_log_entries(f.x)->fuas, 2);
	cr_expect_eq(explore_log_entries(f.x)->flushes, 2);
	cr_expect_eq(explore_log_entries(f.x)->unknown, 1, "block 5 and the first FUA write");
}

Test(explore_log, without_a_flush_between_them_either_may_be_lost)
{
	data(3);
	valid(3, 0);
	flush();
	cr_assert_eq(found(&v), 1);
	cr_expect_eq(v->point.seq, 2);
	cr_expect_eq(v->units, 2);
	cr_expect_eq(v->kept, 1);
	cr_expect_eq(v->states, 1);
}

/* It enters the log before what it names, and nobody knows when that was written. */
Test(explore_log, a_fua_write_overtakes_normal_ones)
{
	valid(3, LOGWRITES_FUA);
	data(3);
	flush();
	cr_assert_eq(found(&v), 1);
	cr_expect_eq(v->point.seq, 0, "while it was in flight, it alone");
	cr_expect_eq(explore_log_entries(f.x)->unknown, 1);
}

Test(explore_log, the_end_of_the_log_is_a_crash_point)
{
	data(3);
	valid(3, 0);
	cr_assert_eq(found(&v), 1);
	cr_expect_eq(v->point.seq, 1);
}

Test(explore_log, of_two_writes_of_a_block_the_later_one_counts)
{
	data(3);
	flush();
	valid(9, 0); /* which is nowhere */
	valid(3, 0);
	flush();
	cr_assert_geq(found(&v), 1, "the older one alone is a state");
	for (size_t i = 0; i < explore_log_violations(f.x, &v); i++)
		cr_expect_eq(v[i].kept, 1);
}

Test(explore_log, smaller_units_tear_a_block)
{
	data(3);
	flush();
	valid(3, LOGWRITES_FUA);
	entry(3, 1, 0, 3);
	f.o.atomic = 512;
	cr_expect_eq(found(&v), 0);
	cr_expect_eq(explore_log_counts(f.x)->units_max, 8);
	f.o.atomic = BLOCK;
	cr_expect_eq(found(&v), 0);
	cr_expect_eq(explore_log_counts(f.x)->units_max, 1);
}

/* ---- which entries ---- */

Test(explore_log, what_lies_before_is_durable)
{
	data(3);
	valid(3, 0);
	entry(7, 1, 0, 1);
	flush();
	f.o.from = 2;
	cr_expect_eq(found(&v), 0);
	cr_expect_eq(explore_log_counts(f.x)->points, 1);
	f.o.from = 0;
	cr_expect_eq(found(&v), 1);
}

Test(explore_log, what_lies_behind_is_not_read)
{
	data(3);
	flush();
	valid(3, 0);
	data(4);
	valid(4, 0);
	f.o.to = 2;
	cr_expect_eq(found(&v), 0);
	cr_expect_eq(explore_log_entries(f.x)->entries, 3);
}

Test(explore_log, a_discard_changes_nothing)
{
	data(3);
	flush();
	valid(3, LOGWRITES_FUA);
	entry(3, 1, LOGWRITES_DISCARD, 0);
	flush();
	cr_expect_eq(found(&v), 0);
	cr_expect_eq(explore_log_entries(f.x)->discards, 1);
}

/* ---- what cannot be explored ---- */

Test(explore_log, a_write_outside_the_device_is_refused)
{
	entry(SIZE / BLOCK - 1, 1, 0, 1); /* the head takes a block of the range */
	cr_expect_eq(explore(), -EFBIG);
	cr_expect(strstr(f.e.what, "entry 0"));
	cr_expect(strstr(f.e.hint, "--device-size"));
	cr_expect_null(f.x);
}

Test(explore_log, a_damaged_log_is_refused)
{
	data(3);
	flush();
	f.len -= 100;
	cr_expect_eq(explore(), -EBADMSG, "%d", f.e.code);
	cr_expect_null(f.x);
}

static int fail(void *unused, const struct state_medium *m, const struct state *s, size_t n,
		struct recovered *ret, struct err *e)
{
	(void)unused;
	(void)m;
	(void)s;
	(void)n;
	(void)ret;
	return err_set(e, -EINTR, "guest", "interrupted");
}

Test(explore_log, who_recovers_no_more_ends_it)
{
	data(3);
	flush();
	f.o.recovery.recover = fail;
	cr_expect_eq(explore(), -EINTR);
	cr_assert(f.x);
	cr_expect_eq(explore_log_counts(f.x)->run, 0);
}

Test(explore_log, an_empty_log_has_no_states)
{
	cr_expect_eq(found(&v), 0);
	cr_expect_eq(explore_log_counts(f.x)->points, 0);
	explore_log_close(NULL);
}
