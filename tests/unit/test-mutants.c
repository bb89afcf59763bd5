// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a mutant that is read as another, and a line that is passed over in silence. */
#include "bench/zoo/mutants.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static struct mutants m;
static struct err e;

static void parse(const char *text)
{
	int r = mutants_parse(&m, text, strlen(text), "zoo", &e);

	cr_assert_eq(r, 0, "%s", e.what);
}

static void expect_refused(const char *text, const char *why)
{
	cr_assert_eq(mutants_parse(&m, text, strlen(text), "zoo", &e), -EBADMSG, "%s", text);
	cr_expect(strstr(e.what, why), "%s: %s, not %s", text, e.what, why);
	cr_expect_eq(m.n + m.n_general, 0);
	cr_expect_null(m.mutant);
}

Test(mutants, are_lines)
{
	parse("# a comment\n"
	      "\n"
	      "2 no-mkclean : lines : check  pte-store-after-msync --fs\text4 : stays writable\n"
	      "general : check soup:ops=200 --rounds 4");
	cr_assert_eq(m.n, 1);
	cr_expect_eq(m.mutant[0].number, 2);
	cr_expect_str_eq(m.mutant[0].name, "no-mkclean");
	cr_expect_not(m.mutant[0].equivalent);
	cr_expect_eq(m.mutant[0].expected, ZOO_LINES);
	cr_expect_eq(m.mutant[0].trigger.n, 4);
	cr_expect_str_eq(m.mutant[0].trigger.words[0], "check");
	cr_expect_str_eq(m.mutant[0].trigger.words[3], "ext4");
	cr_expect_null(m.mutant[0].trigger.words[4]);
	cr_expect_str_eq(m.mutant[0].what, "stays writable");
	mutants_release(&m);
}

Test(mutants, may_be_equivalent_with_a_reason)
{
	parse("70 b : equivalent: x86: has: none : run x:y=1 : what # not this\n");
	cr_assert_eq(m.n, 1);
	cr_expect(m.mutant[0].equivalent);
	cr_expect_str_eq(m.mutant[0].reason, "x86: has: none");
	cr_expect_str_eq(m.mutant[0].what, "what");
	mutants_release(&m);
}

Test(mutants, may_be_for_what_knows_of_none)
{
	parse("101 a-1-drop : any : general : what\n"
	      "102 b : equivalent: why : general : what\n"
	      "3 c : lines : check x : what\n");
	cr_assert_eq(m.n, 3);
	cr_expect(m.mutant[0].general && m.mutant[0].any && !m.mutant[0].equivalent);
	cr_expect_eq(m.mutant[0].trigger.n, 0);
	cr_expect_str_eq(mutant_expected(&m.mutant[0]), "any");
	cr_expect(m.mutant[1].general && !m.mutant[1].any && m.mutant[1].equivalent);
	cr_expect_str_eq(mutant_expected(&m.mutant[1]), "equivalent");
	cr_expect(!m.mutant[2].general && !m.mutant[2].any);
	cr_expect_str_eq(mutant_expected(&m.mutant[2]), "lines");
	mutants_release(&m);
}

Test(mutants, have_general_commands_beside_them)
{
	parse("general : check soup:ops=200 --rounds 4\ngeneral : run x");
	cr_assert_eq(m.n_general, 2);
	cr_expect_eq(m.general[0].n, 4);
	cr_expect_str_eq(m.general[0].text, "check soup:ops=200 --rounds 4");
	cr_expect_str_eq(m.general[1].words[1], "x");
	mutants_release(&m);
}

Test(mutants, are_found_by_number_and_name)
{
	parse("2 a : lines : check a : x\n3 b-2 : states : check b : x\n");
	cr_expect_eq(mutants_find(&m, "3"), &m.mutant[1]);
	cr_expect_eq(mutants_find(&m, "a"), &m.mutant[0]);
	cr_expect_eq(mutants_find(&m, "b-2"), &m.mutant[1]);
	cr_expect_null(mutants_find(&m, "b"));
	cr_expect_null(mutants_find(&m, "0"));
	cr_expect_null(mutants_find(&m, ""));
	mutants_release(&m);
}

Test(mutants, that_are_none_are_refused_by_line)
{
	expect_refused("1 a : lines : check x : y\n2 b", "line 2: want NUMBER");
	expect_refused("1 a : lines : check x", "line 1: want NUMBER");
	expect_refused("1 a : lines : check x : y : z", "line 1: want NUMBER");
	expect_refused("0 a : lines : check x : y", "want a number, not 0");
	expect_refused("a : lines : check x : y", "want a number");
	expect_refused("1234567 a : lines : check x : y", "want a number");
	expect_refused("1 A : lines : check x : y", "of [a-z0-9-]");
	expect_refused("1 2 : lines : check x : y", "of [a-z0-9-]");
	expect_refused("1  : lines : check x : y", "want a number");
	expect_refused("1 a : line : check x : y", "want any, lines, content");
	expect_refused("1 a : equivalent : check x : y", "want any, lines, content");
	expect_refused("1 a : lines : shell x : y", "want check or run");
	expect_refused("1 a : lines : : y", "line 1");
	/* Who expects one detector has a command that it is to speak at. */
	expect_refused("1 a : lines : general : y", "want general with any");
	expect_refused("1 a : any : check x : y", "want general with any");
	expect_refused("1 a : lines : check x : y\n1 b : lines : check x : y",
		       "line 2: that number");
	expect_refused("1 a : lines : check x : y\n2 a : lines : check x : y",
		       "line 2: that number");
	expect_refused("general : rm -rf", "want check or run");
}

Test(mutants, are_text_with_an_end)
{
	char words[200] = "general : check";

	for (size_t i = 0; i < MUTANTS_MAX_WORDS; i++)
		strcat(words, " x");
	expect_refused(words, "not too many words");
	words[strlen(words) - 2] = '\0';
	parse(words);
	mutants_release(&m);
	cr_expect_eq(mutants_parse(&m, "a\0b", 3, "zoo", &e), -EBADMSG);
	cr_expect_str_eq(e.what, "is no text");
}

Test(mutants, of_the_tree_can_be_read)
{
	static const struct {
		const char *path;
		bool mutants;
	} lists[] = { { MUTANTS_FILE, true },
		      { "kernels/mechanical", true },
		      { MUTANTS_GENERAL, false } };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		cr_assert_eq(mutants_read(&m, lists[i].path, &e), 0, "%s", e.what);
		cr_expect_eq(m.n > 0, lists[i].mutants, "%s", lists[i].path);
		cr_expect_eq(m.n_general > 0, !lists[i].mutants, "%s", lists[i].path);
		mutants_release(&m);
	}
	cr_expect_eq(mutants_read(&m, "no/such/file", &e), -ENOENT);
}
