// SPDX-License-Identifier: GPL-2.0-or-later
/* Catches a matrix that leaves a mutant out, and a broken kernel's words that reach the terminal.
 */
#include "bench/report/zoo_print.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char *print(const char *text, bool verbose)
{
	json_t *document = json_loads(text, 0, NULL);
	char *out = NULL;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	cr_assert(document && f);
	zoo_print(f, document, verbose);
	fclose(f);
	json_decref(document);
	return out;
}

#define MUTANT(number, name, expected, verdict, with)                                              \
	"{\"number\": " number ", \"name\": \"" name                                               \
	"\", \"what\": \"WHAT\", \"command\": \"CMD\","                                            \
	"\"expected\": \"" expected "\", \"reason\": \"REASON\", \"verdict\": \"" verdict "\","    \
	"\"seconds\": 7.5, \"with\": {\"reason\": \"\", \"by\": {" with "}},"                      \
	"\"without\": {\"reason\": \"a\\u001bb\", \"by\": {}}}"

static const char *const document = "{\"seconds\": 60.0, \"mutants\": [" MUTANT(
	"28", "same", "equivalent", "equivalent",
	"") "," MUTANT("2", "bad", "lines", "caught",
		       "\"lines\": {\"count\": 12, \"first\": \"ext4 w\"}") "],"
									    "\"summary\": "
									    "{\"caught\": 1, "
									    "\"missed\": 0, "
									    "\"equivalent\": 1}}";

Test(zoo_print, all_mutants_and_equivalent_ones_apart)
{
	char *out = print(document, false);

	cr_expect(strstr(out, "   2 bad                       12       .       .       .       . "
			      "caught        7.5  ext4 w\n"),
		  "%s", out);
	cr_expect_lt(strstr(out, "bad"), strstr(out, "\nequivalent: "));
	cr_expect_lt(strstr(out, "\nequivalent: "), strstr(out, "  28 same"));
	cr_expect(strstr(out, "REASON"));
	cr_expect(strstr(out, "1 caught, 1 equivalent; 60 s\n"), "%s", out);
	cr_expect_null(strstr(out, "WHAT"));
	cr_expect_null(strchr(out, '\033'));
	free(out);
}

Test(zoo_print, verbose_says_what_each_is)
{
	char *out = print(document, true);

	cr_expect(strstr(out, "      WHAT\n      CMD\n"), "%s", out);
	free(out);
}
