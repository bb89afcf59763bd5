// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * This program looks up places of its own. Catches a line of io.h shown for one
 * of a workload, an inline chain in the wrong order or with the wrong call sites,
 * and addresses that are not of the program. gcc and clang describe the same in
 * different words (unit tables, file numbers, ranges): `make compilers` and this
 * test with CC=clang.
 */
#include "checker/names/lineinfo.h"
#include "lib/file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const char __executable_start[];

#define BASE ((uint64_t)(uintptr_t)__executable_start)

/* What a workload with inlined dx_ calls looks like to the compiler. */
/* clang-format off */
#line 100 "include/daxbench/io.h"
static inline __attribute__((always_inline)) uint64_t innermost(void)
{
	uint64_t at;
	__asm__ volatile("1: lea 1b(%%rip), %0" : "=r"(at));
	return at;
}
#line 200 "include/daxbench/io.h"
static inline __attribute__((always_inline)) uint64_t middle(void)
{
	return innermost() + !BASE;
}
#line 300 "./workloads/made-up.c"
static __attribute__((noinline)) uint64_t outermost(void)
{
	{
		volatile uint64_t at = middle();
		return at;
	}
}
#line 400 "tests/unit/test-lineinfo.c"
static __attribute__((noinline)) uint64_t plain(void)
{
	uint64_t at;
	__asm__ volatile("1: lea 1b(%%rip), %0" : "=r"(at));
	return at;
}
/* clang-format on */

static struct lineinfo *li;

static void open_self(void)
{
	struct err e = { 0 };

	cr_assert_eq(lineinfo_open(&li, "/proc/self/exe", &e), 0, "%s", e.what);
}

static void close_self(void)
{
	lineinfo_close(li);
}

TestSuite(lineinfo, .init = open_self, .fini = close_self);

static void expect(const struct lineinfo_place *place, const char *function, const char *file,
		   int line)
{
	cr_expect_str_eq(place->function, function);
	cr_expect_str_eq(place->file, file);
	cr_expect_eq(place->line, line, "line %d, want %d", place->line, line);
}

Test(lineinfo, a_chain_is_innermost_first)
{
	struct lineinfo_place chain[LINEINFO_MAX];

	cr_assert_eq(lineinfo_chain(li, outermost(), BASE, chain), 3);
	expect(&chain[0], "innermost", "include/daxbench/io.h", 103);
	expect(&chain[1], "middle", "include/daxbench/io.h", 202);
	expect(&chain[2], "outermost", "workloads/made-up.c", 303);
}

Test(lineinfo, the_place_in_the_wanted_directory)
{
	struct lineinfo_place place;

	cr_assert_eq(lineinfo_find(li, outermost(), BASE, "workloads/", &place), 0);
	expect(&place, "outermost", "workloads/made-up.c", 303);
	cr_assert_eq(lineinfo_find(li, outermost(), BASE, "daxbench/", &place), 0);
	expect(&place, "innermost", "include/daxbench/io.h", 103);
}

Test(lineinfo, else_the_innermost)
{
	struct lineinfo_place place;

	cr_assert_eq(lineinfo_find(li, plain(), BASE, "workloads/", &place), 0);
	expect(&place, "plain", "tests/unit/test-lineinfo.c", 403);
	cr_assert_eq(lineinfo_find(li, outermost(), BASE, "loads/", &place), 0);
	expect(&place, "innermost", "include/daxbench/io.h", 103);
}

Test(lineinfo, wherever_the_program_was_loaded)
{
	const uint64_t offset = outermost() - BASE, elsewhere = 0x7f0000000000;
	struct lineinfo_place place;

	cr_assert_eq(lineinfo_find(li, elsewhere + offset, elsewhere, "workloads/", &place), 0);
	expect(&place, "outermost", "workloads/made-up.c", 303);
}

Test(lineinfo, what_is_not_of_the_program)
{
	struct lineinfo_place place = { 0 };

	cr_expect_eq(lineinfo_find(li, BASE, BASE, "", &place), -ENOENT, "the ELF header");
	cr_expect_eq(lineinfo_find(li, 0, BASE, "", &place), -ENOENT);
	cr_expect_eq(lineinfo_find(li, (uintptr_t)strlen, BASE, "", &place), -ENOENT,
		     "the C library");
	cr_expect_eq(lineinfo_find(li, UINT64_MAX, 0, "", &place), -ENOENT);
	cr_expect_null(place.file, "untouched");
}

Test(lineinfo, build_id_is_hexadecimal)
{
	const char *id = lineinfo_build_id(li);

	cr_expect(strlen(id) >= 16 && strlen(id) % 2 == 0, "%s", id);
	cr_expect_eq(strspn(id, "0123456789abcdef"), strlen(id), "%s", id);
}

Test(lineinfo, files_that_say_nothing)
{
	struct lineinfo *other = NULL;
	struct err e = { 0 };

	cr_expect_eq(lineinfo_open(&other, "/bin/true", &e), -ENODATA);
	cr_expect(strstr(e.hint, "-g"), "%s", e.hint);
	cr_expect_eq(lineinfo_open(&other, "/nonexistent", &e), -ENOENT);
	cr_expect_eq(lineinfo_open(&other, "/", &e), -EBADMSG);
	cr_expect_eq(lineinfo_open(&other, "/dev/zero", &e), -EBADMSG);
	cr_expect_eq(lineinfo_open(&other, __FILE__, &e), -EBADMSG, "no ELF");
	cr_expect_null(other);
	lineinfo_close(NULL);
}

static void write_file(const char *path, const char *data, size_t len)
{
	FILE *f = fopen(path, "w");

	cr_assert(f);
	cr_assert_eq(fwrite(data, 1, len, f), len);
	fclose(f);
}

/* libdw is handed what a stranger may hand it: it must say no, and not crash. */
Test(lineinfo, cut_at_many_lengths)
{
	char path[] = "/tmp/test-lineinfo-XXXXXX", *data;
	struct err e;
	size_t len;
	int fd = mkstemp(path);

	cr_assert(fd >= 0);
	close(fd);
	cr_assert_eq(file_read(AT_FDCWD, "/proc/self/exe", 64U << 20, &data, &len), 0);
	for (size_t cut = 0; cut < len; cut += len / 40) {
		struct lineinfo_place place;
		struct lineinfo *other = NULL;

		write_file(path, data, cut);
		if (!lineinfo_open(&other, path, &e))
			lineinfo_find(other, outermost(), BASE, "workloads/", &place);
		lineinfo_close(other);
	}
	unlink(path);
	free(data);
}
