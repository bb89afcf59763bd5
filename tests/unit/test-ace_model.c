// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The model of ace, by lists as text: which operations it refuses, and why, which it
 * says change nothing, and what it makes of pages. Caught is a model that takes what a
 * file system refuses, or the other way round: test-oplist_source.c has it done.
 */
#include "checker/gen/ace_model.h"
#include "checker/gen/soup.h"
#include "checker/list/oplist.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#define ALL (SOUP_SHIFT | SOUP_REFLINK | SOUP_UNSHARE | SOUP_MAP_SYNC | SOUP_OWN_FS)

#define A_FILE "open f0 \"a\" O_RDWR|O_CREAT\n"
/* Six pages: a hole, two that are unwritten, two that are written, and a bit. */
#define A_MIX  A_FILE "truncate f0 21000\nfallocate f0 0 4096 8192\nwrite f0 12288 8192\n"

static struct ace_model m;

/* Does all of @text; the last operation's result. All before it have to change something. */
static int last_of(unsigned int features, const char *text)
{
	struct oplist list = { 0 };
	struct err e;
	int r = 0;

	cr_assert_eq(oplist_parse(&list, text, strlen(text), "text", &e), 0, "%s: %s", text,
		     e.what);
	ace_model_init(&m, features);
	for (size_t i = 0; i < list.n; i++) {
		cr_assert_eq(r, 0, "%s: operation %zu: %d", text, i, r);
		r = ace_model_do(&m, &list.op[i]);
	}
	oplist_release(&list);
	return r;
}

struct row {
	int want;
	const char *text;
};

static void expect_all(unsigned int features, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = last_of(features, rows[i].text);

		cr_expect_eq(r, rows[i].want, "%d, not %d:\n%s", r, rows[i].want, rows[i].text);
	}
}

#define EXPECT(features, ...)                                                                      \
	do {                                                                                       \
		const struct row rows[] = { __VA_ARGS__ };                                         \
		expect_all(features, rows, sizeof(rows) / sizeof(rows[0]));                        \
	} while (0)

Test(ace_model, names)
{
	EXPECT(ALL, { -ENOENT, "open f0 \"a\" O_RDWR\n" },
	       { -ENOENT, "open f0 \"d/a\" O_RDWR|O_CREAT\n" },
	       { -ENOTDIR, A_FILE "open f1 \"a/b\" O_RDWR|O_CREAT\n" },
	       { -EEXIST, A_FILE "open f1 \"a\" O_RDWR|O_CREAT|O_EXCL\n" },
	       { 0, A_FILE "open f1 \"a\" O_RDWR|O_CREAT\n" },
	       { -EISDIR, "mkdir \"d\"\nopen f0 \"d\" O_RDWR\n" },
	       { 0, "mkdir \"d\"\nopen f0 \"d\" O_RDONLY|O_DIRECTORY\n" },
	       { 0, "open f0 \".\" O_RDONLY|O_DIRECTORY\n" }, { -EEXIST, A_FILE "mkdir \"a\"\n" },
	       { -ENOENT, "mkdir \"d/e\"\n" }, { -ENOENT, "unlink \"a\"\n" },
	       { -EISDIR, "mkdir \"d\"\nunlink \"d\"\n" }, { 0, A_FILE "unlink \"a\"\n" },
	       { -ENOTDIR, A_FILE "rmdir \"a\"\n" }, { -ENOENT, "rmdir \"d\"\n" },
	       { -ENOTEMPTY, "mkdir \"d\"\nmkdir \"d/e\"\nrmdir \"d\"\n" },
	       { 0, "mkdir \"d\"\nmkdir \"d/e\"\nrmdir \"d/e\"\n" },
	       { -ENOENT, "link \"a\" \"b\"\n" }, { -EPERM, "mkdir \"d\"\nlink \"d\" \"b\"\n" },
	       { -EEXIST, A_FILE "link \"a\" \"a\"\n" }, { 0, A_FILE "link \"a\" \"b\"\n" },
	       { -EEXIST, A_FILE "symlink \"x\" \"a\"\n" }, { 0, "symlink \"x\" \"a\"\n" });
}

Test(ace_model, renames)
{
	EXPECT(ALL, { -ENOENT, "rename \"a\" \"b\"\n" }, { 0, A_FILE "rename \"a\" \"b\"\n" },
	       { 1, A_FILE "rename \"a\" \"a\"\n" },
	       { 1, A_FILE "link \"a\" \"b\"\nrename \"a\" \"b\"\n" },
	       { 0, A_FILE "open f1 \"b\" O_RDWR|O_CREAT\nrename \"a\" \"b\"\n" },
	       { -EEXIST,
		 A_FILE "open f1 \"b\" O_RDWR|O_CREAT\nrename \"a\" \"b\" RENAME_NOREPLACE\n" },
	       { -EISDIR, A_FILE "mkdir \"d\"\nrename \"a\" \"d\"\n" },
	       { -ENOTDIR, A_FILE "mkdir \"d\"\nrename \"d\" \"a\"\n" },
	       { -EINVAL, "mkdir \"d\"\nrename \"d\" \"d/e\"\n" },
	       { 0, "mkdir \"d\"\nmkdir \"d/e\"\nrename \"d\" \"f\"\nrmdir \"f/e\"\n" },
	       { -ENOENT, "mkdir \"d\"\nmkdir \"d/e\"\nrename \"d\" \"f\"\nrmdir \"d/e\"\n" });
}

