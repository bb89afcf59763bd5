// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dumps of recovered file systems. Caught: a reader that believes what the guest says,
 * one that loses or moves what files hold, a writer that writes beyond its memory.
 */
#include "checker/states/dump.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ROOM 65536

static unsigned char memory[ROOM];
static struct dump_out out;
static struct err e;

static void begin(void)
{
	dump_out_begin(&out, memory, sizeof(memory));
}

static void entry(const char *path, uint64_t mode, uint64_t size)
{
	const uint64_t value[5] = { mode, 1, size, 7, 0 };

	dump_out_add(&out, DUMP_ENTRY, value, path, strlen(path));
}

static void page(uint64_t index, int byte)
{
	const uint64_t value[5] = { index };
	unsigned char data[DUMP_PAGE_BYTES];

	memset(data, byte, sizeof(data));
	dump_out_add(&out, DUMP_PAGE, value, data, sizeof(data));
}

#define XATTR(name_and_value)                                                                      \
	dump_out_add(&out, DUMP_XATTR, NULL, name_and_value, sizeof(name_and_value) - 1)

static int parse_bytes(const void *bytes, size_t len, struct dump **ret)
{
	void *copy = malloc(len + 1);

	memcpy(copy, bytes, len);
	return dump_parse(ret, copy, len, &e);
}

static struct dump *parse(void)
{
	struct dump *d = NULL;
	size_t len = dump_out_end(&out);

	cr_assert_gt(len, 0);
	cr_assert_eq(parse_bytes(memory, len, &d), 0, "%s", e.what);
	return d;
}

static void refused(const char *why)
{
	struct dump *d = NULL;

	cr_assert_eq(parse_bytes(memory, dump_out_end(&out), &d), -EBADMSG, "not refused: %s", why);
	cr_expect_not_null(strstr(e.what, why), "\"%s\" instead of \"%s\"", e.what, why);
}

static void write_records(void)
{
	dump_out_step(&out, DUMP_MOUNT, 0, "");
	entry("b", S_IFREG | 0600, 3 * DUMP_PAGE_BYTES);
	XATTR("user.a\0one");
	page(0, 'x');
	XATTR("user.b\0t\0o");
	page(2, 'y');
	entry(".", S_IFDIR | 0755, 4096);
	XATTR("user.a\0");
	entry("a", S_IFLNK | 0777, 1);
	dump_out_add(&out, DUMP_TARGET, NULL, "b", 1);
	dump_out_step(&out, DUMP_WALK, 5, "why");
	dump_out_add(&out, DUMP_LOG, NULL, "it said\n", 8);
}

static void write_example(void)
{
	begin();
	write_records();
}

Test(dump, what_was_written_is_read)
{
	const struct dump_entry *entries, *b;
	struct dump *d;

	write_example();
	d = parse();
	cr_assert_eq(dump_entries(d, &entries), 3);
	cr_expect_str_eq(entries[0].path, ".");
	cr_expect_str_eq(entries[1].path, "a");
	cr_expect_str_eq(entries[1].target, "b");
	b = dump_find(d, "b");
	cr_assert_eq(b, &entries[2]);
	cr_expect_null(b->target);
	cr_expect_eq(b->mode, S_IFREG | 0600);
	cr_expect_eq(b->size, 3 * DUMP_PAGE_BYTES);
	cr_expect_eq(b->inode, 7);
	cr_assert_eq(b->n_pages, 2);
	cr_expect_eq(b->page[0].index, 0);
	cr_expect_eq(b->page[1].index, 2);
	cr_expect_eq(b->page[1].data[DUMP_PAGE_BYTES - 1], 'y');
	cr_assert_eq(b->n_xattrs, 2);
	cr_expect_str_eq(b->xattr[0].name, "user.a");
	cr_expect(b->xattr[0].size == 3 && !memcmp(b->xattr[0].value, "one", 3));
	cr_expect_str_eq(b->xattr[1].name, "user.b");
	cr_expect(b->xattr[1].size == 3 && !memcmp(b->xattr[1].value, "t\0o", 3));
	cr_assert_eq(entries[0].n_xattrs, 1);
	cr_expect_eq(entries[0].xattr->size, 0);
	cr_expect_eq(entries[1].n_xattrs, 0);
	cr_expect_null(dump_find(d, "c"));
	cr_expect(dump_step(d, DUMP_MOUNT)->done);
	cr_expect_eq(dump_step(d, DUMP_WALK)->result, 5);
	cr_expect_str_eq(dump_step(d, DUMP_WALK)->text, "why");
	cr_expect_not(dump_step(d, DUMP_UMOUNT)->done);
	cr_expect_str_eq(dump_log(d), "it said\n");
	cr_expect_gt(dump_size(d), 2 * DUMP_PAGE_BYTES);
	dump_free(d);
}

