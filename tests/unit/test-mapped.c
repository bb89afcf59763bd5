// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This program looks up places of its own, as if it had been recorded. Caught is a wrong line, an
 * address of nothing that gets a name, a file that is another by now, and a list that is none.
 */
#include "checker/names/mapped.h"

#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct mapped *m;
static struct err e;
static char list[65536], text[600];

static void drop(void)
{
	mapped_close(m);
	m = NULL;
}

TestSuite(mapped, .fini = drop);

/* clang-format off */
#line 700 "tests/unit/test-mapped.c"
static __attribute__((noinline)) uint64_t here(void)
{
	uint64_t at;
	__asm__ volatile("1: lea 1b(%%rip), %0" : "=r"(at));
	return at;
}
#line 50 "tests/unit/test-mapped.c"
/* clang-format on */

/* What of us is executable, as the guest writes it; sizes are @wrong by so much. */
static void list_self(uint64_t wrong)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[4200];
	struct stat st;
	size_t used = 0;

	cr_assert(f);
	while (fgets(line, sizeof(line), f)) {
		char *path = strchr(line, '/');

		line[strcspn(line, "\n")] = '\0';
		if (!path || !strstr(line, " r-xp ") || stat(path, &st))
			continue;
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%" PRIu64 " %s\n",
					 (uint64_t)st.st_size + wrong, line);
	}
	fclose(f);
	cr_assert_eq(mapped_parse(&m, list, "list", &e), 0, "%s", e.what);
}

static const char *describe(uint64_t address)
{
	return mapped_describe(m, address, text, sizeof(text));
}

Test(mapped, a_line_of_a_program)
{
	list_self(0);
	cr_expect_str_eq(describe(here()), "tests/unit/test-mapped.c:703 here()");
}

Test(mapped, a_function_of_a_library_without_lines)
{
	list_self(0);
	cr_expect(strstr(describe((uint64_t)(uintptr_t)getppid), "getppid"), "%s", text);
}

Test(mapped, an_offset_in_a_file_that_is_another_now)
{
	list_self(1);
	cr_expect_eq(strncmp(describe(here()), "test-mapped+0x", 14), 0, "%s", text);
}

Test(mapped, an_address_of_nothing)
{
	list_self(0);
	cr_expect_str_eq(describe(0x10), "0x10");
	cr_expect_str_eq(describe(~0ULL), "0xffffffffffffffff");
}

Test(mapped, a_file_that_is_no_program)
{
	cr_assert_eq(
		mapped_parse(&m, "5 1000-2000 r-xp 00000400 00:02 1 /etc/passwd\n", "list", &e), 0);
	cr_expect_str_eq(describe(0x1010), "passwd+0x410");
	drop();
	cr_assert_eq(mapped_parse(&m, "5 1000-2000 r-xp 00000000 00:02 1 /not/there", "list", &e),
		     0);
	cr_expect_str_eq(describe(0x1010), "there+0x10");
}

Test(mapped, an_empty_list_names_nothing)
{
	cr_assert_eq(mapped_parse(&m, "", "list", &e), 0);
	cr_expect_str_eq(describe(0x1010), "0x1010");
}

static void refuse(const char *line)
{
	cr_expect_eq(mapped_parse(&m, line, "list", &e), -EBADMSG, "%s", line);
}

Test(mapped, what_is_no_list_is_refused)
{
	refuse("hello\n");
	refuse("5 1000-2000 rw-p 00000000 00:02 1 /bin/sh\n");
	refuse("5 2000-1000 r-xp 00000000 00:02 1 /bin/sh\n");
	refuse("5 1000-2000 r-xp 00000000 00:02 1 bin/sh\n");
	refuse("5 1000-2000 r-xp 00000000 00:02 1\n");
	refuse("\n\n");
	cr_expect_eq(mapped_open(&m, "/not/there", &e), -ENOENT);
}

Test(mapped, a_list_of_too_many_is_refused)
{
	static char many[(MAPPED_MAX + 1) * 50 + 1];
	size_t used = 0;

	for (unsigned int i = 0; i <= MAPPED_MAX; i++)
		used += (size_t)snprintf(many + used, sizeof(many) - used,
					 "5 1000-2000 r-xp 0 00:02 1 /bin/sh\n");
	cr_expect_eq(mapped_parse(&m, many, "list", &e), -EFBIG);
}