Test(ace_model, sizes)
{
	EXPECT(ALL, { 1, A_MIX "truncate f0 21000\n" }, { 0, A_MIX "truncate f0 0\n" },
	       { 0, A_MIX "fallocate f0 0 0 4096\n" }, { 1, A_MIX "fallocate f0 0 4096 100\n" },
	       { 0, A_MIX "fallocate f0 0 16384 20000\n" },
	       { 0, A_MIX "fallocate f0 KEEP_SIZE 16384 20000\n" },
	       { 1, A_MIX "fallocate f0 KEEP_SIZE 4096 10000\n" },
	       { 0, A_MIX "fallocate f0 ZERO_RANGE 0 4096\n" },
	       { 1, A_MIX "fallocate f0 ZERO_RANGE 4096 8192\n" },
	       { 1, A_MIX "fallocate f0 ZERO_RANGE 4097 8191\n" },
	       { 0, A_MIX "fallocate f0 ZERO_RANGE 4097 8192\n" },
	       { 1, A_MIX "fallocate f0 PUNCH_HOLE|KEEP_SIZE 0 4096\n" },
	       { 1, A_MIX "fallocate f0 PUNCH_HOLE|KEEP_SIZE 4097 100\n" },
	       { 0, A_MIX "fallocate f0 PUNCH_HOLE|KEEP_SIZE 4096 4096\n" },
	       { 0, A_MIX "fallocate f0 PUNCH_HOLE|KEEP_SIZE 12289 100\n" },
	       { -EOPNOTSUPP, A_MIX "fallocate f0 PUNCH_HOLE 0 4096\n" },
	       { 0, A_MIX "fallocate f0 COLLAPSE_RANGE 0 4096\n" },
	       { -EINVAL, A_MIX "fallocate f0 COLLAPSE_RANGE 1 4096\n" },
	       { -EINVAL, A_MIX "fallocate f0 COLLAPSE_RANGE 4096 20480\n" },
	       { 0, A_MIX "fallocate f0 INSERT_RANGE 4096 4096\n" },
	       { -EINVAL, A_MIX "fallocate f0 INSERT_RANGE 24576 4096\n" },
	       { -EINVAL, A_MIX "fallocate f0 INSERT_RANGE 4096 4095\n" },
	       { -EINVAL, A_MIX "fallocate f0 0 4096 0\n" },
	       { 1, A_MIX "fallocate f0 UNSHARE_RANGE 0 20480\n" },
	       { -EBADF, A_FILE "open f1 \"a\" O_RDONLY\ntruncate f1 7\n" });
	EXPECT(0, { -EOPNOTSUPP, A_MIX "fallocate f0 ZERO_RANGE 0 4096\n" },
	       { -EOPNOTSUPP, A_MIX "fallocate f0 INSERT_RANGE 4096 4096\n" },
	       { -EOPNOTSUPP, A_MIX "fallocate f0 UNSHARE_RANGE 0 4096\n" });
}

#define SHARED A_MIX "open f1 \"b\" O_RDWR|O_CREAT\nreflink f1 f0 12288 0 8192\n"

Test(ace_model, shared_blocks)
{
	EXPECT(ALL, { 0, SHARED }, { 0, SHARED "fallocate f0 UNSHARE_RANGE 12288 4096\n" },
	       { 1, SHARED "fallocate f0 UNSHARE_RANGE 0 12288\n" },
	       { 1, SHARED "write f0 12288 8192\nfallocate f0 UNSHARE_RANGE 12288 8192\n" },
	       { -EINVAL, A_MIX "reflink f0 f0 12288 0 4096\n" },
	       { -EINVAL, A_MIX "open f1 \"b\" O_RDWR|O_CREAT\nreflink f1 f0 12288 0 16384\n" });
	cr_expect_eq(last_of(0, SHARED), -EOPNOTSUPP);
}

#define MAPPED A_MIX "map m0 f0 0 24576 read|write|pte\n"

