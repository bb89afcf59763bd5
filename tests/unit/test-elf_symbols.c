// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions of this program and of the C library. Caught is a name for an address that is of
 * none, and a file that is no program taken for one. mapped_describe() has the way from there.
 */
#include "checker/names/elf_symbols.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern const char __executable_start[];

static struct elf_symbols *s;
static struct err e;
static uint64_t start;

static void drop(void)
{
	elf_symbols_close(s);
	s = NULL;
}

TestSuite(elf_symbols, .fini = drop);

__attribute__((noinline)) int elf_symbols_test_function(int n);
__attribute__((noinline)) int elf_symbols_test_function(int n)
{
	return n + (int)getpid();
}

static void open_self(void)
{
	cr_assert_eq(elf_symbols_open(&s, "/proc/self/exe", &e), 0, "%s", e.what);
}

/* Of a function here: where it is in the file, which the linker lays out as memory is. */
static uint64_t offset_of(int (*function)(int))
{
	return (uint64_t)(uintptr_t)function - (uint64_t)(uintptr_t)__executable_start;
}

Test(elf_symbols, a_function_has_its_name)
{
	uint64_t at;

	open_self();
	cr_assert_eq(elf_symbols_address(s, offset_of(elf_symbols_test_function), &at), 0);
	cr_expect_str_eq(elf_symbols_find(s, at + 1, &start), "elf_symbols_test_function");
	cr_expect_eq(start, at);
}

Test(elf_symbols, what_is_in_no_function_has_none)
{
	open_self();
	cr_expect_null(elf_symbols_find(s, 1, &start));
	cr_expect_null(elf_symbols_find(s, ~0ULL, &start));
}

Test(elf_symbols, an_offset_beyond_the_file_is_not_loaded)
{
	uint64_t at;

	open_self();
	cr_expect_eq(elf_symbols_address(s, 1ULL << 40, &at), -ENOENT);
}

Test(elf_symbols, what_is_no_program_is_refused)
{
	cr_expect_eq(elf_symbols_open(&s, "/etc/passwd", &e), -EBADMSG);
	cr_expect_eq(elf_symbols_open(&s, "/tmp", &e), -EBADMSG);
	cr_expect_eq(elf_symbols_open(&s, "/not/there", &e), -ENOENT);
	elf_symbols_close(NULL);
}
