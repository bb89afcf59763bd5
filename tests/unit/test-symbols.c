// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a search that is off by one at a symbol's first or last byte, a name
 * that depends on the order of the file, and a reader that takes what is cut
 * off, hidden or made to be printed. The lines are of Debian's 6.12 kernel.
 */
#include "checker/names/symbols.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = "ffffffffc02012a0 t pmem_submit_bio\t[nd_pmem]\n"
			   "ffffffff81ca3c70 T __x86_return_thunk\n"
			   "ffffffff81398b70 T __x64_sys_msync\n"
			   "ffffffff81398b60 t __pfx___x64_sys_msync\n"
			   "ffffffff81398d00 t msync_end\n"
			   "ffffffff82a00000 D jiffies\n"
			   "ffffffff81c80000 t memset_local\n"
			   "ffffffff81c80000 T __memset\n"
			   "ffffffff81c80000 W memset\n";

static struct symbols *parse(const char *from)
{
	struct symbols *s = NULL;
	struct err e = { 0 };

	cr_assert_eq(symbols_parse(&s, from, strlen(from), "kallsyms", &e), 0, "%s", e.what);
	return s;
}

static void expect(const struct symbols *s, uint64_t addr, const char *formatted)
{
	char buf[128];

	cr_expect_str_eq(symbols_format(symbols_find(s, addr), addr, buf, sizeof(buf)), formatted);
}

Test(symbols, an_address_lies_in_the_last_symbol_before_it)
{
	struct symbols *s = parse(text);

	cr_expect_eq(symbols_count(s), 5);
	expect(s, 0xffffffff81398b6f, "0xffffffff81398b6f");
	expect(s, 0xffffffff81398b70, "__x64_sys_msync+0");
	expect(s, 0xffffffff81398cff, "__x64_sys_msync+0x18f");
	expect(s, 0xffffffff81398d00, "msync_end+0");
	expect(s, 0xffffffffc02014e2, "pmem_submit_bio+0x242 [nd_pmem]");
	expect(s, 0, "0");
	symbols_close(s);
}

Test(symbols, one_too_far_away_lies_in_none)
{
	struct symbols *s = parse(text);

	cr_expect(symbols_find(s, 0xffffffffc02012a0 + SYMBOLS_REACH - 1));
	cr_expect_null(symbols_find(s, 0xffffffffc02012a0 + SYMBOLS_REACH));
	cr_expect_null(symbols_find(s, UINT64_MAX));
	cr_expect_null(symbols_find(s, 0xffffffff82a00010), "data is no text");
	symbols_close(s);
}

Test(symbols, of_names_for_one_address_it_is_always_the_same)
{
	struct symbols *s = parse(text), *other;

	expect(s, 0xffffffff81c80001, "memset+0x1");
	symbols_close(s);
	other = parse("1000 t b\n1000 t aa\n1000 T long_global\n2000 w y\n2000 t x\n");
	expect(other, 0x1000, "long_global+0");
	expect(other, 0x2000, "x+0");
	symbols_close(other);
}

Test(symbols, are_in_ascending_order)
{
	struct symbols *s = parse(text);

	for (size_t i = 1; i < symbols_count(s); i++)
		cr_expect_lt(symbols_at(s, i - 1)->start, symbols_at(s, i)->start);
	cr_expect_str_eq(symbols_at(s, 0)->name, "__x64_sys_msync");
	cr_expect_str_eq(symbols_at(s, 0)->module, "");
	cr_expect(symbols_at(s, 0)->global);
	symbols_close(s);
}

static void expect_refused(const char *from, size_t len, const char *says)
{
	struct symbols *s = NULL;
	struct err e = { 0 };

	cr_expect_eq(symbols_parse(&s, from, len, "kallsyms", &e), -EBADMSG, "%s", from);
	cr_expect_null(s);
	cr_expect(strstr(e.what, says), "\"%s\", want: %s", e.what, says);
}

#define REFUSED(name, from, says)                                                                  \
	Test(symbols, name)                                                                        \
	{                                                                                          \
		expect_refused(from, sizeof(from) - 1, says);                                      \
	}

REFUSED(empty, "", "no text symbol")
REFUSED(only_data, "1000 D jiffies\n", "no text symbol")
REFUSED(no_text_at_all, "\177ELF\2\1\1\n", "line 1: not")
REFUSED(cut_in_a_name, "1000 T main\n2000 T mai", "line 2: it breaks off")
REFUSED(no_address, " T main\n", "line 1: not")
REFUSED(too_many_digits, "11111111111111111 T main\n", "line 1: not")
REFUSED(negative, "-1 T main\n", "line 1: not")
REFUSED(no_type, "1000  main\n", "line 1: not")
REFUSED(ends_behind_the_address, "1000 \n", "line 1: not")
REFUSED(no_name, "1000 T \n", "no name")
REFUSED(words_behind_the_name, "1000 T main other\n", "no name")
REFUSED(escape_in_a_name, "1000 T ma\033[2Jin\n", "no name")
REFUSED(eight_bits, "1000 T m\303\244in\n", "no name")
REFUSED(nul_in_a_name, "1000 T ma\0in\n", "a NUL")
REFUSED(no_bracket, "1000 T main\tmodule\n", "behind the name")
REFUSED(open_bracket, "1000 T main\t[module\n", "module's name")
REFUSED(empty_module, "1000 T main\t[]\n", "module's name")
REFUSED(more_behind_a_module, "1000 T main\t[module] x\n", "module's name")
REFUSED(hidden, "0000000000000000 T main\n", "hidden")

Test(symbols, a_name_has_a_limit)
{
	char line[SYMBOLS_MAX_NAME + 16] = "1000 T ";
	struct symbols *s = NULL;
	struct err e;

	memset(line + 7, 'x', SYMBOLS_MAX_NAME - 1);
	line[7 + SYMBOLS_MAX_NAME - 1] = '\n';
	cr_assert_eq(symbols_parse(&s, line, strlen(line), "kallsyms", &e), 0, "%s", e.what);
	symbols_close(s);
	line[7 + SYMBOLS_MAX_NAME - 1] = 'x';
	line[7 + SYMBOLS_MAX_NAME] = '\n';
	expect_refused(line, strlen(line), "no name");
}

Test(symbols, what_is_no_file)
{
	struct symbols *s = NULL;
	struct err e;

	cr_expect_eq(symbols_open(&s, "/nonexistent/kallsyms", &e), -ENOENT);
	cr_expect_eq(symbols_open(&s, "/", &e), -EBADMSG);
	cr_expect_eq(symbols_open(&s, "/dev/zero", &e), -EBADMSG);
	symbols_close(NULL);
}

Test(symbols, more_than_there_is_room_for)
{
	const size_t each = strlen("00000001 t f\n"), lines = SYMBOLS_MAX + 1;
	char *many = malloc(lines * each + 1);
	struct symbols *s = NULL;
	struct err e;

	cr_assert(many);
	for (size_t i = 0; i < lines; i++)
		snprintf(many + i * each, each + 1, "%08zx t f\n", i + 1);
	cr_expect_eq(symbols_parse(&s, many, lines * each, "kallsyms", &e), -EFBIG);
	cr_expect_null(s);
	cr_assert_eq(symbols_parse(&s, many, (lines - 1) * each, "kallsyms", &e), 0, "%s", e.what);
	cr_expect_eq(symbols_count(s), SYMBOLS_MAX);
	symbols_close(s);
	free(many);
}
