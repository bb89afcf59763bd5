// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cases: what is put before an act is what it needs and no more, what cannot be is
 * refused, and all is taken away. Caught is a phase that is changed: a dependency left
 * out is a fault, one too many is in the text.
 */
#define DX_LENS_CHECK
#include "checker/gen/ace_case.h"
#include "checker/gen/ace_model.h"
#include "checker/gen/soup.h"
#include "daxbench/workload.h"
#include "tests/unit/oplist-fixture.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ALL (SOUP_SHIFT | SOUP_REFLINK | SOUP_UNSHARE | SOUP_MAP_SYNC | SOUP_OWN_FS)

/* The number of an act by what it is; -1 is any. */
static uint16_t find(int op, int target, int store, int from, int to)
{
	size_t n;
	const struct ace_act *a = ace_acts(&n);

	for (size_t i = 0; i < n; i++)
		if (a[i].op == op && a[i].target == target && a[i].store == store &&
		    a[i].from == from && a[i].to == to)
			return (uint16_t)i;
	cr_assert(false, "no act %d %d %d %d %d", op, target, store, from, to);
	return 0;
}

static uint16_t data(int op, int target, int store)
{
	return find(op, target, store, -1, -1);
}

static uint16_t size(int op, int target)
{
	return find(op, target, -1, -1, -1);
}

static int try(const struct ace_case *c, unsigned int features)
{
	return ace_case_make(NULL, c, 1, features);
}

static void expect_list(struct ace_case c, const char *want)
{
	struct oplist list = { 0 };
	char *text;

	cr_assert_eq(ace_case_make(&list, &c, 7, ALL), ACE_MADE);
	text = print(&list);
	cr_expect_str_eq(text, want);
	free(text);
	oplist_release(&list);
}

Test(ace_case, each_target_is_made)
{
	expect_list(
		(struct ace_case){
			1, { { data(ACE_PWRITE, ACE_TO_UNWRITTEN, ACE_6_BYTES), ACE_DSYNC } } },
		"open f0 \"c7-foo\" O_RDWR|O_CREAT|O_EXCL\n"
		"truncate f0 18884\n"
		"fallocate f0 KEEP_SIZE 4096 12288\n"
		"open f1 \"c7-foo\" O_RDWR|O_DSYNC\n"
		"write f1 4157 6\n"
		"close f0\n"
		"close f1\n"
		"unlink \"c7-foo\"\n");
	expect_list((struct ace_case){ 1,
				       { { data(ACE_MMAP_SECOND, ACE_TO_SYNCED, ACE_2_MIB),
					   ACE_MSYNC_PART } } },
		    "open f0 \"c7-foo\" O_RDWR|O_CREAT|O_EXCL\n"
		    "truncate f0 2099652\n"
		    "write f0 0 2097152\n"
		    "fsync f0\n"
		    "map m0 f0 0 2097152 read|write|pmd\n"
		    "load m0 4096 8\n"
		    "map m1 f0 0 2097152 read|write|pmd\n"
		    "fill m1 0 2097152\n"
		    "msync m0 0 1048576\n"
		    "unmap m0\n"
		    "unmap m1\n"
		    "close f0\n"
		    "unlink \"c7-foo\"\n");
	expect_list((struct ace_case){ 1, { { size(ACE_UNSHARE_1, ACE_TO_SHARED), ACE_SYNC } } },
		    "open f0 \"c7-foo\" O_RDWR|O_CREAT|O_EXCL\n"
		    "truncate f0 18884\n"
		    "write f0 4096 12288\n"
		    "open f1 \"c7-clone\" O_RDWR|O_CREAT|O_EXCL\n"
		    "reflink f1 f0 4096 4096 12288\n"
		    "fallocate f0 UNSHARE_RANGE 4097 8192\n"
		    "sync\n"
		    "close f0\n"
		    "close f1\n"
		    "unlink \"c7-clone\"\n"
		    "unlink \"c7-foo\"\n");
}

