// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attributes that were found, byte by byte. An oracle that looks at names and not at values, that
 * takes another file's or another attribute's value, or overlooks what nobody made fails here.
 */
#include "tests/unit/states-fixture.h"

#include <errno.h>

TestSuite(oracle_attributes, .init = start_states, .fini = end_states);

/* "a" with one attribute, by fsync: its generation. */
static uint64_t synced_xattr(uint64_t number, uint64_t size)
{
	uint64_t generation;

	create(A, "a");
	generation = set_xattr(A, number, size);
	fsync_of(A);
	return generation;
}

static void found_a_with(uint64_t number, uint64_t size, uint64_t generation)
{
	found();
	found_file("a", 100, 0);
	found_xattr(number, size, generation);
	found_end();
}

Test(oracle_attributes, values_are_compared_to_their_last_byte)
{
	static const uint64_t sizes[] = { 1, 7, 8, 9, 100, DX_XATTR_MAX };
	unsigned char value[DX_XATTR_MAX];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t generation = synced_xattr(0, sizes[i]);

		found_a_with(0, sizes[i], generation);
		expect_legal();
		dx_xattr_value(0, generation, value, sizes[i]);
		value[sizes[i] - 1] ^= 1;
		found();
		found_file("a", 100, 0);
		found_named_xattr("user.daxbench.0", value, sizes[i]);
		found_end();
		expect_only(ORACLE_XATTR, "a");
		names(DX_OP_UNLINK, "a", NULL, 0);
		sync_all();
	}
}

Test(oracle_attributes, a_value_has_its_size)
{
	uint64_t generation = synced_xattr(0, 20);
	const struct oracle_finding *one;

	found_a_with(0, 19, generation);
	one = expect_only(ORACLE_XATTR, "a");
	cr_expect_str_eq(one->what, "user.daxbench.0 has 19 bytes that nobody gave it, "
				    "may be what setxattr #3 gave it");
	found_a_with(0, 21, generation);
	expect_only(ORACLE_XATTR, "a");
	found();
	found_file("a", 100, 0);
	found_named_xattr("user.daxbench.0", "", 0);
	found_end();
	expect_only(ORACLE_XATTR, "a");
}

Test(oracle_attributes, a_value_is_of_its_own_attribute)
{
	uint64_t generation = synced_xattr(2, 20);
	unsigned char value[20];

	dx_xattr_value(3, generation, value, sizeof(value));
	found();
	found_file("a", 100, 0);
	found_named_xattr("user.daxbench.2", value, sizeof(value));
	found_end();
	expect_only(ORACLE_XATTR, "a");
}

Test(oracle_attributes, a_value_is_of_its_own_file)
{
	uint64_t generation = synced_xattr(0, 20);

	create(B, "b");
	found();
	found_file("a", 100, 0);
	found_xattr(0, 20, generation);
	found_file("b", 101, 0);
	found_xattr(0, 20, generation);
	found_end();
	expect_only(ORACLE_XATTR, "b");
}

Test(oracle_attributes, one_that_nobody_gave_is_found)
{
	uint64_t generation = synced_xattr(0, 20);

	found();
	found_file("a", 100, 0);
	found_xattr(0, 20, generation);
	found_xattr(1, 20, generation);
	found_end();
	expect_only(ORACLE_XATTR, "a");
	found();
	found_file("a", 100, 0);
	found_xattr(0, 20, generation);
	found_named_xattr("user.daxbench.01", "x", 1);
	found_end();
	cr_expect(strstr(expect_only(ORACLE_XATTR, "a")->what, "\"user.daxbench.01\""));
	found();
	found_file("a", 100, 0);
	found_xattr(0, 20, generation);
	found_named_xattr("user.other", "x", 1);
	found_end();
	expect_only(ORACLE_XATTR, "a");
}

/* No operation gives them. */
Test(oracle_attributes, set_id_bits_are_found)
{
	create(A, "a");
	found();
	found_entry("a", S_IFREG | S_ISUID | 0644, 100, 1, 0);
	found_end();
	expect_only(ORACLE_MODE, "a");
}

/* Which of the two it is, its attributes tell as its data do. */
Test(oracle_attributes, of_two_files_of_one_name_each_has_its_own)
{
	uint64_t old, new;

	create(A, "a");
	old = set_xattr(A, 0, 8);
	create(B, "b");
	new = set_xattr(B, 0, 8);
	chmod_of(B, 0600);
	sync_all();
	names(DX_OP_RENAME, "b", "a", 0);
	found();
	found_entry("a", S_IFREG | 0600, 101, 1, 0);
	found_xattr(0, 8, new);
	found_end();
	expect_legal();
	found();
	found_entry("a", S_IFREG | 0644, 101, 1, 0);
	found_xattr(0, 8, new);
	found_end();
	expect_illegal(ORACLE_MODE, "a");
	found();
	found_entry("a", S_IFREG | 0600, 100, 1, 0);
	found_xattr(0, 8, old);
	found_entry("b", S_IFREG | 0600, 101, 1, 0);
	found_xattr(0, 8, new);
	found_end();
	expect_only(ORACLE_XATTR, "a");
}

Test(oracle_attributes, of_what_cannot_be_read_nothing_is_said)
{
	const uint64_t value[5] = { S_IFREG, 1, 0, 100, EIO };

	synced_xattr(0, 20);
	found();
	dump_out_add(&st.out, DUMP_ENTRY, value, "a", 1);
	found_end();
	expect_only(ORACLE_RECOVERS, "a");
}

Test(oracle_attributes, without_a_history_any_may_be_there)
{
	found();
	found_entry("a", S_IFREG | 07777, 100, 1, 0);
	found_named_xattr("user.other", "x", 1);
	found_end();
	cr_assert_eq(oracle_judge(st.dump, NULL, ORACLE_ALL_RULES, &st.findings), 0);
	cr_expect_eq(st.findings.n, 0);
}
