/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An operation list as text, for the tests that compare lists. */
#ifndef TESTS_OPLIST_FIXTURE_H
#define TESTS_OPLIST_FIXTURE_H

#include "checker/list/oplist.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The caller frees. */
static inline char *print(const struct oplist *list)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	cr_assert_eq(oplist_print(list, out), 0);
	fclose(out);
	return text;
}

#endif