/* What the first step left is not made again; descriptors and mappings are each step's own. */
Test(ace_case, steps_meet)
{
	expect_list((struct ace_case){ 2,
				       { { data(ACE_MMAP, ACE_TO_DIRTY, ACE_4_KIB), ACE_CLWB },
					 { data(ACE_MMAP_SYNC, ACE_TO_DIRTY, ACE_24_BYTES),
					   ACE_NT } } },
		    "open f0 \"c7-foo\" O_RDWR|O_CREAT|O_EXCL\n"
		    "truncate f0 18884\n"
		    "map m0 f0 0 20480 read|write|pte\n"
		    "fill m0 4096 12288\n"
		    "fill m0 4096 4096\n"
		    "flush m0 4096 4096 clwb\n"
		    "drain\n"
		    "open f1 \"c7-foo\" O_RDWR\n"
		    "map m1 f1 0 20480 read|write|sync|pte\n"
		    "copy-nt m1 4152 24\n"
		    "drain\n"
		    "rely m1 4152 24\n"
		    "unmap m0\n"
		    "unmap m1\n"
		    "close f0\n"
		    "close f1\n"
		    "unlink \"c7-foo\"\n");
	/* A name that has become another file's, or none. */
	expect_list((struct ace_case){ 2,
				       { { find(ACE_LINK, -1, -1, ACE_FOO, ACE_BAR), ACE_NONE },
					 { find(ACE_RENAME_OVER, -1, -1, ACE_FOO, ACE_BAR),
					   ACE_FSYNC_PARENT } } },
		    "open f0 \"c7-foo\" O_RDWR|O_CREAT|O_EXCL\n"
		    "write f0 0 5000\n"
		    "link \"c7-foo\" \"c7-bar\"\n"
		    "open f1 \"c7-foo\" O_RDWR\n"
		    "unlink \"c7-bar\"\n"
		    "open f2 \"c7-bar\" O_RDWR|O_CREAT|O_EXCL\n"
		    "write f2 0 5000\n"
		    "rename \"c7-foo\" \"c7-bar\"\n"
		    "open f3 \".\" O_RDONLY|O_DIRECTORY\n"
		    "fsync f3\n"
		    "close f0\n"
		    "close f1\n"
		    "close f2\n"
		    "close f3\n"
		    "unlink \"c7-bar\"\n");
}

Test(ace_case, directories_are_made_and_taken_away)
{
	expect_list(
		(struct ace_case){
			1, { { find(ACE_RENAME_DIR, -1, -1, ACE_B, ACE_AC), ACE_FSYNC_PARENT } } },
		"mkdir \"c7-A\"\n"
		"mkdir \"c7-B\"\n"
		"open f0 \"c7-B/foo\" O_RDWR|O_CREAT|O_EXCL\n"
		"write f0 0 5000\n"
		"rename \"c7-B\" \"c7-A/C\" RENAME_NOREPLACE\n"
		"open f1 \"c7-A\" O_RDONLY|O_DIRECTORY\n"
		"fsync f1\n"
		"close f0\n"
		"close f1\n"
		"unlink \"c7-A/C/foo\"\n"
		"rmdir \"c7-A/C\"\n"
		"rmdir \"c7-A\"\n");
}