Test(dump, nothing_at_all)
{
	const struct dump_entry *entries;
	struct dump *d;

	begin();
	d = parse();
	cr_expect_eq(dump_entries(d, &entries), 0);
	cr_expect_null(dump_find(d, "."));
	cr_expect_str_eq(dump_log(d), "");
	dump_free(d);
	dump_free(NULL);
}

Test(dump, equal_ones_have_equal_hashes)
{
	struct dump *one, *same, *other;

	write_example();
	one = parse();
	write_example();
	same = parse();
	write_example();
	dump_out_step(&out, DUMP_UMOUNT, 0, "");
	other = parse();
	cr_expect_eq(dump_hash(one), dump_hash(same));
	cr_expect_neq(dump_hash(one), dump_hash(other));
	dump_free(one);
	dump_free(same);
	dump_free(other);
}

Test(dump, attributes_make_a_difference)
{
	struct dump *with, *without;

	begin();
	entry("a", S_IFREG, 0);
	XATTR("user.a\0one");
	with = parse();
	begin();
	entry("a", S_IFREG, 0);
	without = parse();
	cr_expect_neq(dump_hash(with), dump_hash(without));
	dump_free(with);
	dump_free(without);
}

/* ---- what is refused ---- */

Test(dump, cut_off_anywhere)
{
	size_t len;
	struct dump *d;

	write_example();
	len = dump_out_end(&out);
	for (size_t n = 0; n < len; n++)
		cr_assert_eq(parse_bytes(memory, n, &d), -EBADMSG, "%zu bytes of %zu", n, len);
}

Test(dump, another_version)
{
	begin();
	((struct dump_header *)(void *)memory)->version++;
	refused("none of version");
}

Test(dump, no_such_record)
{
	begin();
	dump_out_add(&out, DUMP_KINDS, NULL, NULL, 0);
	refused("of no kind");
}

Test(dump, no_such_step)
{
	static const uint64_t steps[] = { 0, DUMP_STEPS, UINT64_MAX };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		begin();
		dump_out_add(&out, DUMP_STEP, (const uint64_t[5]){ steps[i] }, NULL, 0);
		refused("of no step");
	}
}

Test(dump, names_that_are_none)
{
	begin();
	entry("", S_IFREG, 0);
	refused("a name with a zero");
	begin();
	dump_out_add(&out, DUMP_ENTRY, NULL, "a\0b", 3);
	refused("a name with a zero");
	begin();
	entry("a", S_IFLNK, 0);
	dump_out_add(&out, DUMP_TARGET, NULL, "", 0);
	refused("a name with a zero");
}

Test(dump, one_name_twice)
{
	begin();
	entry("a", S_IFREG, 0);
	entry("b", S_IFREG, 0);
	entry("a", S_IFREG, 0);
	refused("one name twice");
}

Test(dump, what_belongs_to_no_file)
{
	begin();
	page(0, 1);
	refused("of no file");
	begin();
	dump_out_add(&out, DUMP_TARGET, NULL, "a", 1);
	refused("of no file");
	begin();
	entry("a", S_IFREG, 1);
	dump_out_add(&out, DUMP_TARGET, NULL, "a", 1);
	refused("a target of no symbolic link");
	begin();
	entry("a", S_IFDIR, 4096);
	page(0, 1);
	refused("a page outside its file");
}

Test(dump, attributes_that_are_none)
{
	begin();
	XATTR("user.a\0one");
	refused("of no file");
	begin();
	entry("a", S_IFREG, 0);
	XATTR("user.a");
	refused("an attribute without a name");
	begin();
	entry("a", S_IFREG, 0);
	XATTR("\0one");
	refused("an attribute without a name");
	begin();
	entry("a", S_IFREG, 0);
	XATTR("");
	refused("an attribute without a name");
	begin();
	entry("a", S_IFLNK, 1);
	XATTR("user.a\0one");
	refused("neither file nor directory");
	begin();
	entry("a", S_IFREG, 0);
	XATTR("user.a\0one");
	XATTR("user.a\0two");
	refused("an attribute out of order");
	begin();
	entry("a", S_IFREG, 0);
	XATTR("user.b\0one");
	XATTR("user.a\0two");
	refused("an attribute out of order");
}

