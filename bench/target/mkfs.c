// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/mkfs.h"
#include "daxbench/oplog.h"
#include "lib/proc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT	  300000 /* ms; a slow emulator on a loaded machine included */
#define MAX_WORDS 24

static const struct mkfs_kind kinds[] = {
	{ .name = "ext4", .driver = "ext4" },
	{ .name = "ext4-nojournal", .driver = "ext4", .fsck_first = true },
	{ .name = "ext4-nobarrier", .driver = "ext4", .no_barrier = true },
	{ .name = "ext2", .driver = "ext2", .fsck_first = true },
	{ .name = "xfs", .driver = "xfs", .reflink = true },
	{ .name = "xfs-noreflink", .driver = "xfs" },
	/* The kernel has no reflink with a realtime device. */
	{ .name = "xfs-rt", .driver = "xfs", .realtime = true, .rt_extent = "2m" },
	{ .name = "xfs-rt-4k", .driver = "xfs", .realtime = true, .rt_extent = "4k" },
	{ .name = "ext4-nodax", .driver = "ext4", .no_dax = true },
	{ .name = "xfs-nodax", .driver = "xfs", .reflink = true, .no_dax = true },
};

const struct mkfs_kind *mkfs_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

const char *mkfs_names(void)
{
	return "ext4, ext4-nojournal, ext4-nobarrier, ext2, xfs, xfs-noreflink, xfs-rt, xfs-rt-4k, "
	       "ext4-nodax, xfs-nodax";
}

void mkfs_mount_options(const struct mkfs_kind *kind, const char *rt_device, char *buf, size_t len)
{
	if (!strcmp(kind->driver, "ext2")) { /* its option has no words */
		snprintf(buf, len, "dax");
		return;
	}
	snprintf(buf, len, "dax=%s%s%s%s", kind->no_dax ? "never" : "always",
		 kind->no_barrier ? ",nobarrier" : "", kind->realtime ? ",rtdev=" : "",
		 kind->realtime ? rt_device : "");
}

static void derive_uuid(uint64_t seed, char *buf, size_t len)
{
	uint64_t key = dx_pattern_key(seed);

	/* Version 4, variant 1, by the bits that RFC 4122 wants set. */
	snprintf(buf, len, "64617862-656e-4368-8%03x-%012llx", (unsigned int)(key >> 52),
		 (unsigned long long)(key & 0xffffffffffffULL));
}

/* All words but the devices. */
static void format_ext(const struct mkfs_kind *kind, const char *uuid, char *command, size_t len)
{
	/* ext2 has no journal anyway. */
	bool less = kind->fsck_first && !strcmp(kind->driver, "ext4");

	snprintf(command, len,
		 "mkfs.ext4 -t %s -F -q -L daxbench -b 4096 -U %s -E stride=512,stripe_width=512,"
		 "lazy_itable_init=0,lazy_journal_init=0,nodiscard,hash_seed=%s%s",
		 kind->driver, uuid, uuid, less ? " -O ^has_journal" : "");
}

static void format_xfs(const struct mkfs_kind *kind, const char *uuid, const char *rt_device,
		       char *command, size_t len)
{
	char realtime[96] = "";

	if (kind->realtime)
		snprintf(realtime, sizeof(realtime), ",rtinherit=1 -r extsize=%s,rtdev=%.48s",
			 kind->rt_extent, rt_device);
	snprintf(command, len,
		 "mkfs.xfs -f -q -K -L daxbench -m uuid=%s%s -d su=2m,sw=1,agcount=2%s", uuid,
		 kind->reflink ? "" : ",reflink=0", realtime);
}

/* Splits @words at its blanks, in place. */
static size_t split(char *words, char *argv[])
{
	size_t n = 0;

	for (char *word; n < MAX_WORDS - 2 && (word = strsep(&words, " "));)
		argv[n++] = word;
	return n;
}

int mkfs_make(const struct mkfs_kind *kind, const char *device, const char *rt_device,
	      uint64_t seed, char *command, size_t len, struct err *e)
{
	char uuid[40], words[512], *argv[MAX_WORDS] = { NULL };
	size_t n;

	derive_uuid(seed, uuid, sizeof(uuid));
	if (!strcmp(kind->driver, "xfs"))
		format_xfs(kind, uuid, rt_device, command, len);
	else
		format_ext(kind, uuid, command, len);
	if (snprintf(words, sizeof(words), "%s", command) >= (int)sizeof(words))
		return err_sys(e, -ENAMETOOLONG, device, "mkfs");
	n = split(words, argv);
	argv[n] = (char *)device;
	return proc_run(argv, NULL, 0, TIMEOUT, e);
}
