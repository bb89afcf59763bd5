// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/recover/journal.h"

#include <string.h>

/* drivers/nvdimm/pfn.h, struct nd_pfn_sb */
#define INFO	       4096U
#define INFO_SIGNATURE "NVDIMM_PFN_INFO"
#define INFO_DATA      56U

/* fs/xfs/libxfs/xfs_format.h, struct xfs_dsb */
#define XFS_MAGIC	"XFSB"
#define XFS_BLOCK_SIZE	4U
#define XFS_LOG_START	48U
#define XFS_AG_BLOCKS	84U
#define XFS_LOG_BLOCKS	96U
#define XFS_AG_BLOCK_LG 124U

/* fs/ext4/ext4.h, struct ext4_super_block; ext4_extents.h */
#define EXT4_SUPER	 1024U
#define EXT4_MAGIC	 0xef53U
#define EXT4_MAGIC_AT	 56U
#define EXT4_BLOCK_LG	 24U
#define EXT4_BACKUP_TYPE 253U
#define EXT4_JNL_BLOCKS	 268U /* the journal's inode, i_block */
#define EXTENT_MAGIC	 0xf30aU
#define EXTENT		 12U /* bytes of one, and of their header */

static uint64_t big(const unsigned char *p, unsigned int bytes)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < bytes; i++)
		n = n << 8 | p[i];
	return n;
}

static uint64_t little(const unsigned char *p, unsigned int bytes)
{
	uint64_t n = 0;

	while (bytes--)
		n = n << 8 | p[bytes];
	return n;
}

/* @blocks of @size from the @first on, of a file system that begins at @base. */
static void add_part(struct journal *j, uint64_t base, uint64_t bytes, uint64_t first,
		     uint64_t blocks, uint64_t size)
{
	uint64_t from = base + first * size;

	if (j->parts == JOURNAL_PARTS || first > bytes / size || blocks > bytes / size ||
	    from + blocks * size > bytes)
		return;
	j->part[j->parts].from = from;
	j->part[j->parts].to = from + blocks * size;
	j->parts++;
}

static void find_xfs(struct journal *j, const unsigned char *super, uint64_t base, uint64_t bytes)
{
	uint64_t size = big(super + XFS_BLOCK_SIZE, 4), start = big(super + XFS_LOG_START, 8);
	uint64_t ag = big(super + XFS_AG_BLOCKS, 4);
	unsigned int shift = super[XFS_AG_BLOCK_LG];

	/* 0: on a device of its own */
	if (!start || shift > 31 || start >> shift > 1U << 20 || size < 512 || size > 65536)
		return;
	add_part(j, base, bytes, (start >> shift) * ag + (start & ((1ULL << shift) - 1)),
		 big(super + XFS_LOG_BLOCKS, 4), size);
}

static void find_ext4(struct journal *j, const unsigned char *super, uint64_t base, uint64_t bytes)
{
	const unsigned char *head = super + EXT4_JNL_BLOCKS, *extent = head + EXTENT;
	uint64_t lg = little(super + EXT4_BLOCK_LG, 4), n = little(head + 2, 2);

	if (super[EXT4_BACKUP_TYPE] != 1 || lg > 6 || little(head, 2) != EXTENT_MAGIC ||
	    little(head + 6, 2) || n > JOURNAL_PARTS)
		return;
	for (; n--; extent += EXTENT) {
		uint64_t logical = little(extent, 4), blocks = little(extent + 4, 2);
		uint64_t first = little(extent + 6, 2) << 32 | little(extent + 8, 4);

		if (!logical && blocks) {
			first++;
			blocks--;
		}
		add_part(j, base, bytes, first, blocks, 1024ULL << lg);
	}
}

void journal_find(struct journal *ret, const unsigned char *nvdimm, uint64_t bytes)
{
	uint64_t base;

	*ret = (struct journal){ 0 };
	if (bytes < 2ULL * INFO ||
	    memcmp(nvdimm + INFO, INFO_SIGNATURE, sizeof(INFO_SIGNATURE)) != 0)
		return;
	base = little(nvdimm + INFO + INFO_DATA, 8);
	if (base >= bytes || bytes - base < 4096)
		return;
	if (!memcmp(nvdimm + base, XFS_MAGIC, strlen(XFS_MAGIC)))
		find_xfs(ret, nvdimm + base, base, bytes);
	else if (little(nvdimm + base + EXT4_SUPER + EXT4_MAGIC_AT, 2) == EXT4_MAGIC)
		find_ext4(ret, nvdimm + base + EXT4_SUPER, base, bytes);
}

bool journal_holds(const struct journal *j, uint64_t from, uint64_t to)
{
	for (unsigned int i = 0; i < j->parts; i++)
		if (from >= j->part[i].from && to <= j->part[i].to)
			return true;
	return false;
}