/* Of each entry they begin anew. */
Test(dump, attributes_of_two_files)
{
	struct dump *d;

	begin();
	entry("b", S_IFREG, 0);
	XATTR("user.b\0one");
	entry("a", S_IFREG, 0);
	XATTR("user.a\0two");
	d = parse();
	cr_expect_str_eq(dump_find(d, "a")->xattr->name, "user.a");
	cr_expect_str_eq(dump_find(d, "b")->xattr->name, "user.b");
	dump_free(d);
}

Test(dump, pages_where_there_are_none)
{
	static const unsigned char zeros[DUMP_PAGE_BYTES];
	static const uint64_t wrong[] = { 2, UINT64_MAX, UINT64_MAX / DUMP_PAGE_BYTES };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		begin();
		entry("a", S_IFREG, 2 * DUMP_PAGE_BYTES);
		page(wrong[i], 1);
		refused("a page outside its file");
	}
	begin();
	entry("a", S_IFREG, 2 * DUMP_PAGE_BYTES);
	page(1, 1);
	page(1, 1);
	refused("out of order");
	begin();
	entry("a", S_IFREG, 2 * DUMP_PAGE_BYTES);
	dump_out_add(&out, DUMP_PAGE, NULL, zeros, DUMP_PAGE_BYTES - 1);
	refused("not a whole page");
}

Test(dump, an_end_that_is_none)
{
	begin();
	dump_out_add(&out, DUMP_END, NULL, "x", 1);
	refused("an end with something in it");
	begin();
	dump_out_end(&out);
	refused("something behind the end");
}

Test(dump, a_record_that_is_longer_than_all)
{
	begin();
	dump_out_add(&out, DUMP_LOG, NULL, "log", 3);
	((struct dump_rec *)(void *)(memory + sizeof(struct dump_header)))->length = UINT32_MAX;
	refused("longer than the dump");
}

/* ---- one of another ---- */

static struct dump *proof(const char *log)
{
	begin();
	dump_out_step(&out, DUMP_FSCK, 4, "not clean");
	dump_out_step(&out, DUMP_WRITE, 0, "");
	if (*log)
		dump_out_add(&out, DUMP_LOG, NULL, log, strlen(log));
	return parse();
}

Test(dump, is_extended_by_steps_and_log)
{
	struct dump *more = proof("and that\n"), *d;

	write_example();
	d = parse();
	cr_assert_eq(dump_extend(&d, more, &e), 0, "%s", e.what);
	cr_expect_eq(dump_step(d, DUMP_FSCK)->result, 4);
	cr_expect_str_eq(dump_step(d, DUMP_FSCK)->text, "not clean");
	cr_expect(dump_step(d, DUMP_WRITE)->done);
	cr_expect_eq(dump_step(d, DUMP_WALK)->result, 5);
	cr_expect_str_eq(dump_log(d), "it said\nand that\n");
	cr_expect_eq(dump_find(d, "b")->n_pages, 2);
	dump_free(d);
	dump_free(more);
}

Test(dump, keeps_its_log_where_the_other_has_none)
{
	struct dump *more = proof(""), *d;

	write_example();
	d = parse();
	cr_assert_eq(dump_extend(&d, more, &e), 0);
	cr_expect_str_eq(dump_log(d), "it said\n");
	dump_free(d);
	dump_free(more);
}

Test(dump, of_a_step_alone)
{
	struct dump *d;

	cr_assert_eq(dump_of_step(&d, DUMP_DIED, EIO, "Kernel panic", &e), 0);
	cr_expect_eq(dump_step(d, DUMP_DIED)->result, EIO);
	cr_expect_str_eq(dump_step(d, DUMP_DIED)->text, "Kernel panic");
	cr_expect_str_eq(dump_step_name(DUMP_DIED), "survive");
	dump_free(d);
}

/* ---- no room ---- */

Test(dump, memory_that_is_too_small)
{
	size_t needed;

	write_example();
	needed = dump_out_end(&out);
	for (size_t room = 0; room < needed; room += 8) {
		unsigned char *exact = malloc(room + 1);

		dump_out_begin(&out, exact, room); /* ASan looks on */
		write_records();
		cr_assert_eq(dump_out_end(&out), 0);
		cr_assert(out.failed);
		free(exact);
	}
}

/* e2fsck(8), EXIT CODE: 1 and 2 say that what was wrong is mended. */
Test(dump, what_fsck_has_mended)
{
	cr_expect(dump_is_repaired(0));
	cr_expect(dump_is_repaired(1));
	cr_expect(dump_is_repaired(2));
	cr_expect(dump_is_repaired(3));
	cr_expect(!dump_is_repaired(4));
	cr_expect(!dump_is_repaired(5));
	cr_expect(!dump_is_repaired(8));
	cr_expect(!dump_is_repaired(128 + 9));
	cr_expect(!dump_is_repaired(-1));
}
