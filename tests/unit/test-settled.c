// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is settled, beyond what the oracle's rules (test-oracle_rules.c) ask of it: directories of
 * more than a block. A name that is taken for settled there is missed where nothing is wrong.
 */
#include "tests/unit/states-fixture.h"

#include "checker/states/settled.h"

TestSuite(settled, .init = start_states, .fini = end_states);

static bool is_settled(const char *path)
{
	const struct history_name *name;

	follow();
	name = history_find(st.history, path);
	cr_assert(name);
	return settled_name(st.history, name, HISTORY_POSIX);
}

static bool is_whole(const char *directory)
{
	follow();
	return settled_directory(st.history, directory, HISTORY_POSIX);
}

/* Name @i of those: 200 bytes, of which an entry is 208. Returns @buf. */
static const char *long_name(const char *prefix, unsigned int i, char *buf, size_t len)
{
	snprintf(buf, len, "%s%0200u", prefix, i);
	return buf;
}

static void create_many(const char *prefix, unsigned int n)
{
	char name[256];

	for (unsigned int i = 0; i < n; i++) {
		by(1 + i / 10); /* their logs are short */
		names(DX_OP_MKDIR, long_name(prefix, i, name, sizeof(name)), NULL, 0);
	}
	by(0);
}

static bool is_first_settled(void)
{
	char name[256];

	return is_settled(long_name("", 0, name, sizeof(name)));
}

Test(settled, a_name_is_not_before_it_was_promised)
{
	create(A, "a");
	cr_expect_not(is_settled("a"));
	sync_all();
	cr_expect(is_settled("a"));
	names(DX_OP_UNLINK, "a", NULL, 0);
	cr_expect_not(is_settled("a"));
	sync_all();
	cr_expect(is_settled("a"));
}

Test(settled, as_its_directory_is)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	create(A, "d/a");
	fsync_of(A);
	fsync_directory(B, "d");
	cr_expect_not(is_settled("d/a"), "the directory itself may be lost");
	fsync_directory(C, ".");
	cr_expect(is_settled("d/a"));
}

Test(settled, directories_of_one_block_lose_nothing_as_they_change)
{
	create_many("", 19);
	sync_all();
	create(A, "a");
	cr_expect(is_first_settled());
}

Test(settled, larger_ones_may)
{
	create_many("", 20);
	sync_all();
	cr_expect(is_first_settled());
	create(A, "a");
	cr_expect_not(is_first_settled());
	sync_all();
	cr_expect(is_first_settled());
}

Test(settled, that_another_directory_is_large_is_nothing_to_it)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	names(DX_OP_MKDIR, "e", NULL, 0);
	create_many("d/", 20);
	create(A, "e/a");
	sync_all();
	names(DX_OP_MKDIR, "d/more", NULL, 0);
	cr_expect(is_settled("e/a"));
	cr_expect(is_settled("d"));
}

Test(settled, a_directory_is_whole_once_all_of_it_was_promised)
{
	names(DX_OP_MKDIR, "d", NULL, 0);
	sync_all();
	cr_expect(is_whole(""));
	cr_expect(is_whole("d"));
	create(A, "d/a");
	cr_expect(is_whole(""));
	cr_expect_not(is_whole("d"));
	create(B, "b");
	cr_expect_not(is_whole(""));
	sync_all();
	cr_expect(is_whole(""));
	cr_expect(is_whole("d"));
}
