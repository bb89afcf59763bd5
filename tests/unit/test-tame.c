// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches an escape sequence of a guest that reaches the terminal. */
#include "lib/tame.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(tame, lines_stay)
{
	char text[] = "a\tb\r\n\033[2J\177\303\251";

	tame(text, sizeof(text) - 1);
	cr_assert_str_eq(text, "a\tb \n?[2J?\303\251");
}

Test(tame, one_line)
{
	char text[] = "a\tb\nc\033", empty[] = "";

	tame_line(text);
	cr_assert_str_eq(text, "a b c?");
	tame_line(empty);
	cr_assert_str_eq(empty, "");
}

Test(tame, no_further_than_asked)
{
	char text[] = "\001\001";

	tame(text, 1);
	cr_assert_str_eq(text, "?\001");
}

Test(tame, ascii_alone)
{
	char text[] = "a~ b\n\303\251\377\177";

	tame_ascii(text);
	cr_assert_str_eq(text, "a~ b?????");
}

Test(tame, a_line_is_printed_as_one)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	tame_print(out, "%s: %d", "a\nb\033[2J", 3);
	fclose(out);
	cr_assert_str_eq(text, "a b?[2J: 3\n");
	free(text);
}
