// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where journals lie, by superblocks that are made here as mkfs makes them. Caught: blocks
 * of something else that are taken for a journal's, so that two images count as one.
 */
#include "bench/recover/journal.h"

#include <criterion/criterion.h>
#include <string.h>

#define SIZE  (16U << 20)
#define START (2U << 20)
#define BLOCK 4096ULL

static unsigned char nvdimm[SIZE];
static struct journal j;

static void put(uint64_t at, uint64_t value, unsigned int bytes, bool big)
{
	for (unsigned int i = 0; i < bytes; i++)
		nvdimm[at + i] = (unsigned char)(value >> 8 * (big ? bytes - 1 - i : i));
}

static void make_namespace(void)
{
	memset(nvdimm, 0, sizeof(nvdimm));
	memcpy(nvdimm + 4096, "NVDIMM_PFN_INFO", 16);
	put(4096 + 56, START, 8, false);
}

static void make_xfs(uint64_t log_start, uint64_t blocks)
{
	make_namespace();
	memcpy(nvdimm + START, "XFSB", 4);
	put(START + 4, BLOCK, 4, true);
	put(START + 48, log_start, 8, true);
	put(START + 84, 1000, 4, true);
	put(START + 96, blocks, 4, true);
	nvdimm[START + 124] = 10;
}

static void make_ext4(unsigned int extents)
{
	make_namespace();
	put(START + 1024 + 56, 0xef53, 2, false);
	put(START + 1024 + 24, 2, 4, false);
	nvdimm[START + 1024 + 253] = 1;
	put(START + 1024 + 268, 0xf30a, 2, false);
	put(START + 1024 + 270, extents, 2, false);
	for (unsigned int i = 0; i < extents; i++) {
		uint64_t at = START + 1024 + 268 + 12 * (i + 1);

		put(at, i * 100, 4, false);
		put(at + 4, 100, 2, false);
		put(at + 8, 200 + 1000 * i, 4, false);
	}
}

static bool holds(uint64_t block)
{
	return journal_holds(&j, START + block * BLOCK, START + (block + 1) * BLOCK);
}

Test(journal, of_xfs)
{
	make_xfs(1 << 10 | 6, 100); /* in its second group */
	journal_find(&j, nvdimm, sizeof(nvdimm));
	cr_expect_not(holds(1005));
	cr_expect(holds(1006));
	cr_expect(holds(1105));
	cr_expect_not(holds(1106));
	cr_expect_not(journal_holds(&j, START + 1105 * BLOCK, START + 1106 * BLOCK + 1));
}

Test(journal, of_xfs_on_another_device)
{
	make_xfs(0, 100);
	journal_find(&j, nvdimm, sizeof(nvdimm));
	cr_expect_eq(j.parts, 0);
}

Test(journal, of_ext4_but_its_first_block)
{
	make_ext4(2);
	journal_find(&j, nvdimm, sizeof(nvdimm));
	cr_expect_not(holds(200), "this says whether it is empty");
	cr_expect(holds(201));
	cr_expect(holds(299));
	cr_expect_not(holds(300));
	cr_expect(holds(1200));
	cr_expect_not(holds(1199));
}

Test(journal, none_rather_than_a_wrong_one)
{
	make_ext4(2);
	put(START + 1024 + 268 + 6, 1, 2, false); /* a tree */
	journal_find(&j, nvdimm, sizeof(nvdimm));
	cr_expect_eq(j.parts, 0);
	make_ext4(5);
	journal_find(&j, nvdimm, sizeof(nvdimm));
	cr_expect_eq(j.parts, 0);
	make_xfs(5, SIZE);
	journal_find(&j, nvdimm, sizeof(nvdimm));
	cr_expect_eq(j.parts, 0, "longer than all");
	make_xfs(UINT64_MAX, 1);
	journal_find(&j, nvdimm, sizeof(nvdimm));
	cr_expect_eq(j.parts, 0);
	make_xfs(5, 5);
	put(4096 + 56, SIZE, 8, false);
	journal_find(&j, nvdimm, sizeof(nvdimm));
	cr_expect_eq(j.parts, 0, "data behind the end");
	memset(nvdimm, 0, sizeof(nvdimm));
	journal_find(&j, nvdimm, sizeof(nvdimm));
	cr_expect_eq(j.parts, 0);
	journal_find(&j, nvdimm, 4096);
	cr_expect_eq(j.parts, 0);
}
