// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the corpus of fuzz-dump into a directory (`make fuzz-corpus`). */
#include "checker/states/dump.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static unsigned char memory[32768];
static struct dump_out out;

static void entry(const char *path, uint64_t mode, uint64_t size, uint64_t error)
{
	const uint64_t value[5] = { mode, 1, size, 12, error };

	dump_out_add(&out, DUMP_ENTRY, value, path, strlen(path));
}

static void page(uint64_t index)
{
	const uint64_t value[5] = { index };
	unsigned char data[DUMP_PAGE_BYTES] = "abcde";

	dump_out_add(&out, DUMP_PAGE, value, data, sizeof(data));
}

#define XATTR(name_and_value)                                                                      \
	dump_out_add(&out, DUMP_XATTR, NULL, name_and_value, sizeof(name_and_value) - 1)

static void steps(void)
{
	dump_out_step(&out, DUMP_MOUNT, 0, "");
	dump_out_step(&out, DUMP_WALK, 0, "");
	dump_out_step(&out, DUMP_UMOUNT, 0, "");
}

static void nothing(void)
{
}

static void not_mounted(void)
{
	dump_out_step(&out, DUMP_MOUNT, 117, "Structure needs cleaning");
	dump_out_add(&out, DUMP_LOG, NULL, "XFS: corrupt\n", 13);
}

static void files(void)
{
	steps();
	entry(".", S_IFDIR | 0755, 4096, 0);
	entry("f", S_IFREG | 0644, 3 * DUMP_PAGE_BYTES - 5, 0);
	page(0);
	page(2);
	entry("g", S_IFREG | 0644, 1ULL << 40, 27);
	entry("link", S_IFLNK | 0777, 1, 0);
	dump_out_add(&out, DUMP_TARGET, NULL, "f", 1);
}

static void attributes(void)
{
	entry(".", S_IFDIR | 0755, 4096, 0);
	XATTR("user.daxbench.0\0value");
	entry("f", S_IFREG | 0604, 5, 0);
	XATTR("user.daxbench.1\0with\0zeros\0");
	XATTR("user.daxbench.2\0");
	page(0);
	XATTR("user.e\0x");
	entry("g", S_IFREG | 0604, 5, 0);
	XATTR("user.a\0x");
	steps();
}

static void attributes_out_of_order(void)
{
	entry("f", S_IFREG | 0604, 5, 0);
	XATTR("user.b\0x");
	XATTR("user.a\0x");
}

static void attribute_without_end(void)
{
	entry("f", S_IFREG | 0604, 5, 0);
	XATTR("user.without-end");
}

static void not_sorted(void)
{
	entry("b", S_IFREG, 0, 0);
	entry("a/b", S_IFREG, 0, 0);
	entry("a", S_IFDIR, 18, 5);
	steps();
}

static void one_twice(void)
{
	entry("a", S_IFREG, 0, 0);
	entry("a", S_IFREG, 0, 0);
}

static void page_beyond(void)
{
	entry("f", S_IFREG, DUMP_PAGE_BYTES, 0);
	page(1);
}

static void proved(void)
{
	steps();
	dump_out_step(&out, DUMP_FSCK, 4, "Block bitmap differences\n");
	dump_out_step(&out, DUMP_WRITE, 28, "write");
	dump_out_add(&out, DUMP_LOG, NULL, "one\n", 4);
	dump_out_add(&out, DUMP_LOG, NULL, "two\n", 4);
}

static void died(void)
{
	dump_out_step(&out, DUMP_DIED, 5, "Kernel panic - not syncing");
}

static const struct {
	const char *name;
	void (*write)(void);
} dumps[] = {
	{ "nothing", nothing },
	{ "not-mounted", not_mounted },
	{ "files", files },
	{ "not-sorted", not_sorted },
	{ "one-twice", one_twice },
	{ "page-beyond", page_beyond },
	{ "proved", proved },
	{ "died", died },
	{ "attributes", attributes },
	{ "attributes-out-of-order", attributes_out_of_order },
	{ "attribute-without-end", attribute_without_end },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(dumps) / sizeof(dumps[0]); i++) {
		char path[512];
		size_t len;
		FILE *f;

		dump_out_begin(&out, memory, sizeof(memory));
		dumps[i].write();
		len = dump_out_end(&out);
		snprintf(path, sizeof(path), "%s/%s", argv[1], dumps[i].name);
		f = fopen(path, "we");
		if (!len || !f || fwrite(memory, 1, len, f) != len || fclose(f))
			return EXIT_FAILURE;
	}
	return argc == 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
