// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Catches a reduced kallsyms that lost a function or that its reader refuses,
 * and one full of zeros that is taken for symbols.
 */
#include "bench/check/kallsyms.h"
#include "checker/names/symbols.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int text_of(const char *content, char **ret, size_t *len, struct err *e)
{
	char path[] = "/tmp/test-kallsyms-XXXXXX";
	int fd = mkstemp(path), r;

	cr_assert(fd >= 0);
	cr_assert_eq(write(fd, content, strlen(content)), (ssize_t)strlen(content));
	close(fd);
	r = kallsyms_text_of(path, ret, len, e);
	unlink(path);
	return r;
}

Test(kallsyms, text_is_kept_and_nothing_else)
{
	struct err e = { 0 };
	char *text;
	size_t len;

	cr_assert_eq(text_of("0000000000000000 A fixed_percpu_data\n"
			     "ffffffff81000000 T _text\n"
			     "ffffffff81000000 t __pfx_first\n"
			     "ffffffff81000010 t first\n"
			     "ffffffff81000020 D data\n"
			     "ffffffff81000030 t __cfi_second\n"
			     "ffffffff81000040 W second\n"
			     "ffffffffc0000000 t third\t[module]\n"
			     "ffffffffc0000010 r ro\t[module]\n",
			     &text, &len, &e),
		     0, "%s", e.what);
	cr_expect_str_eq(text, "ffffffff81000000 T _text\n"
			       "ffffffff81000010 t first\n"
			       "ffffffff81000040 W second\n"
			       "ffffffffc0000000 t third\t[module]\n");
	cr_expect_eq(len, strlen(text));
	free(text);
}

Test(kallsyms, zeros_are_no_addresses)
{
	struct err e = { 0 };
	char *text = NULL;
	size_t len;

	cr_expect_eq(
		text_of("0000000000000000 T _text\n0000000000000000 t first\n", &text, &len, &e),
		-EACCES);
	cr_expect_null(text);
	cr_expect(strstr(e.hint, "kptr_restrict"));
}

Test(kallsyms, one_without_text_or_not_there)
{
	struct err e = { 0 };
	char *text = NULL;
	size_t len;

	cr_expect_eq(text_of("", &text, &len, &e), -ENODATA);
	cr_expect_eq(text_of("no such lines", &text, &len, &e), -ENODATA);
	cr_expect_eq(kallsyms_text_of("/nonexistent", &text, &len, &e), -ENOENT);
	cr_expect_null(text);
}

Test(kallsyms, its_reader_takes_what_this_machine_has)
{
	struct symbols *s = NULL;
	struct err e = { 0 };
	char *text;
	size_t len;
	int r = kallsyms_text(&text, &len, &e);

	if (r)
		cr_skip("%s: %s", e.object, e.what);
	cr_assert_eq(symbols_parse(&s, text, len, "kallsyms", &e), 0, "%s", e.what);
	cr_expect_gt(symbols_count(s), 1000);
	symbols_close(s);
	free(text);
}