Test(ace_model, mappings)
{
	EXPECT(ALL, { 0, MAPPED "store m0 8 8\n" }, { -EFAULT, MAPPED "store m0 21000 8\n" },
	       { 0, MAPPED "store-bytes m0 20998 2\n" },
	       { -EFAULT, MAPPED "store-bytes m0 20998 3\n" },
	       { -EFAULT, MAPPED "truncate f0 4096\nload m0 4096 8\n" },
	       { 0, MAPPED "msync m0 4096 1\n" }, { -EINVAL, MAPPED "msync m0 1 1\n" },
	       { -ENOMEM, MAPPED "msync m0 20480 4097\n" }, { -EBUSY, MAPPED "close f0\n" },
	       { 0, MAPPED "unmap m0\nclose f0\n" }, { 0, MAPPED "flush m0 0 64 clwb\n" },
	       { 0, A_MIX "map m0 f0 0 4096 read|write|sync\n" }, { 0, "sync\n" },
	       { -EACCES, A_FILE "open f1 \"a\" O_RDONLY\nmap m0 f1 0 4096 read|write\n" },
	       { -EACCES, A_FILE "open f1 \"a\" O_WRONLY\nmap m0 f1 0 4096 read\n" });
	EXPECT(0, { -EOPNOTSUPP, A_MIX "map m0 f0 0 4096 read|write|sync\n" },
	       { -EOPNOTSUPP, "sync\n" });
}

static void expect_pages(const char *text, const unsigned int want[6])
{
	const struct ace_inode *i;

	cr_assert_eq(last_of(ALL, text), 0, "%s", text);
	i = ace_model_find(&m, "a");
	for (unsigned int p = 0; p < 6; p++)
		cr_expect_eq(i->page[p], want[p], "page %u: %x, not %x, of\n%s", p, i->page[p],
			     want[p], text);
}

#define H   ACE_HOLE
#define UNW ACE_UNWRITTEN
#define W   ACE_WRITTEN
#define WD  (ACE_WRITTEN | ACE_UNSYNCED)
#define WS  (ACE_WRITTEN | ACE_UNSYNCED | ACE_STORED)

Test(ace_model, pages)
{
	expect_pages(A_MIX, (unsigned int[]){ H, UNW, UNW, WD, WD, H });
	expect_pages(A_MIX "fsync f0\n", (unsigned int[]){ H, UNW, UNW, W, W, H });
	expect_pages(MAPPED "store-bytes m0 4094 4\n", (unsigned int[]){ WS, WS, UNW, WD, WD, H });
	expect_pages(MAPPED "store-bytes m0 4094 4\nmsync m0 4096 1\n",
		     (unsigned int[]){ WS, W, UNW, WD, WD, H });
	expect_pages(MAPPED "store m0 0 8\nwrite f0 0 8\n",
		     (unsigned int[]){ WS, UNW, UNW, WD, WD, H });
	expect_pages(MAPPED "store m0 0 8\nsync\n", (unsigned int[]){ W, UNW, UNW, W, W, H });
	expect_pages(MAPPED "store m0 0 8\nsyncfs f0\n", (unsigned int[]){ W, UNW, UNW, W, W, H });
	expect_pages(A_MIX "open f1 \"a\" O_RDWR|O_DSYNC\nwrite f1 0 1\n",
		     (unsigned int[]){ W, UNW, UNW, WD, WD, H });
	expect_pages(A_MIX "truncate f0 12300\n", (unsigned int[]){ H, UNW, UNW, WD, H, H });
	expect_pages(A_MIX "fallocate f0 COLLAPSE_RANGE 4096 4096\n",
		     (unsigned int[]){ H, UNW, WD, WD, H, H });
	expect_pages(A_MIX "fallocate f0 INSERT_RANGE 8192 4096\n",
		     (unsigned int[]){ H, UNW, H, UNW, WD, WD });
	expect_pages(A_MIX "fallocate f0 PUNCH_HOLE|KEEP_SIZE 8192 8193\n",
		     (unsigned int[]){ H, UNW, H, H, WD, H });
	expect_pages(A_MIX "fallocate f0 ZERO_RANGE 8192 8193\n",
		     (unsigned int[]){ H, UNW, UNW, UNW, WD, H });
	expect_pages(SHARED, (unsigned int[]){ H, UNW, UNW, WD | ACE_SHARED, WD | ACE_SHARED, H });
	expect_pages(SHARED "write f0 12288 1\n",
		     (unsigned int[]){ H, UNW, UNW, WD, WD | ACE_SHARED, H });
}

/* What ace has no use for is not guessed; what was refused has left no trace. */
Test(ace_model, what_it_does_not_know)
{
	struct ace_model before;

	cr_expect_eq(last_of(ALL, A_FILE "read f0 0 0\n"), -ENOSYS);
	cr_expect_eq(last_of(ALL, A_FILE "truncate f0 6M\n"), -ENOBUFS);
	cr_expect_eq(last_of(ALL, A_FILE "open f1 \"a\" O_RDWR|O_TRUNC\n"), -ENOSYS);
	cr_assert_eq(last_of(ALL, MAPPED), 0);
	before = m;
	cr_expect_eq(
		ace_model_do(&m, &(struct dx_list_op){ .op = DX_OP_STORE, .arg = { 1 << 20, 8 } }),
		-EFAULT);
	cr_expect_eq(memcmp(&before, &m, sizeof(m)), 0);
}