/* An operation that would be none, and one that would fail: and a case like it that is one. */
Test(ace_case, what_is_refused)
{
	const struct {
		int want;
		struct ace_case c;
	} rows[] = {
		{ ACE_REFUSED, { 1, { { size(ACE_PUNCH, ACE_TO_HOLE), ACE_FSYNC } } } },
		{ ACE_MADE, { 1, { { size(ACE_PUNCH, ACE_TO_UNWRITTEN), ACE_FSYNC } } } },
		{ ACE_REFUSED, { 1, { { size(ACE_ZERO_1, ACE_TO_UNWRITTEN), ACE_FSYNC } } } },
		{ ACE_MADE, { 1, { { size(ACE_ZERO_1, ACE_TO_HOLE), ACE_FSYNC } } } },
		{ ACE_REFUSED, { 1, { { size(ACE_UNSHARE, ACE_TO_DIRTY), ACE_FSYNC } } } },
		{ ACE_REFUSED,
		  { 2,
		    { { size(ACE_KEEP_1, ACE_TO_SYNCED), ACE_NONE },
		      { size(ACE_KEEP, ACE_TO_SYNCED), ACE_FSYNC } } } },
		{ ACE_MADE,
		  { 2,
		    { { size(ACE_KEEP, ACE_TO_SYNCED), ACE_NONE },
		      { size(ACE_KEEP_1, ACE_TO_SYNCED), ACE_FSYNC } } } },
		{ ACE_REFUSED,
		  { 2,
		    { { find(ACE_CREAT, -1, -1, -1, ACE_A_FOO), ACE_NONE },
		      { find(ACE_MKDIR, -1, -1, -1, ACE_A), ACE_SYNC } } } },
		{ ACE_MADE,
		  { 2,
		    { { find(ACE_CREAT, -1, -1, -1, ACE_FOO), ACE_NONE },
		      { find(ACE_MKDIR, -1, -1, -1, ACE_A), ACE_SYNC } } } },
		{ ACE_REFUSED,
		  { 2,
		    { { find(ACE_RENAME_DIR, -1, -1, ACE_A, ACE_B), ACE_NONE },
		      { find(ACE_RENAME_DIR, -1, -1, ACE_AC, ACE_B), ACE_SYNC } } } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(try(&rows[i].c, ALL), rows[i].want, "row %zu", i);
}

Test(ace_case, what_the_file_system_cannot_do)
{
	const struct ace_case shared = { 1, { { size(ACE_KEEP, ACE_TO_SHARED), ACE_FSYNC } } },
			      synced = { 1, { { size(ACE_KEEP, ACE_TO_SYNCED), ACE_FSYNC } } },
			      all = { 1, { { size(ACE_KEEP, ACE_TO_SYNCED), ACE_SYNC } } },
			      mapped = { 1,
					 { { data(ACE_MMAP_SYNC, ACE_TO_HOLE, ACE_8_BYTES),
					     ACE_FSYNC } } };

	cr_expect_eq(try(&shared, ALL & ~SOUP_REFLINK), ACE_REFUSED);
	cr_expect_eq(try(&synced, ALL & ~SOUP_REFLINK), ACE_MADE);
	cr_expect_eq(try(&synced, 0), ACE_MADE);
	cr_expect_eq(try(&all, 0), ACE_REFUSED);
	cr_expect_eq(try(&mapped, ALL), ACE_MADE);
	cr_expect_eq(try(&mapped, ALL & ~SOUP_MAP_SYNC), ACE_REFUSED);
}

/* Of an act that is refused nothing is left in the list. */
Test(ace_case, a_refused_case_adds_nothing)
{
	const struct ace_case c = { 1, { { size(ACE_PUNCH, ACE_TO_HOLE), ACE_FSYNC } } };
	struct oplist list = { 0 };

	cr_expect_eq(ace_case_make(&list, &c, 1, ALL), ACE_REFUSED);
	cr_expect_eq(list.n, 0);
	oplist_release(&list);
}

static size_t count_syncs(const struct oplist *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		switch (list->op[i].op) {
		case DX_OP_OPEN:
			n += (list->op[i].arg[0] & O_DSYNC) != 0;
			break;
		case DX_OP_FSYNC:
		case DX_OP_FDATASYNC:
		case DX_OP_SYNC:
		case DX_OP_SYNCFS:
		case DX_OP_MSYNC:
		case DX_OP_RELY:
			n++;
		}
	return n;
}

/* Each step that is followed by something has that in its list; nothing has none at its end. */
Test(ace_case, all_that_is_last_promises)
{
	size_t n;
	const struct ace_act *acts = ace_acts(&n);

	for (uint16_t i = 0; i < n; i++)
		for (uint16_t p = 0; p < ACE_PERSISTS; p++) {
			const struct ace_case c = { 1, { { i, p } } };
			struct oplist list = { 0 };

			if (!ace_persist_fits(&acts[i], p, true))
				continue;
			cr_assert_geq(ace_case_make(&list, &c, 1, ALL), 0, "act %u, %u", i, p);
			cr_expect(!list.n || count_syncs(&list) > 0, "act %u, %u", i, p);
			oplist_release(&list);
		}
}

/* The model, asked again from outside: nothing fails, and nothing is left. */
Test(ace_case, lists_leave_nothing)
{
	size_t n;

	ace_acts(&n);
	for (uint16_t i = 0; i < n; i++) {
		const struct ace_case c = {
			2, { { i, ACE_SYNCFS }, { (uint16_t)(n - 1 - i), ACE_SYNCFS } }
		};
		struct oplist list = { 0 };
		struct ace_model m;

		if (ace_case_make(&list, &c, 1, ALL) != ACE_MADE)
			continue;
		ace_model_init(&m, ALL);
		for (size_t k = 0; k < list.n; k++)
			cr_assert_eq(ace_model_do(&m, &list.op[k]), ACE_CHANGED);
		for (unsigned int name = 1; name < ACE_NAMES; name++)
			cr_expect_eq(m.name[name].name[0], '\0');
		for (unsigned int slot = 0; slot < ACE_SLOTS; slot++)
			cr_expect(!m.file[slot].open && !m.map[slot].length);
		oplist_release(&list);
	}
}
