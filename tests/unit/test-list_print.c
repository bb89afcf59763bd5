// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a workload that no theme shows, and a line that does not fit. */
#include "bench/report/list_print.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char *print(unsigned int width, bool verbose)
{
	json_t *j = json_pack("[{s:s, s:s, s:s, s:s, s:s, s:[]},"
			      "{s:s, s:s, s:s, s:s, s:s, s:[{s:s, s:s, s:i, s:i, s:i, s:s}]},"
			      "{s:s, s:s, s:s}]",
			      "name", "msync-page", "title", "Sync a page", "theme", "sync", "op",
			      "store+msync", "group", "default,sync", "params", "name", "pmd-load",
			      "title", "Load from a hole", "theme", "fault", "op", "load", "group",
			      "fault", "params", "name", "pages", "unit", "pages", "default", 64,
			      "min", 1, "max", 100, "help", "of them", "name", "mine", "title",
			      "Mine", "theme", "");
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert_not_null(j);
	list_print(out, j, width, verbose);
	fclose(out);
	json_decref(j);
	return text;
}

Test(list_print, by_theme)
{
	char *text = print(0, false);

	cr_assert_str_eq(text, "fault: page faults of a mapping\n"
			       "  pmd-load    Load from a hole\n"
			       "sync: what makes stores durable\n"
			       "  msync-page  Sync a page\n"
			       "of no theme\n"
			       "  mine        Mine\n");
	free(text);
}

Test(list_print, titles_are_cut)
{
	char *text = print(20, false);

	cr_assert_not_null(strstr(text, "  pmd-load    Load f\n"), "%s", text);
	free(text);
	text = print(3, false);
	cr_assert_not_null(strstr(text, "  pmd-load    \n"), "%s", text);
	free(text);
}

Test(list_print, verbose)
{
	char *text = print(0, true);

	cr_assert_not_null(strstr(text, "pmd-load\n    Load from a hole\n"
					"    one operation: load; groups: fault\n"
					"        :pages=64  of them, 1 to 100 pages\n"));
	free(text);
}
